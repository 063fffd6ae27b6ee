"""Headers of every answer, whatever it is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from lookalike.web.sharing.results import Results
from tests.support import patient
from tests.support.amazon import clients
from tests.support.browser import DESKTOP, Opener
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


def assert_safe(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert len(headers.get_list("content-security-policy")) == 1
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


_PATHS = (
    *("/", "/people", "/how", "/nothing", "/docs", "/redoc", "/openapi.json", "/healthz"),
    *("/readyz", "/api/v1/people", "/api/v1/people/Q0", "/api/v1/people?limit=x"),
    *("/static/x/app.js", "/static/x/nothing", "/static-offline-docs/swagger-ui.css"),
)


@pytest.mark.parametrize("path", _PATHS)
def test_every_answer_to_a_question(server: Server, path: str) -> None:
    answer = patient.get(server.url + path, follow_redirects=False)
    assert_safe(answer)
    page = answer.headers.get("content-type", "").startswith("text/html")
    if not page or path in ("/docs", "/redoc"):
        assert answer.headers["x-frame-options"] == "DENY"
    if answer.headers.get("content-type", "").endswith("json"):
        assert "default-src 'none'; base-uri" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    assert_safe(patient.get(server.url + path, headers={"host": "evil.example"}))
    assert_safe(patient.head(server.url + path))


def test_every_answer_to_what_is_sent(server: Server, photos: Mapping[str, bytes]) -> None:
    files = {"photo": photos["obama.jpg"]}
    for path in ("/api/v1/detect", "/api/v1/cards", "/find", "/api/v1/nothing"):
        assert_safe(patient.post(server.url + path, files=files))
    for operation in ("ListCollections", "Nothing"):
        assert_safe(clients.post(server.url, operation, {}))
    assert_safe(clients.post(server.url, "ListCollections", {}, {"origin": "https://x.example"}))


def test_an_answer_of_a_bug(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(Results, "find", broken)
    for headers in ({}, {"accept": "text/html"}):
        answer = patient.get(f"{server.url}/r/{'A' * 22}", headers=headers)
        assert answer.status_code == 500
        assert_safe(answer)
    assert "a bug" in caplog.text


def test_the_description_of_the_api_runs_what_stands_in_it(visit: Opener, server: Server) -> None:
    policy = patient.get(f"{server.url}/docs").headers["content-security-policy"]
    assert re.search(r"script-src 'self' 'sha256-[A-Za-z0-9+/]{43}=';", policy)
    view = visit(f"{server.url}/docs", "en", DESKTOP)
    expect(view.page.get_by_text("/api/v1/lookalikes").first).to_be_visible()


def test_a_name_that_nobody_set_stands_in_no_link(
    serve: Serve, home: Path, photos: Mapping[str, bytes]
) -> None:
    def shared(server: Server, host: str) -> tuple[str, str]:
        """The link that is told, and the one on the page of it."""
        headers = {"host": host}
        form = {"person": "Q76"}
        files = {"photo": photos["obama.jpg"]}
        url = f"{server.url}/api/v1/results"
        made = patient.post(url, files=files, data=form, headers=headers).json()
        page = patient.get(f"{server.url}/r/{made['id']}", headers=headers).text
        found = re.search(r'og:url" content="([^"]*)"', page)
        assert found is not None
        return made["url"].replace(made["id"], ""), found[1].replace(made["id"], "")

    with serve(home=home, host="0.0.0.0") as server:
        assert shared(server, "evil.example") == ("/r/", "/r/")
        port = server.url.rpartition(":")[2]
        local = f"http://localhost:{port}/r/"
        assert shared(server, f"localhost:{port}") == (local, local)
        answer = patient.get(f"{server.url}/people/", headers={"host": "evil.example"})
        assert (answer.status_code, "location" in answer.headers) == (404, False)
    with serve(home=home, host="0.0.0.0", public_url="https://fans.example/") as server:
        link = "https://fans.example/r/"
        assert shared(server, "evil.example") == (link, link)
