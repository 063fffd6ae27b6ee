"""People as the lines of a pack: written without what is empty, read with every value checked."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lookalike.errors import InvalidParameter, PhotoError
from lookalike.faces.appearance.appearance import Appearance, unpacked
from lookalike.faces.geometry import Box
from lookalike.faces.pictures import thumbnail
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import FIELDS, Credit, Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources.values import (
    clean_name,
    country_code,
    external_id,
    moment,
    named_ids,
    stable_id,
    web_address,
)
from lookalike.gallery.sources.values import person_id as id_of

# Users of the Rekognition API may have more than letters and digits.
_PERSON_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_IMAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,255}")
_LONGEST_TEXT = 2_000
# What comes of values that no pack has.
_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, InvalidParameter, PhotoError)


class Damaged(Exception):
    """A line of a pack that holds what no pack does."""


@dataclass(slots=True)
class _Thumbnails:
    """All thumbnails of a pack in the order of its portraits, and where the next one begins."""

    data: bytes
    place: int = 0

    def next(self, length: object) -> bytes | None:
        if length is None:
            return None
        if type(length) is not int or not 0 < length <= len(self.data) - self.place:
            raise ValueError("a thumbnail is stated that is not there")
        taken = self.data[self.place : self.place + length]
        self.place += length
        thumbnail.opened(taken)
        return taken


def line(person: Person, portraits: Sequence[Portrait], *, thumbnails: bool) -> str:
    """One person as a line of JSON; with `thumbnails`, it states how long each of theirs is."""
    row = asdict(person) | {"portraits": [_portrait_row(each, thumbnails) for each in portraits]}
    del row["collection"]
    return json.dumps(_filled(row), ensure_ascii=False) + "\n"


def read(
    data: bytes, vectors: Floats, thumbnails: bytes, named: str, collection: str
) -> tuple[tuple[Person, tuple[Portrait, ...]], ...]:
    """Everyone in `people.jsonl` with their portraits, moved from `named` to `collection`.

    Raises:
        Damaged: a line cannot be used, or there are not as many portraits as vectors, or other
            thumbnails than they state.
    """
    found, rows, small = [], iter(vectors), _Thumbnails(thumbnails)
    for number, text in enumerate(data.decode(errors="replace").split("\n")[:-1], 1):
        try:
            row = json.loads(text)
            person = _person(row, named, collection)
            own = [_portrait(each, next(rows), small) for each in row.get("portraits", ())]
        except StopIteration:
            raise Damaged("it states more portraits than it has vectors") from None
        except _UNUSABLE as error:
            raise Damaged(f"line {number} of people.jsonl cannot be used ({error})") from error
        found.append((person, tuple(own)))
    if next(rows, None) is not None:
        raise Damaged("it has more vectors than it states portraits")
    if small.place != len(thumbnails):
        raise Damaged("it has more thumbnails than it states")
    return tuple(found)


def _portrait_row(portrait: Portrait, thumbnails: bool) -> dict[str, Any]:
    # A portrait without a file is known by its vector, so that a second import adds nothing.
    image_id = portrait.image_id or hashlib.sha256(portrait.vector.tobytes()).hexdigest()
    return {
        "image_id": image_id,
        "credit": portrait.credit and asdict(portrait.credit),
        "box": portrait.box and asdict(portrait.box),
        "quality": portrait.quality and _measures(portrait.quality),
        # Beside the measures, for older versions take nothing else among them.
        "on_face": None if portrait.quality is None or portrait.quality.on_face else False,
        "external_image_id": portrait.external_image_id,
        "image_size": portrait.image_size and list(portrait.image_size),
        "fetched_at": portrait.fetched_at and portrait.fetched_at.isoformat(),
        "appearance": portrait.appearance and b64encode(portrait.appearance.packed()).decode(),
        "thumbnail": len(portrait.thumbnail) if portrait.thumbnail and thumbnails else None,
    }


def _measures(quality: Quality) -> dict[str, Any]:
    return {key: each for key, each in asdict(quality).items() if key != "on_face"}


def _filled(value: Any) -> Any:
    """`value` without what is None or empty in it."""
    if isinstance(value, dict):
        inside = {key: _filled(each) for key, each in value.items()}
        return {key: each for key, each in inside.items() if each not in (None, [], (), {})}
    if isinstance(value, list):
        return [_filled(each) for each in value]
    return value


def _person(row: dict[str, Any], named: str, collection: str) -> Person:
    name = _text(row, "name", clean_name)
    if not name.get("ko"):
        raise ValueError("a person has no name")
    return Person(
        id=_moved(_matching(row["id"], _PERSON_ID), name, named, collection),
        collection=collection,
        name=name,
        description=_text(row, "description", _short),
        born=_optional(row, "born", _short),
        died=_optional(row, "died", _short),
        groups=tuple(_short(each) for each in row.get("groups", ())),
        gender=_optional(row, "gender", _short),
        country=_optional(row, "country", country_code),
        fields=tuple(_field(each) for each in row.get("fields", ())),
        wikidata=_optional(row, "wikidata", lambda value: _matching(value, _ID)),
        websites=tuple(web_address(_short(each)) for each in row.get("websites", ())),
        external_ids=tuple(external_id(*_pair(each)) for each in row.get("external_ids", ())),
    )


def _field(value: object) -> str:
    if value not in FIELDS:
        raise ValueError(f"there is no field {value!r}")
    return str(value)


def _moved(person_id: str, name: Text, named: str, collection: str) -> str:
    """The id in the new collection: the one that other sources would give, and nobody else's."""
    if named == collection or person_id.startswith("Q"):
        return person_id
    if person_id in named_ids(named, name):
        return id_of(collection, name)
    return stable_id(collection, person_id)


def _portrait(row: dict[str, Any], vector: Floats, thumbnails: _Thumbnails) -> Portrait:
    credit, box, quality = row.get("credit"), row.get("box"), row.get("quality")
    return Portrait(
        vector,
        _credit(credit) if credit else None,
        image_id=_matching(row["image_id"], _IMAGE_ID),
        box=Box(**_numbers(box)) if box else None,
        quality=_quality(quality, row.get("on_face", True)) if quality else None,
        external_image_id=_optional(row, "external_image_id", lambda v: _matching(v, _IMAGE_ID)),
        image_size=_size(row["image_size"]) if "image_size" in row else None,
        fetched_at=moment(row["fetched_at"]) if "fetched_at" in row else None,
        thumbnail=thumbnails.next(row.get("thumbnail")),
        appearance=_appearance(row["appearance"]) if "appearance" in row else None,
    )


def _appearance(value: str) -> Appearance | None:
    """None of another version than this one reads."""
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"an appearance has at most {_LONGEST_TEXT} characters")
    return unpacked(b64decode(value, validate=True))


def _size(pair: list[int]) -> tuple[int, int]:
    width, height = (int(side) for side in pair)
    if min(width, height) < 1:
        raise ValueError(f"no image has {width} x {height} pixels")
    return width, height


def _credit(row: dict[str, Any]) -> Credit:
    return Credit(
        author=_optional(row, "author", _short),
        licence=_optional(row, "licence", _short),
        licence_url=_optional(row, "licence_url", web_address),
        source_url=_optional(row, "source_url", _short),
    )


def _quality(row: dict[str, Any], on_face: object) -> Quality:
    pose = Pose(**_numbers(row["pose"]))
    measures = _numbers({k: v for k, v in row.items() if k != "pose"})
    return Quality(pose=pose, on_face=on_face is not False, **measures)


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{value!r} is no pair")
    return _short(value[0]), _short(value[1])


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in row.items()}


def _text(row: dict[str, Any], key: str, check: Callable[[str], str]) -> Text:
    texts = row.get(key, {})
    return Text(ko=_optional(texts, "ko", check), en=_optional(texts, "en", check))


def _optional(row: dict[str, Any], key: str, check: Callable[[str], str]) -> str | None:
    value = row.get(key)
    return None if value is None else check(value)


def _short(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError(f"no text of at most {_LONGEST_TEXT} characters")
    return value


def _matching(value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!r} is not allowed here")
    return value
