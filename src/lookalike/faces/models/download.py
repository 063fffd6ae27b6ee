"""A network file from a file or an address into a folder of ours, never more than it may be."""

from __future__ import annotations

import hashlib
import ipaddress
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

import httpx

from lookalike.errors import InvalidParameter, ModelDamaged, ModelUnavailable

# The largest that is known to us, antelopev2.zip, has 361 MB.
MOST_BYTES = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024
_TIMEOUT = 60.0

# Told how many bytes are there, and of how many if that is known.
Advance = Callable[[int, int | None], None]


def check_address(url: str) -> None:
    """
    Raises:
        InvalidParameter: it is not https; http is allowed from this machine alone.
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidParameter(f"{url!r} is no web address ({error}).") from error
    if not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.host))):
        raise InvalidParameter(f"{url} is not https; models are loaded from https addresses only.")


def download(url: str, target: Path, advance: Advance, most: int = MOST_BYTES) -> None:
    """Load an address into a file; redirections lead to https too.

    Raises:
        InvalidParameter: it, or where it leads to, is not https.
        ModelUnavailable: it cannot be read to its end, or has more than `most` bytes.
    """
    hooks = {"request": [lambda request: check_address(str(request.url))]}
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=_TIMEOUT, event_hooks=hooks) as client,
            client.stream("GET", url) as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            total = _length(answer)
            _check_size(url, total or 0, most)
            loaded = 0
            for chunk in answer.iter_bytes(_CHUNK):
                loaded += len(chunk)
                _check_size(url, loaded, most)
                file.write(chunk)
                advance(loaded, total)
    except (httpx.HTTPError, OSError) as error:
        raise ModelUnavailable(
            f"{url} could not be loaded ({_why(error)}); nothing was added."
        ) from error


def copy(source: Path, target: Path, most: int = MOST_BYTES) -> None:
    """Copy a file.

    Raises:
        ModelUnavailable: it cannot be read, or has more than `most` bytes.
    """
    try:
        _check_size(str(source), source.stat().st_size, most)
        shutil.copyfile(source, target)
    except OSError as error:
        raise ModelUnavailable(f"{source} cannot be read ({error}).") from error


def unpack(archive: Path, member: str, target: Path, most: int = MOST_BYTES) -> None:
    """Take one file out of a zip, from whatever folder in it; nothing else is read.

    Args:
        member: the file's name; empty: the only `.onnx` there is.

    Raises:
        ModelDamaged: the zip is broken, or does not hold that one file.
        ModelUnavailable: the file has more than `most` bytes.
    """
    try:
        with (
            zipfile.ZipFile(archive) as file,
            file.open(_found(file, member)) as source,
            target.open("wb") as sink,
        ):
            _pour(source, sink, f"{member} in the zip file", most)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ModelDamaged(f"The zip file cannot be read ({error}).") from error


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _found(file: zipfile.ZipFile, member: str) -> zipfile.ZipInfo:
    networks = [each for each in file.infolist() if each.filename.endswith(".onnx")]
    found = [each for each in networks if PurePosixPath(each.filename).name == member or not member]
    if len(found) != 1:
        names = ", ".join(each.filename for each in networks) or "none"
        raise ModelDamaged(
            f"The zip file must hold one {member or 'network'}; its .onnx files are: {names}. "
            "--member names one."
        )
    return found[0]


def _pour(source: IO[bytes], sink: IO[bytes], what: str, most: int) -> None:
    """Copy, however large the zip file says that it is."""
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        _check_size(what, size, most)
        sink.write(chunk)


def _check_size(what: str, size: int, most: int) -> None:
    if size > most:
        raise ModelUnavailable(
            f"{what} has more than {most:,} bytes, the most that a model may have."
        )


def _why(error: Exception) -> str:
    """Some of httpx's errors have no words."""
    return str(error) or type(error).__name__


def _length(answer: httpx.Response) -> int | None:
    """As its server says; of compressed answers that is another length."""
    if "content-encoding" in answer.headers:
        return None
    return int(answer.headers.get("content-length", 0)) or None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
