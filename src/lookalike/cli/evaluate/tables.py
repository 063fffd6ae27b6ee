"""Commands about a table of photos: the options that all of them take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import CLUSTER, pass_settings
from lookalike.cli.evaluate.results import Output, with_output
from lookalike.cli.evaluate.vectors import CACHE
from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.config import Settings

_FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
_BY = click.option("--by", multiple=True, help="Give every figure by this column of the table too.")
_PHOTOS = click.option(
    "--photos", type=FOLDER, help="What file names are relative to; the table's folder unless set."
)
_FACE = click.option(
    "--face",
    type=click.Choice(["largest", "central", "subject"]),
    default="largest",
    show_default=True,
    help="The face of a photo that is meant.",
)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What is asked of every table of photos.

    Attributes:
        given: the table, or a folder of photos where one may stand in its place.
    """

    given: Path
    face: str
    photos: Path | None
    by: tuple[str, ...]
    cache: Path | None
    cluster: bool
    output: Output


def of_table(command: Callable[..., None]) -> Callable[..., None]:
    """A command about a table: gets the settings, `TableOptions`, and the options of its own."""
    return click.argument("given", type=FILE, metavar="CSV")(_with_options(command))


def of_table_or_folder(command: Callable[..., None]) -> Callable[..., None]:
    """The same about a table or a folder of photos."""
    given = click.argument("given", type=_FILE_OR_FOLDER, metavar="CSV|DIR")
    return given(_with_options(command))


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    @_FACE
    @_PHOTOS
    @_BY
    @CACHE
    @CLUSTER
    @with_output
    @pass_settings
    @functools.wraps(command)
    def run(
        settings: Settings,
        /,
        given: Path,
        face: str,
        photos: Path | None,
        by: tuple[str, ...],
        cache: Path | None,
        cluster: bool,
        output: Output,
        **own: object,
    ) -> None:
        options = TableOptions(given, face, photos, by, cache, cluster, output)
        command(settings, options, **own)

    return run
