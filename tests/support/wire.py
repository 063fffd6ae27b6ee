"""A client of bare sockets, for what no library would send: slow, endless, or half of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support import PATIENCE_S


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE_S) as opened:
        yield opened


def head(path: str, headers: Mapping[str, str], method: str = "POST") -> bytes:
    """The headers of a request to this machine."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    if "host" not in headers:
        lines.append("host: localhost")
    return "\r\n".join([*lines, "", ""]).encode()


def answer(connection: socket.socket) -> bytes:
    """All that a server says until it ends the connection."""
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def sent(connection: socket.socket, piece: bytes, most: int) -> int:
    """How many bytes a server takes, at most about `most`, before it ends the connection."""
    taken = 0
    try:
        while taken < most:
            taken += connection.send(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return taken
