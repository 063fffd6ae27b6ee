"""Who signed a request, as AWS Signature Version 4 writes it; `signature.py` verifies it."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lookalike.rekognition.wire.faults import Fault

_ALGORITHM = "AWS4-HMAC-SHA256"
# Parts of a signature; in a query string they are parameters with a prefix.
_FIELDS = ("Algorithm", "Credential", "SignedHeaders", "Signature")
_PREFIX = "X-Amz-"
_TERMINATOR = "aws4_request"
_DATE = re.compile(r"[0-9]{8}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
# An id has 20 capitals and digits, as Amazon's have, of which four say what it is of.
_LETTERS, _DRAWN = string.ascii_uppercase + string.digits, 16
# 30 random bytes are 40 characters of base64, the length of Amazon's secrets.
_SECRET_BYTES = 30
_SCOPE = f"<access key id>/<yyyymmdd>/<region>/<service>/{_TERMINATOR}"


@dataclass(frozen=True, slots=True)
class Credential:
    """
    Attributes:
        date: of the signing key, `20260131`.
        signed_headers: lower case.
        signature: 64 hexadecimal digits.
        presigned: it stood in the query string, not in the Authorization header.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)
    presigned: bool = False


def new_id(prefix: str) -> str:
    """The id of a new access key, which begins with those four capitals."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(_DRAWN))


def new_secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def read_credential(headers: Mapping[str, str], query: Mapping[str, str]) -> Credential | None:
    """The credential of the Authorization header, else of the query string, else None.

    Args:
        headers: looked up by lower-case name.

    Raises:
        Fault: IncompleteSignatureException, it is there but malformed.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        return _credential(_header_fields(authorization))
    if any(_PREFIX + name in query for name in _FIELDS):
        fields = {name: query.get(_PREFIX + name, "") for name in _FIELDS}
        return replace(_credential(fields), presigned=True)
    return None


def _header_fields(authorization: str) -> dict[str, str]:
    """`AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...` by name."""
    algorithm, _, rest = authorization.strip().partition(" ")
    pairs = (each.strip().partition("=") for each in rest.split(","))
    return {"Algorithm": algorithm, **{name: value for name, _, value in pairs}}


def _credential(fields: Mapping[str, str]) -> Credential:
    missing = [name for name in _FIELDS if not fields.get(name)]
    if missing:
        raise _incomplete(f"it lacks {', '.join(missing)}")
    algorithm, scope, signed, signature = (fields[name] for name in _FIELDS)
    if algorithm != _ALGORITHM:
        raise _incomplete(f"the algorithm must be {_ALGORITHM}")
    if not _SIGNATURE.fullmatch(signature):
        raise _incomplete("Signature must be 64 hexadecimal digits")
    key, date, region, service = _scope(scope)
    return Credential(key, date, region, service, tuple(signed.lower().split(";")), signature)


def _scope(credential: str) -> list[str]:
    parts = credential.rsplit("/", 4)
    sound = len(parts) == 5 and all(parts) and parts[4] == _TERMINATOR
    if not sound or not _DATE.fullmatch(parts[1]):
        raise _incomplete(f"Credential must be {_SCOPE}")
    return parts[:4]


def _incomplete(why: str) -> Fault:
    return Fault("IncompleteSignatureException", f"The signature is malformed: {why}.")
