"""`lookalike evaluate speed`: how long each step of `find` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import local_engine, pass_settings
from lookalike.cli.evaluate.results import Output, show_all, with_output
from lookalike.cli.terminal import FILE

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.argument("photos", type=FILE, nargs=-1, required=True)
@click.option("--runs", type=click.IntRange(10), default=25, show_default=True)
@with_output
@pass_settings
def speed(settings: Settings, photos: tuple[Path, ...], runs: int, output: Output) -> None:
    """Milliseconds of every step of `find`, for each of PHOTOS."""
    from lookalike.evaluate.speed import time_steps

    with local_engine(settings) as engine:
        found = [time_steps(engine, each.name, each.read_bytes(), runs) for each in photos]
    show_all(found, output)
