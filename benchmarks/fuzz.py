"""Fuzzes the Rekognition API: whatever is sent, the answer is one of the API, and never a 500.

    python -m benchmarks.fuzz [--minutes 5] [--requests 100000] [--seed 0]

Hypothesis makes requests from Amazon's service model (members that are right, odd, missing, of
other types), damaged photos, forged tokens, bodies that are no JSON, and headers and query strings
of all kinds, and sends them to a server of its own that has a collection with faces and users.
What is answered with a 500, or with something that is not of the API, is shrunk and printed. It
ends after the minutes, or, where a number of requests is given, after those.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import operator
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import PIL.Image
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lookalike import config
from lookalike.rekognition.operations import OPERATIONS
from lookalike.rekognition.wire.faults import COMMON
from tests.support import photos
from tests.support.amazon.clients import CONTENT_TYPE
from tests.support.amazon.service_model import Shape, input_of, service
from tests.support.serving import running

_COLLECTION = "fuzz"
_EXAMPLES = 200
Json = SearchStrategy[Any]

_JUNK: Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each, max_size=3)
    ),
    max_leaves=5,
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the server has, so that requests reach what is behind the checks.

    Attributes:
        values: some for the strings of a shape, by its name.
        lists: requests that are answered with a page and a token, with that token.
    """

    values: Mapping[str, list[str]] = field(repr=False)
    lists: list[tuple[str, dict[str, Any], str]] = field(repr=False)
    images: list[bytes] = field(repr=False)


@dataclass(slots=True)
class Tally:
    """How many requests had which answer."""

    codes: Counter[str] = field(default_factory=Counter)

    def check(self, answer: httpx.Response) -> None:
        """
        Raises:
            AssertionError: the answer is none of the API.
        """
        body = answer.json()
        code = "200" if answer.status_code == 200 else body["__type"]
        self.codes[code] += 1
        assert answer.status_code in (200, 400), (answer.status_code, body)
        assert answer.headers["content-type"] == CONTENT_TYPE
        assert len(answer.headers["x-amzn-requestid"]) == 36
        known = {shape.name for shape in service().error_shapes} | COMMON.keys()
        assert code == "200" or code in known, body


def values(shape: Shape, known: Known, odd: bool) -> Json:
    """What the model allows; now and then anything, if it may be odd."""
    right = _right(shape, known, odd)
    return _mostly(right, _JUNK, 20) if odd else right


@st.composite
def _mostly(draw: st.DrawFn, often: SearchStrategy[Any], seldom: Json, times: int) -> Any:
    """From `seldom` once in so many times; st.one_of knows no weights."""
    return draw(often if draw(st.integers(1, times)) < times else seldom)


def _right(shape: Shape, known: Known, odd: bool) -> Json:
    limits = shape.metadata
    match shape.type_name:
        case "structure":
            return _structures(shape, known, odd)
        case "list":
            return st.lists(values(shape.member, known, odd), min_size=not odd, max_size=4)
        case "map":
            keys = _strings(shape.key, known, odd)
            return st.dictionaries(keys, values(shape.value, known, odd), max_size=3)
        case "string":
            return _strings(shape, known, odd)
        case "blob":
            return _images(known, odd).map(lambda data: base64.b64encode(data).decode())
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            within = st.integers(limits.get("min", 0), limits.get("max", 5000))
            return within | st.integers() if odd else within
    share = st.floats(limits.get("min", 0), limits.get("max", 100))
    return share | st.floats(allow_nan=False) if odd else share


def _structures(shape: Shape, known: Known, odd: bool) -> Json:
    members = {name: values(each, known, odd) for name, each in shape.members.items()}
    needed = {name: each for name, each in members.items() if name in shape.required_members}
    others = {name: each for name, each in members.items() if name not in needed}
    if "Bytes" in others:
        # Of Bytes and S3Object there must be one.
        needed, others = {"Bytes": others["Bytes"]}, {}
    others.pop("NextToken", None)
    right = st.fixed_dictionaries(needed, optional=others)
    some = st.fixed_dictionaries({}, optional=members)
    return _mostly(right, some, 8) if odd else right


def _strings(shape: Shape, known: Known, odd: bool) -> SearchStrategy[str]:
    named = known.values.get(shape.name) or shape.metadata.get("enum") or ["a"]
    if not odd:
        return st.sampled_from(named)
    # Characters that databases, headers and paths trip over.
    strange = st.text(st.sampled_from("aZ0_-.:\0\n'\"%/\\가\U0001f600\ud800"), max_size=300)
    return _mostly(st.sampled_from(named), strange | st.text(max_size=20), 6)


@st.composite
def _images(draw: st.DrawFn, known: Known, odd: bool) -> bytes:
    """Photos; if they may be odd some with bytes altered, some cut short."""
    data = bytearray(draw(st.sampled_from(known.images)))
    if not odd:
        return bytes(data)
    changes = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255))
    for place, value in draw(st.lists(changes, max_size=5)):
        data[place] = value
    cut = draw(st.sampled_from([len(data)] * 5 + [0, 3, 30, len(data) // 2]))
    return bytes(data[:cut])


def requests(known: Known) -> SearchStrategy[Request]:
    """A request to an operation: mostly from the model, else bytes with any headers."""
    return st.one_of([_requests(operation, known) for operation in sorted(OPERATIONS)])


def _requests(operation: str, known: Known) -> SearchStrategy[Request]:
    shape, headers = input_of(operation), _for(operation)
    right, odd = (values(shape, known, each).map(_written) for each in (False, True))
    strange = _headers().map(lambda others: {**headers, **others})
    return st.one_of(
        st.builds(Request, st.just(headers), right),
        st.builds(Request, st.just(headers), odd),
        st.builds(Request, st.just(headers), _bodies()),
        st.builds(Request, strange, right, st.just("") | st.text(max_size=40)),
    )


@st.composite
def forged(draw: st.DrawFn, known: Known) -> Request:
    """The second page of a list, by a token that was altered inside."""
    operation, request, token = draw(st.sampled_from(known.lists))
    try:
        parts = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        parts = token
    if isinstance(parts, list):
        parts[draw(st.integers(0, len(parts) - 1))] = draw(_JUNK | st.just("\ud800"))
    written = base64.urlsafe_b64encode(_written(parts)).decode()
    return Request(_for(operation), _written({**request, "NextToken": written}))


def _for(operation: str) -> dict[str, str]:
    return {"content-type": CONTENT_TYPE, "x-amz-target": f"RekognitionService.{operation}"}


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


def _bodies() -> SearchStrategy[bytes]:
    deep = st.builds(operator.mul, st.sampled_from([b"[", b'{"a":']), st.integers(0, 100_000))
    return st.binary(max_size=300) | _JUNK.map(_written) | deep


def _headers() -> SearchStrategy[dict[str, str]]:
    """Other values for the headers that are looked at."""
    text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80).map(str.strip)
    signature = st.builds(
        "AWS4-HMAC-SHA256 Credential={}/{}/eu-west-1/rekognition/aws4_request, "
        "SignedHeaders={}, Signature={}".format,
        text,
        st.sampled_from(["20260131", "2026", "00000000"]),
        text,
        st.sampled_from(["0" * 64, ""]),
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "authorization": signature | text,
            "content-type": text | st.just(f"{CONTENT_TYPE}; charset=utf-16"),
            "x-amz-target": text,
            "x-amz-date": text,
            "x-amz-security-token": text,
            "x-amz-content-sha256": text,
            "content-encoding": text,
        },
    )


@contextmanager
def served(auth: str) -> Iterator[httpx.Client]:
    """A client of a server with a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = config.load(
            {}, home=Path(folder), auth=auth, portraits="off", rekognition_starter="on"
        )
        with running(own) as server, httpx.Client(base_url=server.url, timeout=300) as client:
            yield client


def fill(client: httpx.Client) -> Known:
    """A collection with faces and users, anew, for the requests may have deleted it."""

    def call(operation: str, **members: Any) -> Any:
        answer = client.post("/", headers=_for(operation), content=_written(members))
        return answer.raise_for_status().json()

    album = photos.load()
    where = {"CollectionId": _COLLECTION}
    client.post("/", headers=_for("DeleteCollection"), content=_written(where))
    arn = call("CreateCollection", **where)["CollectionArn"]
    faces = []
    for name in ("obama.jpg", "obama2.jpg", "t1.jpg"):
        image = {"Bytes": base64.b64encode(album[name]).decode()}
        records = call("IndexFaces", **where, Image=image)["FaceRecords"]
        faces += [each["Face"]["FaceId"] for each in records]
    for user, face in (("a", faces[0]), ("b", faces[2])):
        call("CreateUser", **where, UserId=user)
        call("AssociateFaces", **where, UserId=user, FaceIds=[face])
    known = {
        "CollectionId": [_COLLECTION, "starter", "new", "none"],
        "FaceId": faces,
        "UserId": ["a", "b", "c"],
        "ResourceArn": [f"arn:{arn}", arn],
        "RekognitionUniqueId": ["Q76", "a"],
    }
    one = {"MaxResults": 1}
    asked = (("ListCollections", one), ("ListFaces", where | one), ("ListUsers", where | one))
    lists = [(name, request, call(name, **request)["NextToken"]) for name, request in asked]
    images = [_small(album["obama.jpg"], "JPEG"), _small(album["t1.jpg"], "PNG")]
    return Known(known, lists, images)


def _small(photo: bytes, form: str) -> bytes:
    written = io.BytesIO()
    with PIL.Image.open(io.BytesIO(photo)) as image:
        image.thumbnail((320, 320))
        image.save(written, form)
    return written.getvalue()


def send(client: httpx.Client, request: Request) -> httpx.Response:
    return client.post("/", params=request.query, headers=request.headers, content=request.body)


def fuzz(enough: Callable[[int], bool], first: int) -> Tally:
    """Send requests until enough are answered, from this seed on.

    Raises:
        AssertionError: with the smallest request found that is answered wrongly.
    """
    tally = Tally()
    with served("off") as client, served("on") as guarded:
        for number in count(first):
            if enough(tally.codes.total()):
                break
            known = fill(client)
            everything = _mostly(requests(known), forged(known), 8)
            _round(everything, guarded if number % 8 == 7 else client, tally, number)
    return tally


def _round(
    everything: SearchStrategy[Request], client: httpx.Client, tally: Tally, number: int
) -> None:
    @seed(number)
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(everything)
    def never_fails(request: Request) -> None:
        tally.check(send(client, request))

    never_fails()


def _enough(minutes: float, requests: int | None) -> Callable[[int], bool]:
    if requests:
        return lambda answered: answered >= requests
    until = time.monotonic() + 60 * minutes
    return lambda answered: time.monotonic() > until


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzzes the Rekognition API.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    tally = fuzz(_enough(arguments.minutes, arguments.requests), arguments.seed)
    print(f"{tally.codes.total():,} requests, none of which failed:")
    for code, number in tally.codes.most_common():
        print(f"{number:>8,} {code}")


if __name__ == "__main__":
    main()
