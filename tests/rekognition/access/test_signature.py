"""Signatures against two oracles: Amazon's published test vectors, and botocore's own signers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lookalike.rekognition.access.credential import Credential, read_credential
from lookalike.rekognition.access.signature import SignedRequest, signature, verify
from lookalike.rekognition.wire.faults import Fault
from tests.support.amazon.clients import CONTENT_TYPE, QueryAuth

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 1, 31, 12, 36, tzinfo=UTC)
URL = "http://localhost:8000/"
TARGET = {"X-Amz-Target": "RekognitionService.DetectFaces", "Content-Type": CONTENT_TYPE}

Signed = tuple[SignedRequest, Credential]

VANILLA_GET = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
VANILLA_POST = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "application/x-www-form-urlencoded"

# The AWS Signature Version 4 test suite: method, target, headers beside Host and X-Amz-Date, body,
# and the signature that it publishes. Left out: headers over several lines, which HTTP dropped.
SUITE: dict[str, tuple[str, str, list[tuple[str, str]], str, str]] = {
    "header-key-duplicate": (
        "GET",
        "/",
        [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
        "",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "header-value-order": (
        "GET",
        "/",
        [("My-Header1", f"value{each}") for each in (4, 1, 3, 2)],
        "",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    "header-value-trim": (
        "GET",
        "/",
        [("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')],
        "",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "unreserved": (
        "GET",
        f"/{UNRESERVED}",
        [],
        "",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "utf8": (
        "GET",
        "/ሴ",
        [],
        "",
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "query-order-encoded": (
        "GET",
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        [],
        "",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    "query-order-key": (
        "GET",
        "/?Param1=value2&Param1=Value1",
        [],
        "",
        "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1",
    ),
    "query-order-key-case": (
        "GET",
        "/?Param2=value2&Param1=value1",
        [],
        "",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "query-order-value": (
        "GET",
        "/?Param1=value2&Param1=value1",
        [],
        "",
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ),
    "query-unreserved": (
        "GET",
        f"/?{UNRESERVED}={UNRESERVED}",
        [],
        "",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    "utf8-query": (
        "GET",
        "/?ሴ=bar",
        [],
        "",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    "vanilla": ("GET", "/", [], "", VANILLA_GET),
    "relative": ("GET", "/example/..", [], "", VANILLA_GET),
    "relative-relative": ("GET", "/example1/example2/../..", [], "", VANILLA_GET),
    "slash": ("GET", "//", [], "", VANILLA_GET),
    "slash-dot-slash": ("GET", "/./", [], "", VANILLA_GET),
    "slash-pointless-dot": (
        "GET",
        "/./example",
        [],
        "",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ),
    "slashes": (
        "GET",
        "//example//",
        [],
        "",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    "space": (
        "GET",
        "/example space/",
        [],
        "",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    "special-character": (
        "GET",
        "/example/$delete",
        [],
        "",
        "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27",
    ),
    "post-header-key-case": ("POST", "/", [], "", VANILLA_POST),
    "post-header-value-case": (
        "POST",
        "/",
        [("My-Header1", "VALUE1")],
        "",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    "post-query": (
        "POST",
        "/?Param1=value1",
        [],
        "",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    "post-form": (
        "POST",
        "/",
        [("Content-Type", FORM)],
        "Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "post-form-charset": (
        "POST",
        "/",
        [("Content-Type", f"{FORM}; charset=utf8")],
        "Param1=value1",
        "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
    ),
}


@pytest.mark.parametrize("name", SUITE)
def test_published_vectors(name: str) -> None:
    method, target, headers, body, published = SUITE[name]
    every = [("Host", "example.amazonaws.com"), *headers, ("X-Amz-Date", "20150830T123600Z")]
    request = on_the_wire(method, target, every, body.encode())
    names = tuple(sorted({name.lower() for name, _ in every}))
    credential = Credential("AKIDEXAMPLE", "20150830", "us-east-1", "service", names, published)
    signed_at = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    assert signature(request, credential, SECRET, signed_at) == published


def on_the_wire(
    method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes
) -> SignedRequest:
    path, _, query = target.encode().partition(b"?")
    sent = tuple((name.lower().encode(), value.encode()) for name, value in headers)
    return SignedRequest(method, path, query, sent, body)


def sign(
    *,
    method: str = "POST",
    url: str = URL,
    headers: Sequence[tuple[str, str]] = tuple(TARGET.items()),
    body: bytes = b"{}",
    region: str = "eu-west-1",
    service: str = "rekognition",
    expires: int | None = None,
) -> Signed:
    """A request as botocore signs it, and as it then goes over the wire."""
    request = AWSRequest(method, url, data=body)
    for name, value in headers:
        request.headers[name] = value
    credentials = Credentials("AKIDEXAMPLE", SECRET)
    if expires is None:
        SigV4Auth(credentials, service, region).add_auth(request)
    else:
        QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    parts = urlsplit(request.url)
    sent = [("Host", parts.netloc), *request.headers.items()]
    wired = on_the_wire(method, f"{parts.path}?{parts.query}", sent, body)
    named = {name.lower(): value for name, value in request.headers.items()}
    credential = read_credential(named, dict(parse_qsl(parts.query)))
    assert credential is not None
    return wired, credential


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore signs at NOW."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))


def check(signed: Signed, now: datetime = NOW, secret: str = SECRET) -> None:
    verify(*signed, secret, now)


def refused(signed: Signed, now: datetime = NOW, secret: str = SECRET) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        check(signed, now, secret)
    assert SECRET not in caught.value.message
    assert signed[1].signature not in caught.value.message
    return caught.value.code, caught.value.message


MISMATCH = (
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.",
)


@pytest.mark.parametrize("expires", [None, 60])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"body": b""},
        {"body": bytes(range(256)) * 5000},
        {"url": "https://rekognition.example.com/"},
        {"url": "http://[::1]:8000/"},
        {"url": URL + "?b=2&a=%ED%95%9C&a=1%2B1&empty=&%24=%20"},
        {"url": URL + "%ED%95%9C%20%EA%B8%80/a%2Fb/../c//"},
        {"headers": [*TARGET.items(), ("X-Amz-Meta", "  a   b  "), ("X-Amz-Meta", "a,b")]},
        {"headers": [*TARGET.items(), ("X-Amz-Meta", "한글"), ("My-Empty", "")]},
        {"region": "ap-northeast-2"},
        {"method": "GET", "body": b""},
    ],
)
def test_what_botocore_signs_is_let_in(changes: dict[str, object], expires: int | None) -> None:
    check(sign(**changes, expires=expires))  # type: ignore[arg-type]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@given(
    path=st.lists(TEXT.filter(lambda text: text not in (".", "..")), max_size=4),
    query=st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=4),
    values=st.lists(TEXT, max_size=3),
    body=st.binary(max_size=64),
)
@hypothesis_settings(deadline=None)
def test_what_botocore_signs_is_let_in_whatever_it_is(
    path: list[str], query: list[tuple[str, str]], values: list[str], body: bytes
) -> None:
    pairs = "&".join(f"{quote(name, '')}={quote(value, '')}" for name, value in query)
    url = URL + "/".join(quote(each, "") for each in path) + (f"?{pairs}" if pairs else "")
    # Only spaces of ASCII are spaces in HTTP; botocore takes others for some too.
    headers = [("X-Amz-Meta", "".join(each.split())) for each in values]
    check(sign(url=url, headers=headers, body=body))


Change = Callable[[SignedRequest], SignedRequest]


def header(name: str, value: str) -> Change:
    """Gives a header another value."""

    def change(request: SignedRequest) -> SignedRequest:
        rest = tuple(each for each in request.headers if each[0] != name.encode())
        return replace(request, headers=(*rest, (name.encode(), value.encode())))

    return change


def another(name: str, value: str) -> Change:
    """Sends a header once more."""
    return lambda request: replace(
        request, headers=(*request.headers, (name.encode(), value.encode()))
    )


ALTERED: dict[str, Change] = {
    "body": lambda request: replace(request, body=request.body + b" "),
    "no body": lambda request: replace(request, body=b""),
    "method": lambda request: replace(request, method="PUT"),
    "path": lambda request: replace(request, path=b"/other"),
    "query": lambda request: replace(request, query=request.query + b"&a=b"),
    "host": header("host", "rekognition.eu-west-1.amazonaws.com"),
    "operation": header("x-amz-target", "RekognitionService.DeleteCollection"),
    "content type": header("content-type", "text/plain"),
    "operation twice": another("x-amz-target", "RekognitionService.DeleteCollection"),
    "host twice": another("host", "other"),
}


@pytest.mark.parametrize("expires", [None, 60])
@pytest.mark.parametrize("part", ALTERED)
def test_whatever_is_altered_is_refused(part: str, expires: int | None) -> None:
    request, credential = sign(expires=expires)
    assert refused((ALTERED[part](request), credential)) == MISMATCH


def test_another_secret_or_region_is_refused() -> None:
    request, credential = sign()
    assert refused((request, credential), secret=SECRET[:-1]) == MISMATCH
    assert refused((request, replace(credential, region="us-east-1"))) == MISMATCH
    digit = "0" if credential.signature[-1] != "0" else "1"
    forged = replace(credential, signature=credential.signature[:-1] + digit)
    assert refused((request, forged)) == MISMATCH


def test_another_time_of_the_same_day_is_refused() -> None:
    request, credential = sign()
    assert refused((header("x-amz-date", "20260131T123601Z")(request), credential)) == MISMATCH
    presigned, credential = sign(expires=60)
    query = presigned.query.replace(b"X-Amz-Expires=60", b"X-Amz-Expires=61")
    assert refused((replace(presigned, query=query), credential)) == MISMATCH


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_clocks_may_differ_by_five_minutes(minutes: int) -> None:
    check(sign(), NOW + timedelta(minutes=minutes))


def test_replay_is_refused() -> None:
    assert refused(sign(), NOW + timedelta(minutes=5, seconds=1)) == (
        "InvalidSignatureException",
        "Signature expired: 20260131T123600Z is now earlier than 20260131T123601Z "
        "(20260131T124101Z - 5 min.)",
    )
    later = refused(sign(), NOW + timedelta(minutes=15, seconds=1))
    assert later[1].startswith("Signature expired: 20260131T123600Z is now earlier than")


def test_the_future_is_refused() -> None:
    assert refused(sign(), NOW - timedelta(minutes=5, seconds=1)) == (
        "InvalidSignatureException",
        "Signature not yet current: 20260131T123600Z is still later than 20260131T123559Z "
        "(20260131T123059Z + 5 min.)",
    )


def test_presigned_requests_live_as_long_as_they_say() -> None:
    check(sign(expires=3600), NOW + timedelta(minutes=60))
    assert refused(sign(expires=3600), NOW + timedelta(minutes=60, seconds=1)) == (
        "InvalidSignatureException",
        "Signature expired: 20260131T123600Z is now earlier than 20260131T123601Z "
        "(20260131T133601Z - 3600 s)",
    )
    assert "not yet current" in refused(sign(expires=3600), NOW - timedelta(minutes=6))[1]


@pytest.mark.parametrize("expires", [0, -1, 604_801, "x", ""])
def test_lives_beyond_a_week_are_refused(expires: object) -> None:
    code, message = refused(sign(expires=expires))  # type: ignore[arg-type]
    assert code == "IncompleteSignatureException"
    assert "X-Amz-Expires must be 1 to 604800 seconds" in message


def test_scope_is_checked() -> None:
    assert refused(sign(service="s3")) == (
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'rekognition'.",
    )
    assert "valid region" in refused(sign(region="Mars\n"))[1]
    request, credential = sign()
    assert refused((request, replace(credential, date="20260130"))) == (
        "InvalidSignatureException",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: '20260130' != '20260131', from '20260131T123600Z'.",
    )


def test_host_and_amazons_headers_must_be_signed() -> None:
    request, credential = sign()
    without = replace(credential, signed_headers=("content-type", "x-amz-date", "x-amz-target"))
    assert refused((request, without)) == (
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    )
    for name in ("x-amz-date", "x-amz-target"):
        signed = tuple(each for each in credential.signed_headers if each != name)
        message = refused((request, replace(credential, signed_headers=signed)))[1]
        assert message == f"'{name}' must be a 'SignedHeader' in the AWS Authorization."
    message = refused((another("x-amz-meta", "a")(request), credential))[1]
    assert message == "'x-amz-meta' must be a 'SignedHeader' in the AWS Authorization."


def test_other_headers_need_not_be_signed() -> None:
    # Amazon's SDK for PHP signs no Content-Type, and every one sends a User-Agent unsigned.
    request, credential = sign(headers=[("X-Amz-Target", TARGET["X-Amz-Target"])])
    for name, value in (("content-type", CONTENT_TYPE), ("user-agent", "x")):
        request = another(name, value)(request)
    check((request, credential))


def test_a_date_header_will_do() -> None:
    request, credential = sign(headers=[*TARGET.items(), ("Date", "now")])
    assert request.values("x-amz-date") == []
    assert request.header("date") == "Sat, 31 Jan 2026 12:36:00 -0000"
    check((request, credential))
    unsigned = tuple(each for each in credential.signed_headers if each != "date")
    message = refused((request, replace(credential, signed_headers=unsigned)))[1]
    assert message == "'Date' must be a 'SignedHeader' in the AWS Authorization."


@pytest.mark.parametrize("date", ["", "now", "2026-01-31T12:36:00Z", "20261331T123600Z"])
def test_other_dates_are_incomplete(date: str) -> None:
    request, credential = sign()
    code, message = refused((header("x-amz-date", date)(request), credential))
    assert code == "IncompleteSignatureException"
    assert "X-Amz-Date" in message or "ISO 8601 basic format" in message
    twice = another("x-amz-date", "20260131T123600Z")(request)
    assert refused((twice, credential))[0] == "IncompleteSignatureException"


@pytest.mark.parametrize("name", ["X-Amz-Content-SHA256", "x-amz-content-sha256"])
def test_the_body_is_what_its_header_says(name: str) -> None:
    stated = hashlib.sha256(b"{}").hexdigest()
    check(sign(headers=[*TARGET.items(), (name, stated)]))
    code, message = refused(sign(headers=[*TARGET.items(), (name, stated)], body=b"{} "))
    assert code == "InvalidSignatureException"
    assert "does not match what was computed" in message


@pytest.mark.parametrize(
    "stated",
    [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "",
    ],
)
def test_unsigned_bodies_are_refused(stated: str) -> None:
    headers = [*TARGET.items(), ("X-Amz-Content-SHA256", stated)]
    code, message = refused(sign(headers=headers))
    assert code == "InvalidSignatureException"
    assert "this service accepts no unsigned body" in message
    query = f"{URL}?X-Amz-Content-Sha256={stated}"
    assert refused(sign(url=query, expires=60)) == (code, message)
