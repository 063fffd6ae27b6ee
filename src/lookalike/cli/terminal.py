"""What the commands share: opening the engine or the gallery, options, tables, progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike import config

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

    from lookalike.engine.interface import Engine
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.gallery import Gallery

PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print what the JSON API answers.")


@contextmanager
def opened_engine() -> Iterator[LocalEngine]:
    from lookalike.engine.local import LocalEngine

    opened = LocalEngine(config.load())
    _print_notes(opened)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def chosen_engine() -> Iterator[Engine]:
    """The one that the setting `engine` asks for; what needs our networks opens ours."""
    from lookalike.engine.opener import opened

    engine = opened(config.load())
    _print_notes(engine)
    try:
        yield engine
    finally:
        engine.close()
        print_calls(engine.calls)


def _print_notes(engine: Engine) -> None:
    for note in engine.model.notes:
        click.echo(note.both, err=True)


def print_calls(calls: dict[str, int]) -> None:
    """What AWS charges for, on stderr; also where it ended with an error."""
    if calls:
        counted = ", ".join(f"{count} {operation}" for operation, count in calls.items())
        click.echo(f"Calls to AWS: {counted}", err=True)


@contextmanager
def opened_gallery() -> Iterator[Gallery]:
    from lookalike.faces.models import installed
    from lookalike.gallery.gallery import Gallery

    settings = config.load()
    opened = Gallery.open(settings, installed.embedder(settings))
    try:
        yield opened
    finally:
        opened.close()


def progress() -> Progress:
    """A bar on stderr, or nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def table(title: str, *columns: str) -> Table:
    from rich.table import Table

    made = Table(title=title, title_justify="left")
    for each in columns:
        made.add_column(each)
    return made


def print_table(made: Table) -> None:
    from rich.console import Console

    Console().print(made)
