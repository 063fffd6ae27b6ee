"""People and portraits as rows of the store, and back."""

from __future__ import annotations

import json
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lookalike.faces.analyzer import Box
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.runtime import Floats
from lookalike.gallery.people import Credit, Person, Text


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A portrait to be stored, without its pixels.

    Attributes:
        vector: (dimension,) float32 of length 1.
        image_id: what the image is known by: the sha256 of its file.
        box, quality: of the face in it.
    """

    vector: Floats
    credit: Credit | None = None
    image_id: str | None = None
    box: Box | None = None
    quality: Quality | None = None


def blocked_keys(person: Person) -> frozenset[str]:
    """What a person is recognised by when they asked to be left out."""
    names = [each for each in (person.name.ko, person.name.en) if each]
    keys = {f"name:{' '.join(unicodedata.normalize('NFC', n).casefold().split())}" for n in names}
    return frozenset(keys | ({f"wikidata:{person.wikidata}"} if person.wikidata else set()))


def person_row(person: Person) -> dict[str, object]:
    return {
        "collection": person.collection,
        "id": person.id,
        "name_ko": person.name.ko,
        "name_en": person.name.en,
        "description_ko": person.description.ko,
        "description_en": person.description.en,
        "gender": person.gender,
        "born": person.born,
        "died": person.died,
        "groups": json.dumps(person.groups, ensure_ascii=False),
        "wikidata": person.wikidata,
        "websites": json.dumps(person.websites),
    }


def person_of(row: Any) -> Person:
    return Person(
        id=row.id,
        collection=row.collection,
        name=Text(row.name_ko, row.name_en),
        description=Text(row.description_ko, row.description_en),
        gender=row.gender,
        born=row.born,
        died=row.died,
        groups=tuple(json.loads(row.groups)),
        wikidata=row.wikidata,
        websites=tuple(json.loads(row.websites)),
    )


def face_row(person: Person, portrait: Portrait) -> dict[str, object]:
    credit, box, quality = portrait.credit, portrait.box, portrait.quality
    pose = quality and quality.pose
    return {
        "id": str(uuid.uuid4()),
        "collection": person.collection,
        "person": person.id,
        "vector": portrait.vector.astype("<f4").tobytes(),
        "image_id": portrait.image_id,
        **{each: box and getattr(box, each) for each in ("left", "top", "width", "height")},
        **{
            each: quality and getattr(quality, each)
            for each in ("score", "size", "sharpness", "brightness")
        },
        **{each: pose and getattr(pose, each) for each in ("yaw", "pitch", "roll")},
        **{
            each: credit and getattr(credit, each)
            for each in ("author", "licence", "licence_url", "source_url")
        },
        "created": datetime.now(UTC).replace(tzinfo=None),
    }


def portrait_of(row: Any) -> Portrait:
    credit = Credit(row.author, row.licence, row.licence_url, row.source_url)
    return Portrait(
        vector=np.frombuffer(row.vector, "<f4").astype(np.float32),
        credit=None if credit == Credit(None, None, None, None) else credit,
        image_id=row.image_id,
        box=None if row.width is None else Box(row.left, row.top, row.width, row.height),
        quality=None if row.score is None else _quality(row),
    )


def _quality(row: Any) -> Quality:
    pose = Pose(row.yaw, row.pitch, row.roll)
    return Quality(row.score, row.size, row.sharpness, row.brightness, pose)
