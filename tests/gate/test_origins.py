"""Pages of other origins that call the Rekognition API from a real browser, where they may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gate.origins import Origins
from tests.support import PATIENCE_S, patient
from tests.support.serving import Server, listening

Serve = Callable[..., AbstractContextManager[Server]]

# As Amazon's SDK for JavaScript sends it from a page.
_CALL = """async (url) => {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "RekognitionService.ListCollections",
    "x-amz-user-agent": "aws-sdk-js/3",
  };
  try {
    const answer = await fetch(url, { method: "POST", headers, body: "{}" });
    return [answer.status, answer.headers.get("x-amzn-requestid")?.length, await answer.json()];
  } catch (error) {
    return [error.name];
  }
}"""


class _Page(BaseHTTPRequestHandler):
    """Somebody else's, without a word."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def origin() -> Iterator[str]:
    with listening(_Page) as port:
        yield f"http://127.0.0.1:{port}"


def called(browser: Browser, origin: str, url: str) -> list[Any]:
    """What a page of that origin hears when it calls: status, length of the request id, body."""
    page = browser.new_page()
    try:
        page.goto(origin)
        found: list[Any] = page.evaluate(_CALL, url)
        return found
    finally:
        page.close()


def test_a_page_of_a_listed_origin_calls(
    serve: Serve, home: Path, browser: Browser, origin: str
) -> None:
    with serve(cors_origins=f"https://app.example, {origin}/", home=home) as server:
        status, length, told = called(browser, origin, server.url)
        assert (status, length) == (200, 36)
        assert told["CollectionIds"] == []


def test_other_pages_hear_nothing(serve: Serve, home: Path, browser: Browser, origin: str) -> None:
    with serve(cors_origins="https://app.example", home=home) as server:
        assert called(browser, origin, server.url) == ["TypeError"]
        headers = {"origin": origin, "sec-fetch-site": "cross-site"}
        assert patient.post(server.url, headers=headers).json()["Code"] == "AccessDeniedException"


def test_any_page_where_signatures_are_checked(
    serve: Serve, home: Path, browser: Browser, origin: str
) -> None:
    """It may call, and has to sign."""
    with serve(cors_origins="*", auth="on", home=home) as server:
        status, _, told = called(browser, origin, server.url)
        assert (status, told["Code"]) == (400, "MissingAuthenticationTokenException")


def test_only_the_rekognition_api_is_shared(serve: Serve, home: Path) -> None:
    listed = {"origin": "https://app.example", "sec-fetch-site": "cross-site"}
    with serve(cors_origins="https://app.example", home=home) as server:
        sent = patient.post(
            f"{server.url}/api/v1/collections", json={"id": "taken"}, headers=listed
        )
        assert sent.status_code == 403
        assert "access-control-allow-origin" not in sent.headers
        asked = listed | {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,x-amz-target,x-amz-date",
        }
        allowed = httpx.request("OPTIONS", server.url, headers=asked, timeout=PATIENCE_S)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        assert "x-amz-date" in allowed.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cors_origins": "app.example"}, "LOOKALIKE_CORS_ORIGINS has 'app.example'"),
        ({"cors_origins": "https://app.example/page"}, "it must be origins like"),
        ({"cors_origins": "*"}, "signatures are not checked"),
    ],
)
def test_origins_that_cannot_be(settings: Settings, changes: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidParameter, match=words):
        Origins.of(replace(settings, **changes))  # type: ignore[arg-type]
