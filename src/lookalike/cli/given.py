"""The photos that a command is given: files, or standard input."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from lookalike.errors import ImageTooLarge, PhotoError, Subject, about

_DASH = "-"
_READ = "lookalike.standard-input"


@dataclass(frozen=True, slots=True)
class GivenPhoto:
    """A photo as it was given: the path of a file, or `-` for standard input."""

    given: str

    @property
    def name(self) -> str:
        """What a person calls it."""
        name = "standard input" if self.given == _DASH else Path(self.given).name
        return click.format_filename(name)

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
                raise PhotoError(f"{self.given} cannot be read ({error.strerror}).") from error


PHOTO = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=GivenPhoto)


def _standard_input(most: int) -> bytes:
    meta = click.get_current_context().meta
    if meta.get(_READ):
        raise click.UsageError("Standard input (-) can be one photo only.")
    meta[_READ] = True
    data: bytes = sys.stdin.buffer.read(most + 1)
    if len(data) > most:
        raise ImageTooLarge(f"Standard input has more than {most:,} bytes, the most of a photo.")
    return data
