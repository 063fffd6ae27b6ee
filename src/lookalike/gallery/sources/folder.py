"""A folder of photos: one folder a person, or one file a person, or both side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.sources.candidate import Candidate, Found, picture
from lookalike.gallery.sources.file_names import named_after
from lookalike.gallery.sources.image_file import is_image
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.values import clean_name, person_id, text_of


def read(folder: Path, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a folder, in the order of their names, and what in it is no photo.

    Names come from those of the folders and files; several files may be of one person
    (`file_names`).
    """
    files: list[Path] = []
    folders: list[str] = []
    for path in _entries(folder):
        problem = _unusable(path)
        if problem:
            yield LeftOut(_called(path, folder), problem)
        elif path.is_dir():
            folders.append(path.name)
            yield from _person_folder(path, folder, collection, credit)
        else:
            files.append(path)
    yield from _person_files(files, folders, folder, collection, credit)


def _person_files(
    files: list[Path], folders: list[str], folder: Path, collection: str, credit: Credit | None
) -> Iterator[Found]:
    names = named_after([path.stem for path in files], folders)
    photos: dict[str, list[Path]] = {}
    guessed: dict[str, list[str]] = {}
    for path in files:
        found = names[path.stem]
        try:
            name = clean_name(found.name)
        except InvalidParameter as error:
            yield LeftOut(_called(path, folder), str(error))
            continue
        photos.setdefault(name, []).append(path)
        if found.guessed:
            guessed.setdefault(name, []).append(_called(path, folder))
    for name, paths in photos.items():
        made = _candidate(name, paths, folder, collection, credit)
        yield replace(made, joined=tuple(guessed.get(name, ())))


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
        # `Aamir_Khan` is Aamir Khan.
        name = clean_name(own.name.replace("_", " "))
    except InvalidParameter as error:
        yield LeftOut(_called(own, folder), str(error))
        return
    yield _candidate(name, photos, folder, collection, credit)


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
