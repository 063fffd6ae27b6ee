"""The files of an import as they come from a browser: on the disk until they were looked at."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from lookalike import files
from lookalike.config import Settings
from lookalike.database.database import Database
from lookalike.errors import InvalidParameter, NotFound, TooMany
from lookalike.gallery.sources import pack, table
from lookalike.gallery.sources.image_file import is_image

# Below the home, which all processes of a machine share.
_FOLDER = "imports"
# Seconds after which files of an import that nobody started, or that broke off, are deleted.
KEPT_S = 24 * 60 * 60
_TABLES = {".csv", ".tsv", ".jsonl", ".txt"}
# A table's folder and those of its photos; file systems take names of 255 bytes.
_DEEPEST, _LONGEST = 8, 255


@dataclass(frozen=True, slots=True)
class Progress:
    """How many photos were looked at, of how many."""

    done: int
    total: int


class Upload(Protocol):
    """An import that was begun."""

    @property
    def id(self) -> str: ...

    @property
    def is_there(self) -> bool:
        """Whether it was not removed meanwhile."""

    def keep(self, name: str, data: bytes) -> None:
        """Add a file by its path in the folder that was chosen.

        Raises:
            InvalidParameter: it has no such name, or is neither an image, a table nor a pack.
            TooMany: the disk is full.
        """

    def source(self, *, pictures: bool = True) -> AbstractContextManager[Path]:
        """What is imported: the table or pack that was sent, else the folder.

        Args:
            pictures: whether they are looked at; else they may be empty.

        Raises:
            InvalidParameter: there is no file, or more than one table or pack.
        """

    def tell(self, progress: Progress) -> None:
        """Keep how far it is, for whoever asks."""

    def progress(self) -> Progress | None:
        """How far it is; None before the first photo."""

    def remove(self) -> None:
        """Delete its files; an import that is under way ends then."""


@dataclass(frozen=True, slots=True)
class FolderUpload:
    """
    Attributes:
        folder: what is kept of it.
        free: bytes that have to stay free on the disk.
    """

    id: str
    folder: Path
    free: int

    @property
    def is_there(self) -> bool:
        return self._files.is_dir()

    @property
    def _files(self) -> Path:
        return self.folder / "files"

    @property
    def _progress(self) -> Path:
        return self.folder / "progress.json"

    def keep(self, name: str, data: bytes) -> None:
        place = self._files / checked(name)
        if shutil.disk_usage(self.folder).free - len(data) < self.free:
            raise TooMany(f"Fewer than {self.free:,} bytes would be free (LOOKALIKE_FREE_BYTES).")
        try:
            place.parent.mkdir(0o700, parents=True, exist_ok=True)
            files.write(place, data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise InvalidParameter(f"name: {name!r} is the name of a file and a folder.") from None

    @contextmanager
    def source(self, *, pictures: bool = True) -> Iterator[Path]:
        yield source_of(self._files)

    def tell(self, progress: Progress) -> None:
        files.write(self._progress, json.dumps(asdict(progress)).encode())

    def progress(self) -> Progress | None:
        try:
            return Progress(**json.loads(self._progress.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(settings: Settings, database: Database) -> Upload:
    """A new import without files; those that were forgotten are deleted."""
    import_id = secrets.token_hex(16)
    if database.shared:
        from lookalike.web.imports import shared

        return shared.begin(database, import_id)
    _sweep(settings.home / _FOLDER)
    made = _upload(settings, import_id)
    files.private_folder(made.folder / "files")
    return made


def opened(settings: Settings, database: Database, import_id: str) -> Upload:
    """
    Raises:
        NotFound: there is none of that id here, or no more.
    """
    # It becomes a part of a path.
    if re.fullmatch(r"[0-9a-f]{32}", import_id):
        found: Upload
        if database.shared:
            from lookalike.web.imports.shared import SharedUpload

            found = SharedUpload(import_id, database)
        else:
            found = _upload(settings, import_id)
        if found.is_there:
            return found
    raise NotFound(f"There are no files of an import {import_id!r} here.")


def checked(name: str) -> Path:
    """The path of a file in the folder of an import.

    Raises:
        InvalidParameter: it has no such name, or is neither an image, a table nor a pack.
    """
    place = Path(*_parts(name))
    if not is_image(place) and not pack.is_pack(place) and place.suffix.lower() not in _TABLES:
        raise InvalidParameter(f"name: {name!r} is neither an image, a table nor a pack.")
    return place


def source_of(folder: Path) -> Path:
    """What is imported of a folder with what was sent.

    Raises:
        InvalidParameter: there is no file, or more than one table or pack.
    """
    top = sorted(folder.iterdir())
    if not top:
        raise InvalidParameter("No file was sent that is an image, a table or a pack.")
    whole = [e for e in top if e.is_file() and (pack.is_pack(e) or table.is_table(e))]
    if len(whole) > 1:
        names = ", ".join(each.name for each in whole)
        raise InvalidParameter(f"There are several tables or packs, send one of them: {names}.")
    return whole[0] if whole else folder


def _upload(settings: Settings, import_id: str) -> FolderUpload:
    return FolderUpload(import_id, settings.home / _FOLDER / import_id, settings.free_bytes)


def _sweep(folder: Path) -> None:
    for each in folder.iterdir() if folder.is_dir() else ():
        if time.time() - each.stat().st_mtime > KEPT_S:
            shutil.rmtree(each, ignore_errors=True)


def _parts(name: str) -> list[str]:
    parts = unicodedata.normalize("NFC", name).split("/")
    wrong = any(
        each in ("", ".", "..")
        or len(each.encode(errors="replace")) > _LONGEST
        or re.search(r"[\x00-\x1f\x7f\\\ud800-\udfff]", each)
        for each in parts
    )
    if wrong or len(parts) > _DEEPEST:
        raise InvalidParameter(f"name: {name!r} cannot be the path of a file in a folder.")
    return parts
