"""`lookalike compare`: how alike two photos are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import chosen_engine, pass_settings
from lookalike.cli.given import PHOTO, GivenPhoto
from lookalike.cli.terminal import API_JSON, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.argument("a", type=PHOTO)
@click.argument("b", type=PHOTO)
@API_JSON
@pass_settings
def compare(settings: Settings, a: GivenPhoto, b: GivenPhoto, as_json: bool) -> None:
    """Compare the largest face of photo A with every face of photo B.

    One of them may be `-`, standard input.
    """
    from lookalike.answers import photos

    with chosen_engine(settings) as engine:
        source, target = a.read("source", settings.max_bytes), b.read("target", settings.max_bytes)
        comparison = engine.compare(source, target)
        if as_json:
            print_json(photos.comparison(comparison))
            return
    measures = comparison.model.measures
    made = table(f"{a.name} and {b.name}", "Face", *measures, whole=measures)
    for number, score in enumerate(comparison.scores, 1):
        made.add_row(str(number), *score.texts)
    print_table(made)
