"""The photos that a command is given: files, folders of them, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lookalike.errors import ImageTooLarge, InvalidParameter, PhotoError, Subject, about

_DASH = "-"
_READ = "lookalike.standard-input"


@dataclass(frozen=True, slots=True)
class GivenPhoto:
    """A photo as it was given: the path of a file, or `-` for standard input.

    Where a command takes folders, it may be the path of one: see `photos`.
    """

    given: str

    @property
    def file(self) -> str:
        """Where it is, as it was given; what cannot be printed of it is escaped when it is."""
        return self.given

    @property
    def name(self) -> str:
        """What a person calls it."""
        return "standard input" if self.given == _DASH else Path(self.given).name

    @property
    def is_folder(self) -> bool:
        return self.given != _DASH and Path(self.given).is_dir()

    def read(self, subject: Subject, most: int) -> bytes:
        """
        Args:
            subject: which photo of a request it is.
            most: bytes that a photo may have; of standard input no more are read.

        Raises:
            PhotoError: it cannot be read, or standard input has more bytes than that.
            UsageError: standard input was read before.
        """
        with about(subject):
            if self.given == _DASH:
                return _standard_input(most)
            try:
                return Path(self.given).read_bytes()
            except OSError as error:
                raise PhotoError(f"{self.file} cannot be read ({error.strerror}).") from error


PHOTO = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=GivenPhoto)
PHOTO_OR_FOLDER = click.Path(exists=True, allow_dash=True, path_type=GivenPhoto)


def is_one(given: Sequence[GivenPhoto]) -> bool:
    """Whether one photo was asked about; whoever gives a folder wants a list, however short."""
    return len(given) == 1 and not given[0].is_folder


def photos(given: Sequence[GivenPhoto]) -> list[GivenPhoto]:
    """All that were given, and in place of a folder what is in it and below, by name.

    Raises:
        InvalidParameter: there is no photo in a folder.
    """
    return [photo for each in given for photo in _photos(each)]


def _photos(given: GivenPhoto) -> Iterator[GivenPhoto]:
    if not given.is_folder:
        yield given
        return
    from lookalike.gallery.sources.image_file import is_image

    folder = Path(given.given)
    found = sorted(path for path in folder.rglob("*") if is_image(path) and _is_shown(path, folder))
    if not found:
        raise InvalidParameter(f"There is no photo in the folder {given.file}.")
    yield from (GivenPhoto(str(path)) for path in found)


def _is_shown(path: Path, folder: Path) -> bool:
    """Whether it is a file, and neither it nor a folder around it is hidden."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.is_file()


def _standard_input(most: int) -> bytes:
    meta = click.get_current_context().meta
    if meta.get(_READ):
        raise click.UsageError("Standard input (-) can be one photo only.")
    meta[_READ] = True
    data: bytes = sys.stdin.buffer.read(most + 1)
    if len(data) > most:
        raise ImageTooLarge(f"Standard input has more than {most:,} bytes, the most of a photo.")
    return data
