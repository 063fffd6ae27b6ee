"""People and portraits as rows of the store, and back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import RowMapping

from lookalike.database.clock import naive
from lookalike.faces.appearance.appearance import unpacked
from lookalike.faces.geometry import Box
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery.index.damage import sound
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import Portrait, StoredPortrait
from lookalike.gallery.spelling import folded


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
        "country": person.country,
        "fields": json.dumps(person.fields),
        "wikidata": person.wikidata,
        "websites": json.dumps(person.websites),
        "external_ids": json.dumps(person.external_ids, ensure_ascii=False),
        "folded_ko": person.name.ko and folded(person.name.ko),
        "folded_en": person.name.en and folded(person.name.en),
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
        country=row.country,
        fields=tuple(json.loads(row.fields)),
        wikidata=row.wikidata,
        websites=tuple(json.loads(row.websites)),
        external_ids=tuple((where, what) for where, what in json.loads(row.external_ids)),
    )


def face_row(
    collection: str, person: str | None, portrait: Portrait, created: datetime
) -> dict[str, Any]:
    credit, box, quality = portrait.credit, portrait.box, portrait.quality
    width, height = portrait.image_size or (None, None)
    pose = quality and quality.pose
    return {
        "id": str(uuid.uuid4()),
        "collection": collection,
        "person": person,
        "vector": vector_bytes(portrait.vector),
        "image_id": portrait.image_id,
        "external_image_id": portrait.external_image_id,
        "image_width": width,
        "image_height": height,
        "fetched_at": portrait.fetched_at and naive(portrait.fetched_at),
        "thumbnail": portrait.thumbnail,
        "appearance": portrait.appearance and portrait.appearance.packed(),
        "shown": portrait.shown and portrait.showable,
        **{each: box and getattr(box, each) for each in ("left", "top", "width", "height")},
        **{
            each: quality and getattr(quality, each)
            for each in ("score", "size", "sharpness", "brightness", "on_face")
        },
        **{each: pose and getattr(pose, each) for each in ("yaw", "pitch", "roll")},
        **{
            each: credit and getattr(credit, each)
            for each in ("author", "licence", "licence_url", "source_url")
        },
        "created": created,
    }


def portrait_of(row: Any) -> StoredPortrait:
    return StoredPortrait(
        id=row.id,
        created=row.created.replace(tzinfo=UTC),
        vector=np.frombuffer(row.vector, "<f4").astype(np.float32),
        credit=credit_of(row),
        image_id=row.image_id,
        box=None if row.width is None else Box(row.left, row.top, row.width, row.height),
        quality=None if row.score is None else _quality(row),
        external_image_id=row.external_image_id,
        image_size=(row.image_width, row.image_height) if row.image_width else None,
        fetched_at=row.fetched_at and row.fetched_at.replace(tzinfo=UTC),
        thumbnail=row.thumbnail,
        appearance=unpacked(row.appearance),
        shown=bool(row.shown),
    )


def portraits_of(rows: Sequence[Any], collection: str) -> tuple[StoredPortrait, ...]:
    """Those of rows of faces whose vectors can be used, in the same order."""
    return tuple(portrait_of(row) for row in sound(rows, collection)[0])


def credit_of(row: Any) -> Credit | None:
    credit = Credit(row.author, row.licence, row.licence_url, row.source_url)
    return None if credit == Credit(None, None, None, None) else credit


def face_place(row: RowMapping | Mapping[str, Any]) -> tuple[object, ...]:
    """What makes a face of a collection the same face: image, external id, place."""
    corner = None if row["left"] is None else (round(row["left"]), round(row["top"]))
    return row["image_id"], row["external_image_id"], corner


def vector_bytes(vector: Floats) -> bytes:
    return vector.astype("<f4").tobytes()


def _quality(row: Any) -> Quality:
    pose = Pose(row.yaw, row.pitch, row.roll)
    return Quality(
        row.score, row.size, row.sharpness, row.brightness, pose, on_face=row.on_face is not False
    )
