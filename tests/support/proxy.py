"""A reverse proxy in a thread, as nginx and Caddy are set up before a server."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.support import PATIENCE_S
from tests.support.serving import listening

# Of one connection, not of what passes through it (RFC 9110, 7.6.1).
_OWN = ("connection", "transfer-encoding", "content-length", "keep-alive")


@contextmanager
def proxying(
    upstream: str, prefix: str, *, cut: bool, headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Offers a server under a path, which it cuts off or leaves; the address of that, without a
    slash at its end. `headers` are added to every request; nothing else is offered."""
    netloc = urlsplit(upstream).netloc
    added = {"X-Forwarded-For": "203.0.113.7", **(headers or {})}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != prefix and not self.path.startswith((f"{prefix}/", f"{prefix}?")):
                self.send_error(404, "not offered")
                return
            path = (self.path.removeprefix(prefix) or "/") if cut else self.path
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            connection = http.client.HTTPConnection(netloc, timeout=PATIENCE_S)
            try:
                connection.request(self.command, path, body, dict(self.headers) | added)
                self._answer(connection.getresponse())
            finally:
                connection.close()

        do_POST = do_DELETE = do_PATCH = do_HEAD = do_GET

        def _answer(self, answer: http.client.HTTPResponse) -> None:
            body = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as port:
        yield f"http://127.0.0.1:{port}{prefix}"
