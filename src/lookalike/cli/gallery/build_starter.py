"""`lookalike gallery build-starter`: the gallery that ships with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import FOLDER, progress

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command("build-starter")
@click.option("--portraits", type=FOLDER, required=True, help="Folder with names.csv.")
@click.option("--hangul", type=FOLDER, required=True, help="Folder of photos named in Hangul.")
@click.option("--tables", type=FOLDER, required=True, help="Folder of the reviewed tables.")
@click.option("--out", type=FOLDER, help="Where to write; the installed package unless set.")
@pass_settings
def build_starter(
    settings: Settings, portraits: Path, hangul: Path, tables: Path, out: Path | None
) -> None:
    """Make the gallery that ships with the package."""
    from lookalike.faces.analyzer import Analyzer
    from lookalike.gallery import starter
    from lookalike.gallery.starter import build

    # Built once and used by everyone: exact arithmetic is worth its time here.
    analyzer = Analyzer(replace(settings, precision="float32"))
    found = list(build.candidates(portraits, hangul, tables))
    with progress() as bar:
        followed = bar.track(found, description="Reading portraits")
        report = build.build(followed, analyzer, out or Path(starter.__file__).parent)
    click.echo(f"{report.people} people; {len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        names = ", ".join(name for name, why in report.left_out if why == reason)
        click.echo(f"  {count:4} {reason}: {names}")
