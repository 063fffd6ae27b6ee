"""What is read from the terminal and printed on it: types of options, JSON, tables, progress.

All that is printed is text: people and files may be called `[bold]` or `:smile:`.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Collection
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# In the `meta` of click's context: how far the JSON that was printed is indented.
JSON_PRINTED = "lookalike.json-printed"

# Columns of the terminal that a cell needs at least which may be broken into lines.
_SOME = 8

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

Command = TypeVar("Command", bound=Callable[..., Any])


def print_whatever_comes() -> None:
    """Let stdout and stderr write what their encoding lacks as `\\uXXXX` instead of failing.

    Names are in any script, and terminals are in CP949, Latin-1 or ASCII too; names of files may
    not even be text.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def json_option(help: str) -> Callable[[Command], Command]:
    """The option `--json`, which a command gets as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=help)


API_JSON = json_option("Print what the JSON API answers.")


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print an answer of the JSON API, a dataclass, or what JSON knows, without NaN.

    In UTF-8 wherever it goes: `evaluate report` and other programs read it again.
    """
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=indent, allow_nan=False)
    # What is no text, as in names of files, becomes an escape that JSON has too.
    click.echo(text.encode(errors="backslashreplace"))
    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta[JSON_PRINTED] = (True, indent)


def _plain(value: object) -> object:
    """What JSON does not know, in what it knows."""
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON.")


def print_calls(calls: dict[str, int]) -> None:
    """What AWS charges for, on stderr; also where it ended with an error."""
    if calls:
        counted = ", ".join(f"{count} {operation}" for operation, count in calls.items())
        click.echo(f"Calls to AWS: {counted}", err=True)


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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def table(title: str, *columns: str, whole: Collection[str] = ()) -> Table:
    """An empty table; its title, its columns and what is added to it are text, not markup.

    Args:
        whole: columns whose cells stay on one line where others can give way: what is copied, and
            numbers with what they mean.
    """
    from rich.table import Table

    made = Table(title=title, title_justify="left")
    for each in columns:
        # Cut off, the end of an id or a name would be lost.
        made.add_column(each, overflow="fold", no_wrap=each in whole)
    return made


def italic(words: str) -> Text:
    """A cell in italics."""
    from rich.text import Text

    return Text(words, "italic")


def print_table(made: Table) -> None:
    """Print a table as wide as the terminal at the most: without lines between its columns where
    they do not fit."""
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(markup=False, emoji=False)
    unbound = console.options.update(max_width=10_000)
    if Measurement.get(console, unbound, made).maximum > console.width:
        made.box, made.show_edge, made.pad_edge = box.SIMPLE_HEAD, False, False
        made.padding = (0, 1, 0, 0)
        if _least(made) > console.width:
            for column in made.columns:
                column.no_wrap = False
    console.print(made)


def _least(made: Table) -> int:
    """The columns that a table without lines needs for its whole cells and some of the others."""
    from rich.cells import cell_len

    wide = (
        max(cell_len(str(cell)) for cell in (each.header, *each.cells)) if each.no_wrap else _SOME
        for each in made.columns
    )
    return sum(wide) + 2 * len(made.columns)
