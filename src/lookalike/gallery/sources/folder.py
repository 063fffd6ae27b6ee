"""A folder of photos: one folder a person, or one file a person, or both side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.sources.candidate import Candidate, Found, picture
from lookalike.gallery.sources.image_file import is_image
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.values import clean_name, person_id, text_of

# What tells the photos of one person apart at the end of a file's name.
_COPY = re.compile(r"(_\d{1,4}|\s*\(\d{1,4}\))$")


def read(folder: Path, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a folder, in the order of their names, and what in it is no photo.

    Names come from those of the folders and files. Files of one name (`IU_01.jpg`, `IU_02.jpg`)
    are one person.
    """
    files: dict[str, list[Path]] = {}
    for path in _entries(folder):
        problem = _unusable(path)
        if problem:
            yield LeftOut(_called(path, folder), problem)
        elif path.is_dir():
            yield from _person_folder(path, folder, collection, credit)
        else:
            try:
                files.setdefault(name_of_file(path.stem), []).append(path)
            except InvalidParameter as error:
                yield LeftOut(_called(path, folder), str(error))
    for name, paths in files.items():
        yield _candidate(name, paths, folder, collection, credit)


def name_of_file(stem: str) -> str:
    """`아이유_01` and `아이유 (2)` are both 아이유."""
    return _name_of_folder(_COPY.sub("", stem))


def _person_folder(
    own: Path, folder: Path, collection: str, credit: Credit | None
) -> Iterator[Found]:
    photos = []
    for path in _entries(own):
        problem = "a folder inside a person's folder" if path.is_dir() else _unusable(path)
        if problem:
            yield LeftOut(_called(path, folder), problem)
        else:
            photos.append(path)
    if not photos:
        yield LeftOut(_called(own, folder), "no photos in the folder")
        return
    try:
        name = _name_of_folder(own.name)
    except InvalidParameter as error:
        yield LeftOut(_called(own, folder), str(error))
        return
    yield _candidate(name, photos, folder, collection, credit)


def _name_of_folder(folder: str) -> str:
    """`Aamir_Khan` is Aamir Khan."""
    return clean_name(folder.replace("_", " "))


def _candidate(
    name: str, paths: list[Path], folder: Path, collection: str, credit: Credit | None
) -> Candidate:
    text = text_of(name)
    person = Person(id=person_id(collection, text), collection=collection, name=text)
    return Candidate(person, tuple(picture(path, folder) for path in paths), credit)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: unicodedata.normalize("NFC", path.name))


def _unusable(path: Path) -> str | None:
    if path.name.startswith("."):
        return "hidden"
    if path.is_dir():
        return None
    if not path.is_file():
        return "neither a file nor a folder"
    return None if is_image(path) else "not an image"


def _called(path: Path, folder: Path) -> str:
    return unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
