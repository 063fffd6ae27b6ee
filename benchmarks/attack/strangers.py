"""What strangers learn (point 5) and take (points 3 and 4) of a public server."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

from botocore.exceptions import ClientError

from benchmarks.attack.hole import Hole, Open, Target, check
from lookalike.rekognition.access.policy import Policy
from tests.support import patient, photos, wire
from tests.support.amazon import clients

_MB = 1024 * 1024
_FORM = {"content-type": "multipart/form-data; boundary=x"}
_AMAZON = {
    "content-type": clients.CONTENT_TYPE,
    "x-amz-target": "RekognitionService.DetectFaces",
}
_PIECE = b"100000\r\n" + bytes(_MB) + b"\r\n"
# Connections, and bytes that each sends of a body that never ends.
_HOLDING, _HELD = 60, 59 * _MB
# Bytes that a server may grow by, meanwhile, and that it may take of one that it refuses.
_GROWTH, _TAKEN = 512 * _MB, 32 * _MB
_SECRET = "secret-project"


def holes() -> tuple[Hole, ...]:
    """On a server with LOOKALIKE_PUBLIC=1 that waits two seconds for headers and bodies, and grants
    an address three photos a minute and a result a day."""
    return (
        Hole(5, "a collection that is not there names all others", _asks_without_key),
        Hole(5, "a key for team-* learns of other collections", _asks_with_key),
        Hole(9, "a key reads S3 objects that it is not for", _reads_objects),
        Hole(3, f"{_HOLDING} connections hold 59 MB each", _hold, heavy=True),
        Hole(3, "an unsigned caller sends without end", _sends_unsigned),
        Hole(3, "a body sends without end", _sends_form),
        Hole(3, "an unsigned caller's 14 MB are read first", _declares),
        Hole(3, "a body stops in the middle", _stops_in_body),
        Hole(3, "200 connections stop in their headers", _stop_in_headers),
        Hole(3, "headers without end", _sends_headers),
        Hole(4, "one address has any number of photos looked at", _sends_photos),
        Hole(4, "one address has any number of results kept", _shares),
    )


def _asks_without_key(target: Target) -> str:
    with clients.client(target.url, target.key()) as client:
        client.create_collection(CollectionId=_SECRET)
    answers = [
        patient.get(f"{target.url}/api/v1/people", params={"collection": each})
        for each in ("zz", _SECRET)
    ]
    alike = answers[0].text == answers[1].text and _SECRET not in answers[0].text
    return check(alike, f"{answers[0].status_code}, alike for one that is there")


def _asks_with_key(target: Target) -> str:
    key = target.key(Policy(collections=("team-*",)))
    with clients.client(target.url, key) as client:
        try:
            client.list_faces(CollectionId="team-zz")
        except ClientError as error:
            said = error.response["Error"]
            return check(_SECRET not in said["Message"], f"{said['Code']}: {said['Message']}")
    raise Open("it was answered")


def _reads_objects(target: Target) -> str:
    key = target.key(Policy(objects=("photos/red/*",)))
    with clients.client(target.url, key) as client:
        try:
            client.detect_faces(Image={"S3Object": {"Bucket": "photos", "Name": "blue/a.jpg"}})
        except ClientError as error:
            said = error.response["Error"]["Code"]
            return check(said == "AccessDeniedException", said)
    raise Open("it was read")


def _hold(target: Target) -> str:
    before = target.memory
    most = before
    with ExitStack() as stack:
        for number in range(_HOLDING):
            connection = stack.enter_context(wire.connected(target.url))
            headers = {**_FORM, "x-forwarded-for": f"198.51.100.{number}"}
            headers["content-length"] = str(_HELD + 1)
            _send(connection, wire.head("/api/v1/detect", headers), _HELD)
            most = max(most, target.memory)
        answer = patient.get(f"{target.url}/readyz")
    grown = (most - before) // _MB
    return check(most - before < _GROWTH and answer.status_code == 200, f"{grown:+} MB of memory")


def _send(connection: socket.socket, head: bytes, size: int) -> None:
    with suppress(OSError):
        connection.sendall(head)
        for _ in range(0, size, _MB):
            connection.sendall(bytes(_MB))


def _sends_unsigned(target: Target) -> str:
    return _sends(target, wire.head("/", {**_AMAZON, "transfer-encoding": "chunked"}))


def _sends_form(target: Target) -> str:
    return _sends(target, wire.head("/api/v1/detect", {**_FORM, "transfer-encoding": "chunked"}))


def _sends(target: Target, head: bytes) -> str:
    with wire.connected(target.url) as connection:
        connection.sendall(head)
        taken = wire.sent(connection, _PIECE, 512 * _MB)
        said = wire.answer(connection).split(b"\r\n")[0].decode()
    allowed = _TAKEN if head.startswith(b"POST / ") else 4 * _TAKEN
    return check(taken < allowed and bool(said), f"{said} after {taken / _MB:.0f} MB")


def _declares(target: Target) -> str:
    with wire.connected(target.url) as connection:
        connection.sendall(wire.head("/", {**_AMAZON, "content-length": str(14 * _MB)}))
        said = wire.answer(connection)
    closed = b"MissingAuthenticationTokenException" in said
    return check(closed, "MissingAuthenticationTokenException before any of it")


def _stops_in_body(target: Target) -> str:
    with wire.connected(target.url) as connection:
        headers = {**_FORM, "content-length": "1000"}
        connection.sendall(wire.head("/api/v1/detect", headers) + b"x")
        said = wire.answer(connection).split(b"\r\n")[0].decode()
    return check(said.startswith("HTTP/1.1 408"), said)


def _stop_in_headers(target: Target) -> str:
    with ExitStack() as stack:
        opened = [stack.enter_context(wire.connected(target.url)) for _ in range(200)]
        for each in opened:
            each.sendall(b"GET / HTTP/1.1\r\nhost: loc")
        alive = patient.get(f"{target.url}/healthz").status_code == 200
        ended = sum(not wire.answer(each) for each in opened)
    return check(alive and ended == len(opened), f"{ended} were closed")


def _sends_headers(target: Target) -> str:
    with wire.connected(target.url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        taken = wire.sent(connection, b"a: " + bytes(_MB), 512 * _MB)
    return check(taken < _TAKEN, f"closed after {taken / _MB:.0f} MB")


def _sends_photos(target: Target) -> str:
    photo, headers = photos.load()["obama.jpg"], {"x-forwarded-for": "203.0.113.1"}
    url = f"{target.url}/api/v1/detect"
    answers = [patient.post(url, files={"photo": photo}, headers=headers) for _ in range(6)]
    statuses = [each.status_code for each in answers]
    last = answers[-1].headers.get("retry-after")
    return check(statuses[:3] == [200] * 3 and 429 in statuses, f"429, Retry-After {last}")


def _shares(target: Target) -> str:
    photo, headers = photos.load()["obama.jpg"], {"x-forwarded-for": "203.0.113.2"}
    url, form = f"{target.url}/api/v1/results", {"person": "Q76"}
    statuses = [
        patient.post(url, files={"photo": photo}, data=form, headers=headers).status_code
        for _ in range(2)
    ]
    return check(statuses == [201, 429], statuses)
