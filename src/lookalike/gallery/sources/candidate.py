"""What every source yields: a person with the photos to know them by, or a line on what is wrong.

Names are compared and kept in Unicode's composed form (NFC): macOS writes file names decomposed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person, Text

# By the name: a file is opened only when its turn comes.
_SUFFIXES = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif"}
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LONGEST_EXTERNAL_ID = 255
_COPY = re.compile(r"(_\d{1,4}|\s*\(\d{1,4}\))$")
_LONGEST_NAME = 200
# No photo has more; the limit for photos is the analyzer's.
_LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that is read when its turn comes.

    Attributes:
        name: how a report calls it, such as its path in the source.
        read: its bytes; may raise OSError or LookalikeError.
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
    """

    person: Person
    pictures: tuple[Picture, ...]
    credit: Credit | None = None
    already: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What a source could not use: `where` is a file, or a row and column."""

    where: str
    why: str


Found = Candidate | Problem


def stable_id(*parts: str) -> str:
    """The same id for the same words every time: K and ten letters and digits."""
    words = "\0".join(unicodedata.normalize("NFC", part) for part in parts)
    return "K" + b32encode(hashlib.sha256(words.encode()).digest()).decode()[:10]


def person_id(collection: str, name: Text, wikidata: str | None = None) -> str:
    """The id of someone who comes from a source: that of Wikidata, else one made of the name."""
    return wikidata or stable_id(collection, name.get("ko") or "")


def text_of(name: str) -> Text:
    """A name in the language it is written in: Korean if it holds Hangul, else English."""
    name = unicodedata.normalize("NFC", name)
    return Text(ko=name) if any("가" <= letter <= "힣" for letter in name) else Text(en=name)


def clean_name(words: str) -> str:
    """A name in composed form and without spare spaces.

    Raises:
        InvalidParameter: it is empty, too long or holds control characters.
    """
    name = " ".join(unicodedata.normalize("NFC", words).split())
    if not name:
        raise InvalidParameter("the name is empty")
    if len(name) > _LONGEST_NAME:
        raise InvalidParameter(f"the name has {len(name)} characters; at most {_LONGEST_NAME}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise InvalidParameter(f"the name {name!r} holds characters that cannot be shown")
    return name


def name_of_folder(folder: str) -> str:
    """`Aamir_Khan` is Aamir Khan."""
    return clean_name(folder.replace("_", " "))


def name_of_file(stem: str) -> str:
    """`아이유_01` and `아이유 (2)` are both 아이유."""
    return name_of_folder(_COPY.sub("", stem))


def is_image(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def picture(path: Path, folder: Path) -> Picture:
    """A file, called by its path in the source's folder."""
    name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
    return Picture(name, partial(_read, path))


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST_FILE:
        raise InvalidParameter(f"larger than {_LARGEST_FILE:,} bytes")
    return path.read_bytes()


def web_address(value: str) -> str:
    """`value`, if a page may link to it.

    Raises:
        InvalidParameter: it is no http or https address.
    """
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidParameter(f"{value!r} is no web address; it must begin with https://")
    return value


def external_id(place: str, value: str) -> tuple[str, str]:
    """What a person is called elsewhere: `("imdb", "nm1682433")`.

    Raises:
        InvalidParameter: the place is no word, or the id is empty, too long or cannot be shown.
    """
    if not _PLACE.fullmatch(place):
        raise InvalidParameter(f"{place!r} is no place of ids; it is a word such as imdb")
    if not 0 < len(value) <= _LONGEST_EXTERNAL_ID or not value.isprintable():
        raise InvalidParameter(
            f"the id of {place} must have 1 to {_LONGEST_EXTERNAL_ID} characters that can be shown"
        )
    return place, value


def moment(value: str) -> datetime:
    """The time in UTC that a date, or a date and time, of ISO 8601 means; without a zone, in UTC.

    Raises:
        InvalidParameter: it is neither.
    """
    try:
        when = datetime.fromisoformat(value)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidParameter(
            f"{value!r} is no time; write 2026-05-16 or 2026-05-16T12:30:00Z"
        ) from None
