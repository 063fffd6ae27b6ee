"""Bodies of strangers: how much of them is read, for how long, and where they lie meanwhile."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lookalike.gate.spool import Spool
from tests.support import patient, wire
from tests.support.amazon import clients
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]

_MB = 1024 * 1024
_FORM = {"content-type": "multipart/form-data; boundary=x"}
_CHUNKED = {"transfer-encoding": "chunked"}
_AMAZON = {
    "content-type": clients.CONTENT_TYPE,
    "x-amz-target": "RekognitionService.DetectFaces",
}
# 64 KB as a piece of a body that does not say how long it is.
_PIECE = b"10000\r\n" + b"x" * 65536 + b"\r\n"


@pytest.fixture(scope="module")
def small(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A public server that holds 40 MB of strangers, and waits a second for them."""
    limits = {"max_bytes": 4 * _MB, "bodies_bytes": 40 * _MB, "body_timeout": 1}
    home = tmp_path_factory.mktemp("small")
    with serve(home=home, public="1", allowed_hosts="fans.example", **limits) as server:
        yield server


def begun(stack: ExitStack, server: Server, address: str) -> socket.socket:
    """A connection from an address, which has sent 10 MB of 12."""
    connection = stack.enter_context(wire.connected(server.url))
    headers = {**_FORM, "x-forwarded-for": address, "content-length": str(12 * _MB)}
    with suppress(ConnectionError):
        connection.sendall(wire.head("/api/v1/detect", headers) + bytes(10 * _MB))
    return connection


def test_one_address_holds_a_part_and_all_together_no_more_than_may(small: Server) -> None:
    with ExitStack() as stack:
        begun(stack, small, "198.51.100.1")
        over = wire.answer(begun(stack, small, "198.51.100.1"))
        assert over.startswith(b"HTTP/1.1 429 ")
        assert b"One address may have 16,777,216 bytes on their way in at a time." in over
        for each in range(2, 5):
            begun(stack, small, f"198.51.100.{each}")
        full = wire.answer(begun(stack, small, "198.51.100.9"))
        assert full.startswith(b"HTTP/1.1 503 ")
        assert b"More than 41,943,040 bytes are on their way in; try again" in full
        assert b"retry-after: 5" in full
    # All of it is given back when they leave.
    headers = {"x-forwarded-for": "198.51.100.9"}
    large, status = {"photo": bytes(4 * _MB)}, 503
    while status == 503:
        answer = patient.post(f"{small.url}/api/v1/detect", files=large, headers=headers)
        status = answer.status_code
    assert status == 415


def test_a_body_that_comes_too_slowly_is_refused(small: Server) -> None:
    for path, headers, told in (
        ("/api/v1/detect", _FORM, b'"type":"urn:lookalike:problem:too-slow"'),
        ("/find", {**_FORM, "accept": "text/html"}, b"<html"),
    ):
        with wire.connected(small.url) as connection:
            connection.sendall(wire.head(path, {**headers, "content-length": "100"}) + b"x")
            said = wire.answer(connection)
        assert said.startswith(b"HTTP/1.1 408 Request Timeout")
        assert b"connection: close" in said.lower()
        assert told in said


@pytest.mark.parametrize("length", [_CHUNKED, {"content-length": str(10**12)}])
def test_a_body_without_end_is_not_read_on(small: Server, length: Mapping[str, str]) -> None:
    with wire.connected(small.url) as connection:
        connection.sendall(wire.head("/api/v1/detect", {**_FORM, **length}))
        assert wire.sent(connection, _PIECE, 256 * _MB) < 32 * _MB
        said = wire.answer(connection)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"A request may have at most 12,648,448 bytes." in said


@pytest.mark.parametrize("length", [_CHUNKED, {"content-length": str(14 * _MB)}])
def test_whoever_does_not_sign_is_answered_before_their_body(
    small: Server, length: Mapping[str, str]
) -> None:
    """The headers alone are enough, and what is sent after all is hardly read."""
    with wire.connected(small.url) as connection:
        connection.sendall(wire.head("/", {**_AMAZON, **length}))
        said = wire.answer(connection)
        assert b'"__type": "MissingAuthenticationTokenException"' in said
        assert b"connection: close" in said.lower()
    with wire.connected(small.url) as connection:
        connection.sendall(wire.head("/", {**_AMAZON, **length}))
        assert wire.sent(connection, _PIECE, 256 * _MB) < 32 * _MB
        assert b"MissingAuthenticationTokenException" in wire.answer(connection)


def test_amazons_client_hears_why_though_it_still_sends(small: Server) -> None:
    image = {"Bytes": os.urandom(5 * _MB - 1)}
    for _ in range(3):
        with clients.client(small.url) as client, pytest.raises(ClientError) as refused:
            client.detect_faces(Image=image)
        assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_whoever_may_not_change_galleries_is_answered_before_their_body(small: Server) -> None:
    for path, status in (("/api/v1/people", b"403"), ("/nothing", b"404")):
        with wire.connected(small.url) as connection:
            connection.sendall(wire.head(path, {**_FORM, "content-length": str(12 * _MB)}))
            said = wire.answer(connection)
        assert said.split(b" ")[1] == status
        assert b"connection: close" in said.lower()


def test_connections_go_on_after_requests_that_are_read(
    small: Server, photos: Mapping[str, bytes]
) -> None:
    with patient.Client(base_url=small.url) as http:
        ports = set[object]()
        for name in ("obama.jpg", "biden.jpg", "obama2.jpg"):
            answer = http.post("/api/v1/detect", files={"photo": photos[name]})
            assert len(answer.json()["faces"]) == 1
            ports.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(ports) == 1


def test_a_large_body_is_read_in_no_file(server: Server, photos: Mapping[str, bytes]) -> None:
    """While it comes it is in one that has no name, and holds nothing that can be read."""
    photo = photos["astronaut.png"] + bytes(3 * _MB)
    parts = b'--x\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    body = parts + photo + b"\r\n--x--\r\n"
    with wire.connected(server.url) as connection:
        headers = {**_FORM, "content-length": str(len(body)), "connection": "close"}
        connection.sendall(wire.head("/api/v1/detect", headers) + body[:-9])
        written = _nameless(server.settings.cache, len(body) // 2)
        assert photo[-3 * _MB : -2 * _MB] not in written
        assert bytes(64) not in written
        assert not [each for each in server.settings.cache.rglob("tmp*") if each.is_file()]
        connection.sendall(body[-9:])
        assert b'"faces":[{' in wire.answer(connection)


def _nameless(folder: Path, size: int) -> bytes:
    """What this process has written into a file of a folder that has no name (any more)."""
    pattern = re.compile(rf"{re.escape(str(folder.resolve()))}/.+ \(deleted\)")
    while True:
        for each in Path("/proc/self/fd").iterdir():
            try:
                if pattern.fullmatch(os.readlink(each)) and each.stat().st_size >= size:
                    return each.read_bytes()
            except OSError:
                continue


@pytest.mark.parametrize("size", [0, 1, _MB, _MB + 1, 5 * _MB + 7])
def test_a_spool_gives_what_it_was_given(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    spool = Spool(tmp_path)
    for start in range(0, size, 65_000):
        spool.write(data[start : start + 65_000])
    assert spool.size == size
    assert list(tmp_path.iterdir()) == []
    assert b"".join(spool.read()) == data
    spool.close()
