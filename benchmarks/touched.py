"""Which modules of the package one request runs through.

    python -m benchmarks.touched

A server with the real networks answers, in this process, `POST /api/v1/lookalikes` and then an
unsigned RecognizeCelebrities, each with one photo of one face. A module counts if a function of it
runs for the request, in whichever thread; what the server does beside it does not count, nor what
is imported. Each request is sent twice and the second looked at, so that nothing counts that is
opened only once. Prints JSON, the files of the modules by request.

Of the package it knows no more than `config.load` and `server.create_app`, so that it runs with the
sources of other versions: PYTHONPATH says where they are.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from types import FrameType

from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

import lookalike
from lookalike import config
from lookalike.server import create_app
from tests.support import photos

_SEEN: ContextVar[set[str] | None] = ContextVar("seen", default=None)
_PHOTO = "obama.jpg"
_AMAZON = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "RekognitionService.RecognizeCelebrities",
}


class Watched:
    """An ASGI app that knows which files of a folder the last request has run functions of."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._folder = f"{folder}/"
        self.seen: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Tasks and threads that work for this request inherit it, and no others.
            self.seen = set()
            _SEEN.set(self.seen)
        await self._app(scope, receive, send)

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """As `sys.setprofile` takes it."""
        seen, code = _SEEN.get(), frame.f_code
        if seen is not None and event == "call" and code.co_filename.startswith(self._folder):
            seen.add(code.co_filename.removeprefix(self._folder))


def lookalikes(client: TestClient) -> None:
    files = {"photo": photos.load()[_PHOTO]}
    client.post("/api/v1/lookalikes", files=files).raise_for_status()


def celebrities(client: TestClient) -> None:
    photo = base64.b64encode(photos.load()[_PHOTO]).decode()
    body = json.dumps({"Image": {"Bytes": photo}})
    client.post("/", content=body, headers=_AMAZON).raise_for_status()


def touched() -> dict[str, list[str]]:
    """The modules, by request."""
    with tempfile.TemporaryDirectory() as home:
        cache = photos.FOLDER.parent / "cache"
        settings = config.load({}, home=Path(home), cache=cache, portraits="off")
        app = Watched(create_app(settings), Path(lookalike.__file__).parent)
        # The client starts the threads that answer.
        threading.setprofile(app.profile)
        with TestClient(app, client=("127.0.0.1", 50000)) as client:
            return {
                "POST /api/v1/lookalikes": _touched(app, lambda: lookalikes(client)),
                "RecognizeCelebrities": _touched(app, lambda: celebrities(client)),
            }


def _touched(app: Watched, ask: Callable[[], None]) -> list[str]:
    for _ in range(2):
        ask()
    return sorted(app.seen)


if __name__ == "__main__":
    json.dump(touched(), sys.stdout)
