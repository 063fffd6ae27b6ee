"""The values that sources state, checked: names, ids, web addresses, times.

Names are compared and kept in Unicode's composed form (NFC): macOS writes file names decomposed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Text, countries
from lookalike.gallery.spelling import folded

_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LONGEST_EXTERNAL_ID = 255
_LONGEST_NAME = 200
# An item, or the address of one as browsers show it, telephones too, and as its data name it.
_WIKIDATA = re.compile(
    r"(?P<page>(((?i:https?):)?//)?(?i:(www\.|m\.)?wikidata\.org)"
    r"/(wiki|entity)/(Special:Entity(Page|Data)/)?)?"
    r"(?P<id>Q[1-9][0-9]{0,9})(?(page)/?([?#].*)?)"
)
# Wikibase keeps the number of an id in 31 bits, and refuses a whole batch for one that is larger.
_LARGEST_WIKIDATA = 2**31 - 1


def stable_id(*parts: str) -> str:
    """The same id for the same words every time: K and ten letters and digits."""
    words = "\0".join(unicodedata.normalize("NFC", part) for part in parts)
    return "K" + b32encode(hashlib.sha256(words.encode()).digest()).decode()[:10]


def person_id(collection: str, name: Text, wikidata: str | None = None) -> str:
    """The id of someone who comes from a source: that of Wikidata, else one made of the name,
    however it is spelt."""
    return wikidata or stable_id(collection, folded(name.get("ko") or ""))


def named_ids(collection: str, name: Text) -> tuple[str, str]:
    """The ids that are made of a name: by this version, and by those before, which told apart
    how it was spelt."""
    return person_id(collection, name), stable_id(collection, name.get("ko") or "")


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


def country_code(value: str) -> str:
    """A country in two letters (ISO 3166-1): `KR`.

    Raises:
        InvalidParameter: there is none of that code.
    """
    code = value.upper()
    if code not in countries():
        raise InvalidParameter(f"{value!r} is no country's code (ISO 3166-1); one looks like KR")
    return code


def wikidata_id(value: str) -> str:
    """The id of a Wikidata item: of itself (`Q76`), or of the address of its page.

    Raises:
        InvalidParameter: it is neither.
    """
    found = _WIKIDATA.fullmatch(value)
    if not found or int(found["id"][1:]) > _LARGEST_WIKIDATA:
        raise InvalidParameter(f"{value!r} is no Wikidata id; one looks like Q76")
    return found["id"]


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
