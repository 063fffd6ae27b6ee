"""Galleries that are pushed into a collection in Amazon's place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lookalike.aws.engine import AwsEngine
from lookalike.aws.push import Fetch, Pushed, Pusher, photos_in
from lookalike.engine.local import LocalEngine
from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Person, Text
from lookalike.gallery.sources.image_file import portrait

PHOTOS = {"eileen": "astronaut.png", "one": "single_face.jpg"}


def no_commons(person: Person) -> bytes:
    raise PortraitUnavailable(f"Nobody has a portrait of {person.id}.")


def add(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes], *, thumbnails: bool = False
) -> None:
    """A gallery `mine` of two people."""
    for person, name in PHOTOS.items():
        face = engine.analyzer.analyze(photos[name]).faces[0]
        if thumbnails:
            face = engine.analyzer.with_thumbnail(face, photos[name])
        who = Person(id=person, collection="mine", name=Text(ko="이름", en=person.title()))
        aws.gallery.store.add(who, [portrait(face, photos[name], None)])


def write(photos: Mapping[str, bytes], folder: Path) -> Path:
    """The photos that the gallery was made from."""
    folder.mkdir(exist_ok=True)
    for name in PHOTOS.values():
        (folder / name).write_bytes(photos[name])
    return folder


def push(
    aws: AwsEngine,
    to: str,
    folder: Path | None = None,
    commons: Fetch = no_commons,
    collection: str = "mine",
) -> Pushed:
    files = photos_in(folder) if folder else {}
    return Pusher(aws.client, aws.settings, to, files, commons).push(aws.gallery, collection)
