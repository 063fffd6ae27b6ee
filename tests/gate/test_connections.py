"""Connections: how many there are, and how long one may say nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from lookalike.config import Settings
from lookalike.gate import connections
from tests.support import patient, wire
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def hasty(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits a second for headers, and takes six connections."""
    home = tmp_path_factory.mktemp("hasty")
    with serve(home=home, header_timeout=1, connections=6) as server:
        yield server


@pytest.mark.parametrize(
    "begin", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\n"]
)
def test_headers_that_do_not_come_end_the_connection(hasty: Server, begin: bytes) -> None:
    with wire.connected(hasty.url) as connection:
        connection.sendall(begin)
        assert wire.answer(connection) == b""


def test_headers_that_trickle_end_the_connection(hasty: Server) -> None:
    with wire.connected(hasty.url) as connection:
        connection.settimeout(0.05)
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        ended, deadline = False, time.monotonic() + 60
        while not ended and time.monotonic() < deadline:
            try:
                connection.sendall(b"a: b\r\n")
                ended = connection.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
        assert ended


def test_after_an_answer_the_next_headers_have_a_deadline_too(hasty: Server) -> None:
    with wire.connected(hasty.url) as connection:
        connection.sendall(wire.head("/healthz", {}, "GET") + b"GET /he")
        assert wire.answer(connection).count(b"HTTP/1.1 200 OK") == 1


def test_headers_without_end_are_refused(hasty: Server) -> None:
    with wire.connected(hasty.url) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert wire.sent(connection, b"a: " + b"b" * 65536, 256 * 1024 * 1024) < 32 * 1024 * 1024
        said = wire.answer(connection)
    assert said == b"" or said.startswith(b"HTTP/1.1 431 ")


def test_connections_beyond_those_that_may_be_are_closed(hasty: Server) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(wire.connected(hasty.url)) for _ in range(12)]
        for each in opened:
            each.settimeout(0.3)
        ended = 0
        for each in opened[6:]:
            try:
                ended += each.recv(1) == b""
            except ConnectionResetError:
                ended += 1
            except TimeoutError:
                pass
        assert ended == 6
    assert patient.get(f"{hasty.url}/healthz").status_code == 200


def test_a_photo_takes_longer_than_headers_may(serve: Serve) -> None:
    """The deadline of headers is none of bodies, or of answers."""
    with serve(header_timeout=1) as server, wire.connected(server.url) as connection:
        body = (
            b'--x\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\nx\r\n--x--'
        )
        headers = {"content-type": "multipart/form-data; boundary=x", "connection": "close"}
        headers["content-length"] = str(len(body))
        connection.sendall(wire.head("/api/v1/detect", headers))
        time.sleep(1.5)
        connection.sendall(body)
        assert wire.answer(connection).startswith(b"HTTP/1.1 415 ")


def test_whoever_reads_no_answer_is_not_waited_for(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE_S", 1.0)
    path, times = "/static-offline-docs/swagger-ui-bundle.js", 30
    with serve() as server, wire.connected(server.url) as connection:
        size = len(patient.get(server.url + path).content)
        connection.sendall(wire.head(path, {}, "GET") * times)
        # Had it waited, all that was asked for would come now.
        time.sleep(4)
        assert len(wire.answer(connection)) < size * times


class _Peer(asyncio.Transport):
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40_000)})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted


async def test_one_address_has_few_connections(settings: Settings) -> None:
    changes = {"connections_per_address": 2, "trusted_proxies": "10.0.0.0/8"}
    make = connections.protocol(replace(settings, **changes))  # type: ignore[arg-type]
    config, state = uvicorn.Config(FastAPI()), ServerState()

    def refused(address: str, count: int) -> int:
        """How many of so many connections that stay."""
        peers = [_Peer(address) for _ in range(count)]
        for each in peers:
            made = make(config=config, server_state=state, app_state={})
            made.connection_made(each)
        return sum(each.aborted for each in peers)

    assert refused("192.0.2.7", 5) == 3
    assert refused("2001:db8::1", 1) + refused("2001:db8::2", 3) == 2
    assert refused("192.0.2.8", 2) == 0
    # This machine, and proxies, have many for others.
    assert refused("127.0.0.1", 5) + refused("10.1.2.3", 5) == 0
    for each in list(state.connections):
        each.connection_lost(ConnectionResetError())
