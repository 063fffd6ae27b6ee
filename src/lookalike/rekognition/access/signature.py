"""AWS Signature Version 4: whether a request is as its sender signed it.

    request -> canonical request -> string to sign -> signature, compared with the one sent

The rules are those of "AWS Signature Version 4 for API requests" in the IAM user guide for services
other than S3: the path is encoded twice, and the body is always signed. Messages are Amazon's own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote_to_bytes

from starlette.requests import Request

from lookalike.rekognition.access.credential import Credential
from lookalike.rekognition.wire.faults import Fault

SERVICE = "rekognition"
# "(20180710T071714Z - 5 min.)", as Rekognition's own refusals say.
CLOCK_SKEW = timedelta(minutes=5)
# A week: the longest that a presigned request may live.
_LONGEST = 604_800
_FORMAT = "%Y%m%dT%H%M%SZ"
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SECONDS = re.compile(r"[0-9]{1,6}")
_REGION = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True, repr=False)
class SignedRequest:
    """A request as it came over the wire.

    Attributes:
        path, query: percent-encoded, as they were sent.
        headers: in the order sent, their names in lower case.
        other_paths: what the path may have been where a proxy changed it.
    """

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    other_paths: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, request: Request, body: bytes) -> SignedRequest:
        """What a signature is made over. A server may not tell the path as it was sent: it is /."""
        scope = request.scope
        path = scope.get("raw_path") or b"/"
        headers = tuple(scope["headers"])
        query, others = scope["query_string"], _paths_cut(path, scope.get("root_path", ""))
        return cls(request.method, path, query, headers, body, others)

    def values(self, name: str) -> list[bytes]:
        """Every value of a header."""
        return [value for each, value in self.headers if each == name.encode()]

    def header(self, name: str) -> str | None:
        """The value of a header; of one sent several times, all of them with commas."""
        values = self.values(name)
        return b",".join(values).decode("latin-1").strip() if values else None

    def parameter(self, name: str) -> str | None:
        """The value of the first parameter of that name in the query string."""
        found = (value for each, value in _pairs(self.query) if each == name.encode())
        value = next(found, None)
        return None if value is None else value.decode("latin-1")


def _paths_cut(path: bytes, root: str) -> tuple[bytes, ...]:
    """What a client may have signed where a proxy cut off the path that it offers the server under:
    nobody tells whether there was a slash at its end."""
    prefix = root.encode()
    return () if path.startswith(prefix) else (prefix + path, prefix)


def verify(
    request: SignedRequest,
    credential: Credential,
    secret: str,
    now: datetime,
    service: str = SERVICE,
) -> None:
    """
    Args:
        now: the time, in UTC.
        service: that it has to be signed for.

    Raises:
        Fault: InvalidSignatureException, the request is not as it was signed, was not signed in
            full, for another service or at another time; IncompleteSignatureException, it does not
            say when.
    """
    signed_at = check_head(request, credential, now, service)
    _check_payload(request)
    sent = (replace(request, path=each) for each in (request.path, *request.other_paths))
    expected = (signature(each, credential, secret, signed_at) for each in sent)
    if not any(hmac.compare_digest(each, credential.signature) for each in expected):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details."
        )


def check_head(
    request: SignedRequest, credential: Credential, now: datetime, service: str = SERVICE
) -> datetime:
    """When a request was signed, if its headers can be right; nothing is asked of its body.

    Raises:
        Fault: as `verify`.
    """
    _check_signed_headers(request, credential)
    signed_at = _signed_at(request, credential)
    _check_scope(credential, signed_at, service)
    _check_age(request, credential, signed_at, now)
    return signed_at


def signature(
    request: SignedRequest, credential: Credential, secret: str, signed_at: datetime
) -> str:
    """The signature that the holder of `secret` gives: 64 hexadecimal digits."""
    scope = (credential.date, credential.region, credential.service, "aws4_request")
    hashed = hashlib.sha256(canonical_request(request, credential)).hexdigest()
    to_sign = "\n".join(("AWS4-HMAC-SHA256", _stamp(signed_at), "/".join(scope), hashed))
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def canonical_request(request: SignedRequest, credential: Credential) -> bytes:
    """The one way in which a request is written to be signed."""
    names = sorted(set(credential.signed_headers))
    return b"\n".join(
        (
            request.method.encode(),
            _canonical_path(request.path),
            _canonical_query(request.query, credential.presigned),
            *(_canonical_header(request, name) for name in names),
            b"",
            ";".join(names).encode(),
            hashlib.sha256(request.body).hexdigest().encode(),
        )
    )


def _canonical_path(path: bytes) -> bytes:
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    end = b"/" if kept and path.endswith(b"/") else b""
    return quote(b"/" + b"/".join(kept) + end, safe="/~").encode()


def _canonical_query(query: bytes, presigned: bool) -> bytes:
    pairs = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in _pairs(query)
        if not (presigned and name == b"X-Amz-Signature")
    )
    return "&".join(f"{name}={value}" for name, value in pairs).encode()


def _canonical_header(request: SignedRequest, name: str) -> bytes:
    values = (b" ".join(value.split()) for value in request.values(name))
    return name.encode() + b":" + b",".join(values)


def _pairs(query: bytes) -> Iterator[tuple[bytes, bytes]]:
    for each in query.split(b"&"):
        name, _, value = each.partition(b"=")
        if each:
            yield unquote_to_bytes(name), unquote_to_bytes(value)


def _check_signed_headers(request: SignedRequest, credential: Credential) -> None:
    """The host and all of Amazon's own headers; its SDK for PHP leaves Content-Type unsigned."""
    if "host" not in credential.signed_headers:
        raise _unsigned("'Host' or ':authority'")
    for name, _ in request.headers:
        if name.startswith(b"x-amz-") and name.decode("latin-1") not in credential.signed_headers:
            raise _unsigned(repr(name.decode("latin-1")))


def _signed_at(request: SignedRequest, credential: Credential) -> datetime:
    if credential.presigned:
        return _time(request.parameter("X-Amz-Date"))
    stamp = request.header("x-amz-date")
    if stamp is not None:
        return _time(stamp)
    date = request.header("date")
    if date is not None and "date" not in credential.signed_headers:
        raise _unsigned("'Date'")
    return _time(date)


def _time(text: str | None) -> datetime:
    if not text:
        raise _incomplete("a signed request needs an X-Amz-Date or a Date")
    try:
        if _STAMP.fullmatch(text):
            return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
        read = parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _incomplete("its date must be in ISO 8601 basic format, 20260131T123600Z") from None


def _check_scope(credential: Credential, signed_at: datetime, service: str) -> None:
    if credential.service != service:
        raise _invalid(f"Credential should be scoped to correct service: '{service}'.")
    if not _REGION.fullmatch(credential.region):
        raise _invalid("Credential should be scoped to a valid region.")
    day = f"{signed_at:%Y%m%d}"
    if credential.date != day:
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{credential.date}' != '{day}', from '{_stamp(signed_at)}'."
        )


def _check_age(
    request: SignedRequest, credential: Credential, signed_at: datetime, now: datetime
) -> None:
    life, words = CLOCK_SKEW, "5 min."
    if credential.presigned:
        seconds = _expires(request)
        life, words = timedelta(seconds=seconds), f"{seconds} s"
    oldest, newest = now - life, now + CLOCK_SKEW
    if signed_at < oldest.replace(microsecond=0):
        raise _invalid(
            f"Signature expired: {_stamp(signed_at)} is now earlier than {_stamp(oldest)} "
            f"({_stamp(now)} - {words})"
        )
    if signed_at > newest:
        raise _invalid(
            f"Signature not yet current: {_stamp(signed_at)} is still later than {_stamp(newest)} "
            f"({_stamp(now)} + 5 min.)"
        )


def _expires(request: SignedRequest) -> int:
    text = request.parameter("X-Amz-Expires") or ""
    if not _SECONDS.fullmatch(text) or not 1 <= int(text) <= _LONGEST:
        raise _incomplete(f"X-Amz-Expires must be 1 to {_LONGEST} seconds")
    return int(text)


def _check_payload(request: SignedRequest) -> None:
    """A body that says it is not signed, or signed piece by piece, is refused."""
    for stated in (
        request.header("x-amz-content-sha256"),
        request.parameter("X-Amz-Content-Sha256"),
    ):
        if stated is not None and stated != hashlib.sha256(request.body).hexdigest():
            raise _invalid(
                "The provided 'x-amz-content-sha256' does not match what was computed: it must be "
                "the sha256 of the body, for this service accepts no unsigned body."
            )


def _stamp(when: datetime) -> str:
    return when.strftime(_FORMAT)


def _unsigned(name: str) -> Fault:
    return _invalid(f"{name} must be a 'SignedHeader' in the AWS Authorization.")


def _invalid(message: str) -> Fault:
    return Fault("InvalidSignatureException", message)


def _incomplete(why: str) -> Fault:
    return Fault("IncompleteSignatureException", f"The signature is malformed: {why}.")
