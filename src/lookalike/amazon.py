"""Services of AWS's beside Rekognition, Amazon's or what stands in for them: clients of S3 and SNS,
objects of S3, and a prefix there as a folder of them.

Endpoint, region and credentials that are not given are those that AWS's SDKs are configured to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from lookalike.errors import InvalidParameter, ObjectUnavailable

_REGION = "us-east-1"
_CONNECT_S, _READ_S = 3, 20
_ATTEMPTS = 3
_SCHEME = "s3"
_MISSING = {
    "NoSuchBucket": "there is no such bucket",
    "NoSuchKey": "there is no such object",
    "NoSuchVersion": "the object has no such version",
    "InvalidRange": "it is empty",
    "PreconditionFailed": "it was changed while it was read",
}
_SET_CREDENTIALS = (
    "no AWS credentials are configured here. Set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, and LOOKALIKE_S3_ENDPOINT_URL unless the storage is Amazon's"
)


@cache
def service_client(service: str, endpoint_url: str, region: str | None = None) -> Any:
    """A client, one a process; it may be shared by threads.

    Opened when it is first needed, because importing botocore takes longer than most answers.
    """
    from botocore.config import Config
    from botocore.session import get_session

    session = get_session()
    return session.create_client(
        service,
        endpoint_url=endpoint_url or None,
        region_name=region or session.get_config_variable("region") or _REGION,
        config=Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            # A host of one's own seldom has a name for each bucket.
            s3={"addressing_style": "path"} if endpoint_url else None,
        ),
    )


@dataclass(frozen=True, slots=True)
class Location:
    """Where an object lies; without a version, the latest is meant."""

    bucket: str
    name: str
    version: str | None = None

    def __str__(self) -> str:
        version = f" (version {self.version})" if self.version else ""
        return f"s3://{self.bucket}/{self.name}{version}"

    @property
    def arguments(self) -> dict[str, str]:
        """As boto3 is told."""
        version = {"VersionId": self.version} if self.version else {}
        return {"Bucket": self.bucket, "Key": self.name, **version}


@contextmanager
def told(where: Location) -> Iterator[None]:
    """Whatever boto3 raises becomes an error that says what is wrong.

    Raises:
        ObjectUnavailable: it is missing, forbidden or out of reach.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    try:
        yield
    except ClientError as error:
        raise _unavailable(where, _reason(error.response)) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise _unavailable(where, _SET_CREDENTIALS) from error
    except (BotoCoreError, ValueError) as error:
        raise _unavailable(where, f"S3 cannot be reached ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class Stored:
    """An object, or a folder of them, with as much of `Path` as whoever reads folders asks.

    Attributes:
        st_size: bytes of an object.
        children: what is in a folder, by name; None: it is an object.
    """

    name: str
    where: Location
    endpoint_url: str
    st_size: int = 0
    children: dict[str, Stored] | None = field(default=None, repr=False)

    def is_dir(self) -> bool:
        return self.children is not None

    def is_file(self) -> bool:
        return self.children is None

    def iterdir(self) -> Iterator[Stored]:
        return iter((self.children or {}).values())

    def stat(self) -> Stored:
        return self

    def read_bytes(self) -> bytes:
        """
        Raises:
            ObjectUnavailable: it is missing, forbidden or out of reach.
        """
        client = service_client("s3", self.endpoint_url)
        with told(self.where), client.get_object(**self.where.arguments)["Body"] as body:
            data: bytes = body.read()
            return data


def is_address(text: str) -> bool:
    """Whether that is of S3, and no name of a file."""
    return text.startswith(f"{_SCHEME}://")


def folder(address: str, endpoint_url: str) -> Stored:
    """Everything below `s3://bucket/prefix`, as if it were a folder of that name; objects are
    listed now, and read when their turn comes.

    Raises:
        InvalidParameter: it names no bucket, or nothing is there.
        ObjectUnavailable: it cannot be listed.
    """
    parts = urlsplit(address, allow_fragments=False)
    prefix = parts.path.strip("/")
    where = Location(parts.netloc, prefix)
    if not parts.netloc or parts.query:
        raise InvalidParameter(f"{address!r} is no s3://bucket/prefix.")
    root = Stored(prefix.rpartition("/")[2] or parts.netloc, where, endpoint_url, children={})
    with told(where):
        for each in _listed(where, endpoint_url):
            _place(root, each)
    if not root.children:
        raise InvalidParameter(f"There is nothing below {where}.")
    return root


def _listed(where: Location, endpoint_url: str) -> Iterator[Stored]:
    pages = service_client("s3", endpoint_url).get_paginator("list_objects_v2")
    below = f"{where.name}/" if where.name else ""
    for page in pages.paginate(Bucket=where.bucket, Prefix=below):
        for each in page.get("Contents", ()):
            # What ends so is put there by consoles, to show a folder that is empty.
            if not each["Key"].endswith("/"):
                name = each["Key"].removeprefix(below)
                yield Stored(name, Location(where.bucket, each["Key"]), endpoint_url, each["Size"])


def _place(root: Stored, found: Stored) -> None:
    """Put an object, which is called by its path below the root, into its folder."""
    *folders, name = found.name.split("/")
    for each in folders:
        root = _folder_in(root, each)
    _children(root)[name] = replace(found, name=name)


def _folder_in(folder: Stored, name: str) -> Stored:
    there = _children(folder).get(name)
    # An object may be called as a folder is: then what is in the folder counts.
    if there is None or there.children is None:
        where = Location(folder.where.bucket, f"{folder.where.name}/{name}".lstrip("/"))
        there = Stored(name, where, folder.endpoint_url, children={})
        _children(folder)[name] = there
    return there


def _children(folder: Stored) -> dict[str, Stored]:
    assert folder.children is not None  # nosec B101 # for types alone
    return folder.children


def _reason(answer: dict[str, Any]) -> str:
    code = answer.get("Error", {}).get("Code", "")
    if code in _MISSING:
        return _MISSING[code]
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if status == 403:
        return f"these credentials may not read it ({code})"
    return f"S3 answered {code}"


def _unavailable(where: Location, why: str) -> ObjectUnavailable:
    return ObjectUnavailable(f"{where} cannot be read: {why}.")
