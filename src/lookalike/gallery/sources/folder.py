"""A folder of photos: one folder a person, or one file a person, or both side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.sources.candidate import Candidate, Entry, Found, Picture, picture
from lookalike.gallery.sources.file_names import named_after
from lookalike.gallery.sources.image_file import is_image
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.values import clean_name, person_id, text_of


def read(folder: Entry, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a folder, in the order of their names, and what in it is no photo.

    Names come from those of the folders and files; several files may be of one person
    (`file_names`).
    """
    files: list[Entry] = []
    folders: list[str] = []
    for path in _entries(folder):
        problem = _unusable(path)
        if problem:
            yield LeftOut(_called(path), problem)
        elif path.is_dir():
            folders.append(path.name)
            yield from _person_folder(path, collection, credit)
        else:
            files.append(path)
    yield from _person_files(files, folders, collection, credit)


def _person_files(
    files: list[Entry], folders: list[str], collection: str, credit: Credit | None
) -> Iterator[Found]:
    names = named_after([_stem(path) for path in files], folders)
    photos: dict[str, list[Entry]] = {}
    guessed: dict[str, list[str]] = {}
    for path in files:
        found = names[_stem(path)]
        try:
            name = clean_name(found.name)
        except InvalidParameter as error:
            yield LeftOut(_called(path), str(error))
            continue
        photos.setdefault(name, []).append(path)
        if found.guessed:
            guessed.setdefault(name, []).append(_called(path))
    for name, paths in photos.items():
        pictures = tuple(picture(path, path.name) for path in paths)
        made = _candidate(name, pictures, collection, credit)
        yield replace(made, joined=tuple(guessed.get(name, ())))


def _person_folder(own: Entry, collection: str, credit: Credit | None) -> Iterator[Found]:
    photos = []
    for path in _entries(own):
        problem = "a folder inside a person's folder" if path.is_dir() else _unusable(path)
        if problem:
            yield LeftOut(_called(path, own), problem)
        else:
            photos.append(picture(path, f"{own.name}/{path.name}"))
    if not photos:
        yield LeftOut(_called(own), "no photos in the folder")
        return
    try:
        # `Aamir_Khan` is Aamir Khan.
        name = clean_name(own.name.replace("_", " "))
    except InvalidParameter as error:
        yield LeftOut(_called(own), str(error))
        return
    yield _candidate(name, tuple(photos), collection, credit)


def _candidate(
    name: str, pictures: tuple[Picture, ...], collection: str, credit: Credit | None
) -> Candidate:
    text = text_of(name)
    person = Person(id=person_id(collection, text), collection=collection, name=text)
    return Candidate(person, pictures, credit)


def _entries(folder: Entry) -> list[Entry]:
    return sorted(folder.iterdir(), key=lambda path: unicodedata.normalize("NFC", path.name))


def _unusable(path: Entry) -> str | None:
    if path.name.startswith("."):
        return "hidden"
    if path.is_dir():
        return None
    if not path.is_file():
        return "neither a file nor a folder"
    return None if is_image(PurePath(path.name)) else "not an image"


def _stem(path: Entry) -> str:
    return PurePath(path.name).stem


def _called(path: Entry, folder: Entry | None = None) -> str:
    name = path.name if folder is None else f"{folder.name}/{path.name}"
    return unicodedata.normalize("NFC", name)
