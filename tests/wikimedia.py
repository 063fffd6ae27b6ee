"""Stands in for Wikidata and Commons on a local server, with answers of their real shapes."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import PIL.Image


def picture(width: int = 330, height: int = 440) -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return written.getvalue()


def claim(file: str | None, rank: str = "normal") -> dict[str, Any]:
    """A statement of P18 as `wbgetclaims` gives it."""
    snak: dict[str, Any] = {"snaktype": "value" if file else "somevalue", "property": "P18"}
    if file:
        snak |= {"datavalue": {"value": file, "type": "string"}, "datatype": "commonsMedia"}
    return {"mainsnak": snak, "type": "statement", "id": "Q1$x", "rank": rank}


@dataclass
class Replay:
    """What the server answers, and what it was asked. Keys are entities, files and paths."""

    claims: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    override: tuple[int, dict[str, str], bytes] | None = None
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    busiest: int = 0
    port: int = 0

    def person(self, entity: str, file: str, **facts: Any) -> None:
        """Someone with one image, and the image."""
        self.claims[entity] = [claim(file)]
        self.file(file, **facts)

    def file(
        self, file: str, artist: str = "A", licence: str = "CC BY-SA 4.0", width: int = 2000
    ) -> None:
        path = f"/wikipedia/commons/thumb/a/ab/{file}/330px-{file}"
        info: dict[str, Any] = {
            "size": 100,
            "width": width,
            "height": width,
            "thumburl": f"https://upload.wikimedia.org{path}",
            "url": f"https://upload.wikimedia.org/wikipedia/commons/a/ab/{file}",
            "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{file}",
            "mime": "image/jpeg",
            "extmetadata": {
                "Artist": {"value": artist, "source": "commons-desc-page"},
                "LicenseShortName": {"value": licence, "source": "commons-desc-page"},
                "LicenseUrl": {"value": "https://creativecommons.org/licenses/by-sa/4.0"},
            },
        }
        self.files[f"File:{file}"] = info
        self.bodies[path] = (200, {"Content-Type": "image/jpeg"}, picture())

    def answer(self, host: str, target: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(f"{host}{target}")
        if self.override:
            return self.override
        url = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if query.get("action") == "wbgetclaims":
            found = self.claims.get(query["entity"])
            return _json({"claims": {"P18": found} if found else {}})
        if query.get("action") == "query":
            return _json({"batchcomplete": True, "query": {"pages": [self._page(query["titles"])]}})
        return self.bodies.get(url.path, (404, {}, b"not found"))

    def _page(self, title: str) -> dict[str, Any]:
        if title not in self.files:
            return {"ns": 6, "title": title, "missing": True}
        return {"pageid": 1, "ns": 6, "title": title, "imageinfo": [self.files[title]]}


def _json(value: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value).encode()


class Rerouted(httpx.AsyncHTTPTransport):
    """Sends what is meant for Wikimedia to the local server, which is told the host."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        assert request.url.host.endswith((".wikidata.org", ".wikimedia.org")), request.url
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


@contextmanager
def serving(replay: Replay) -> Iterator[int]:
    """The port of a server that answers what `replay` says."""
    now = [0]
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                now[0] += 1
                replay.busiest = max(replay.busiest, now[0])
            time.sleep(replay.delay)
            replay.agents.add(self.headers["User-Agent"])
            status, headers, body = replay.answer(self.headers["Host"], self.path)
            with lock:
                now[0] -= 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    replay.port = server.server_port
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()
