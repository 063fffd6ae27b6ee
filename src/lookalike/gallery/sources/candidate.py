"""What every source yields: a person with the photos to know them by, or what it left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.sources.report import LeftOut

# No photo has more; the limit for photos is the analyzer's.
_LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that is read when its turn comes.

    Attributes:
        name: how a report calls it, such as its path in the source.
        read: its bytes; may raise OSError or LookalikeError. Of folders and tables it can be
            pickled, and read on another machine.
        credit: only where it differs from the credit of the candidate.
        fetched_at: when it came from where the credit says, with a time zone.
    """

    name: str
    read: Callable[[], bytes]
    credit: Credit | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who may enter a gallery. The id is the same whenever the source is read.

    Attributes:
        already: further photos, which the source knows to be enrolled.
        joined: files that were taken for this person by a number at the end of their names.
    """

    person: Person
    pictures: tuple[Picture, ...]
    credit: Credit | None = None
    already: int = 0
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """A candidate whose pictures are only counted.

    Attributes:
        new: how many there are to read.
        already: further ones, which the source knows to be enrolled.
    """

    person: Person
    new: int
    already: int


Found = Candidate | LeftOut


class _Size(Protocol):
    """As `os.stat_result`."""

    @property
    def st_size(self) -> int: ...


class Entry(Protocol):
    """A file or a folder: a `Path`, or what lies in S3. It can be pickled."""

    @property
    def name(self) -> str: ...

    def is_dir(self) -> bool: ...

    def is_file(self) -> bool: ...

    def iterdir(self) -> Iterator[Entry]: ...

    def stat(self) -> _Size: ...

    def read_bytes(self) -> bytes: ...


def picture(file: Entry, name: str) -> Picture:
    """A file, called by its path in the source's folder."""
    return Picture(unicodedata.normalize("NFC", name), partial(_read, file))


def _read(file: Entry) -> bytes:
    if file.stat().st_size > _LARGEST_FILE:
        raise InvalidParameter(f"larger than {_LARGEST_FILE:,} bytes")
    return file.read_bytes()
