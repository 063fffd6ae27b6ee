"""The gate: what a page of somebody else's may cause, at every front end alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gate.names import Names
from tests.support import patient
from tests.support.amazon import clients
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]

# What a browser sends for a page of evil.example, which leads to this machine after it was loaded;
# for one that sends here as it is; and for one in a frame without an origin.
_REBOUND = {
    "host": "evil.example",
    "origin": "http://evil.example",
    "sec-fetch-site": "same-origin",
}
_ELSEWHERE = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
_OLD_BROWSER = {"origin": "https://evil.example"}
_SANDBOX = {"origin": "null", "sec-fetch-site": "cross-site"}
_NEIGHBOUR = {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"}
_FROM_PAGES = (_REBOUND, _ELSEWHERE, _OLD_BROWSER, _SANDBOX, _NEIGHBOUR)


def change(url: str, headers: Mapping[str, str]) -> httpx.Response:
    """A collection is made over the Rekognition API."""
    return clients.post(url, "CreateCollection", {"CollectionId": "taken"}, headers)


@pytest.mark.parametrize("headers", _FROM_PAGES)
def test_pages_of_others_change_nothing(server: Server, headers: Mapping[str, str]) -> None:
    told = change(server.url, headers).json()
    assert told["__type"] == "AccessDeniedException"
    assert headers.get("host", headers["origin"]) in told["Message"]
    assert "LOOKALIKE_ALLOWED_HOSTS" in told["Message"]
    sent = patient.post(f"{server.url}/api/v1/collections", json={"id": "taken"}, headers=headers)
    assert sent.status_code == (421 if "host" in headers else 403)
    assert sent.json()["type"].startswith("urn:lookalike:problem:")
    known = patient.get(f"{server.url}/api/v1/collections").json()["collections"]
    assert "taken" not in {each["id"] for each in known}


def test_the_page_is_not_shown_under_a_name_that_is_not_ours(server: Server) -> None:
    headers = {"host": "evil.example:8000", "accept": "text/html"}
    for path in ("/", "/api/v1/people", "/openapi.json", "/docs", "/static/x/app.js"):
        answer = patient.get(server.url + path, headers=headers)
        assert answer.status_code == 421
        assert answer.json()["detail"] == (
            "This server was asked for by 'evil.example:8000' (the header Host); its names are "
            "localhost, 127.0.0.1. LOOKALIKE_ALLOWED_HOSTS adds others."
        )
        assert answer.headers["connection"] == "close"
    assert patient.get(f"{server.url}/readyz", headers=headers).status_code == 200


def test_photos_of_a_form_elsewhere_are_not_looked_at(
    server: Server, photos: Mapping[str, bytes]
) -> None:
    files = {"photo": photos["obama.jpg"]}
    for path in ("/find", "/api/v1/lookalikes"):
        headers = {**_ELSEWHERE, "accept": "text/html", "accept-language": "ko"}
        answer = patient.post(server.url + path, files=files, headers=headers)
        assert answer.status_code == 403
        said = "다른 사이트에서 보낸 요청이에요" if path == "/find" else "A page of 'https://evil"
        assert said in answer.text


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_our_own_page_and_programs_may(server: Server, name: str) -> None:
    host = f"{name}:{urlsplit(server.url).port}"
    listed = {"host": host}
    page = {**listed, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    for headers in (listed, page):
        answer = clients.post(server.url, "ListCollections", {}, headers)
        assert isinstance(answer.json()["CollectionIds"], list)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "203.0.113.9"},
        {"x-forwarded-host": "fans.example"},
        {"forwarded": "for=203.0.113.9"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "203.0.113.9"},
        {"cf-connecting-ip": "203.0.113.9"},
    ],
)
def test_what_a_proxy_passed_on_is_never_local(server: Server, headers: dict[str, str]) -> None:
    told = change(server.url, headers).json()
    assert told["__type"] == "AccessDeniedException"
    assert "a proxy passed it on. Set LOOKALIKE_AUTH=on" in told["Message"]
    sent = patient.post(f"{server.url}/api/v1/collections", json={"id": "x"}, headers=headers)
    assert sent.status_code == 403
    assert "a proxy passed it on. Set LOOKALIKE_ADMIN_TOKEN" in sent.json()["detail"]


def test_without_signatures_a_proxy_may_where_that_is_set(serve: Serve, home: Path) -> None:
    with serve(home=home, auth="off") as server:
        answer = clients.post(server.url, "ListCollections", {}, {"x-forwarded-for": "192.0.2.1"})
        assert isinstance(answer.json()["CollectionIds"], list)
        assert clients.post(server.url, "ListCollections", {}, _REBOUND).status_code == 400


def test_names_that_are_set(serve: Serve, home: Path) -> None:
    changes = {"allowed_hosts": "Fans.example, *.stars.example"}
    with serve(home=home, public_url="https://look.example/a", **changes) as server:
        for name in ("fans.example", "www.stars.example:8443", "look.example", "localhost"):
            assert patient.get(server.url, headers={"host": name}).status_code == 200
        for name in ("stars.example", "xfans.example", "fans.example.evil.example", "a,b", ""):
            answer = patient.get(server.url, headers={"host": name})
            assert answer.status_code == 421
            assert "fans.example, *.stars.example, look.example" in answer.json()["detail"]
        # A proxy that does not pass the Host on; the visitor's page says where it is from.
        page = {"origin": "https://fans.example", "sec-fetch-site": "same-origin"}
        assert patient.post(f"{server.url}/find", headers=page).status_code == 422


@pytest.mark.parametrize("name", ["lookalike:8000", "192.0.2.7:8000", "any.example"])
def test_beyond_loopback_any_name_goes_unless_some_are_set(
    serve: Serve, home: Path, name: str
) -> None:
    with serve(home=home, host="0.0.0.0") as server:
        assert patient.get(server.url, headers={"host": name}).status_code == 200
        sent = clients.post(server.url, "ListCollections", {}, {"host": name})
        assert sent.json()["__type"] == "MissingAuthenticationTokenException"
        sent = clients.post(server.url, "ListCollections", {}, {**_ELSEWHERE, "host": name})
        assert sent.json()["__type"] == "AccessDeniedException"


def test_a_public_server_knows_its_names_and_nobody_is_local(serve: Serve, home: Path) -> None:
    with serve(home=home, public="1", public_url="https://fans.example") as server:
        assert patient.get(server.url, headers={"host": "fans.example"}).status_code == 200
        assert patient.get(server.url, headers={"host": "evil.example"}).status_code == 421
        unsigned = clients.post(server.url, "ListCollections", {}).json()
        assert unsigned["__type"] == "MissingAuthenticationTokenException"
        sent = patient.post(f"{server.url}/api/v1/collections", json={"id": "x"})
        assert sent.status_code == 403
        assert "This server is public, beyond this machine" in sent.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"public": "1"}, "LOOKALIKE_PUBLIC is 1, and nothing says what the server is called"),
        ({"allowed_hosts": "https://x.example"}, "LOOKALIKE_ALLOWED_HOSTS has 'https://x.example'"),
        ({"allowed_hosts": "x.example:80"}, "without a scheme or port"),
    ],
)
def test_names_that_cannot_be(settings: Settings, changes: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidParameter, match=words):
        Names.of(replace(settings, **changes))  # type: ignore[arg-type]
