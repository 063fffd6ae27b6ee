"""`lookalike find`: the people that the faces of a photo look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import click

from lookalike.cli.answering import Question, answer
from lookalike.cli.context import chosen_engine, pass_settings
from lookalike.cli.given import PHOTO, PHOTO_OR_FOLDER, GivenPhoto
from lookalike.cli.terminal import API_JSON, italic, print_table, table
from lookalike.engine.interface import Order
from lookalike.gallery.people import FIELDS, Field, Gender, Origin

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.interface import AnyScore, Lookalikes


@click.command()
@click.argument("given", type=PHOTO_OR_FOLDER, nargs=-1, required=True, metavar="PHOTO...")
@click.option("--reference", type=PHOTO, multiple=True, help="Compare with this photo too.")
@click.option("--limit", type=click.IntRange(1, 100), help="People to rank for each face.")
@click.option("--collection", help="Search only this collection.")
@click.option("--group", help="Rank only people of this group.")
@click.option(
    "--gender", type=click.Choice(get_args(Gender)), help="Rank only those the source says are."
)
@click.option(
    "--origin", type=click.Choice(get_args(Origin)), help="Rank only people of Korea, or others."
)
@click.option("--field", type=click.Choice(FIELDS), help="Rank only those known for this.")
@click.option("--living", is_flag=True, help="Rank only those of whom no death is stated.")
@click.option(
    "--order",
    type=click.Choice(get_args(Order)),
    default="identity",
    show_default=True,
    help="By the face alone, or by face, shape and hair together, as on the page.",
)
@API_JSON
@pass_settings
def find(
    settings: Settings,
    given: tuple[GivenPhoto, ...],
    reference: tuple[GivenPhoto, ...],
    limit: int | None,
    collection: str | None,
    group: str | None,
    gender: Gender | None,
    origin: Origin | None,
    field: Field | None,
    living: bool,
    order: Order,
    as_json: bool,
) -> None:
    """Rank the celebrities that each face of PHOTO looks like.

    Several photos are answered one after another, and so are those in a folder; as JSON they are a
    list with the file of each. `-` is standard input.
    """
    from lookalike.answers import photos
    from lookalike.gallery.people import Who

    with chosen_engine(settings) as engine:
        references = tuple(each.read("reference", settings.max_bytes) for each in reference)

        def ask(photo: bytes) -> Lookalikes[AnyScore]:
            return engine.find(
                photo,
                references,
                limit=limit or settings.limit,
                collection=collection,
                who=Who(group, gender, field, origin, living),
                order=order,
            )

        names = [each.name for each in reference]
        question = Question(ask, photos.lookalikes, lambda found: _show(found, names))
        answer(given, settings.max_bytes, question, as_json=as_json)


def _show(found: Lookalikes[AnyScore], references: Sequence[str]) -> None:
    for number, ranked in enumerate(found.faces, 1):
        title = f"Face {number} of {len(found.faces)}"
        measures = found.model.measures
        made = table(title, "", "Name", *measures, whole=("", *measures))
        for place, match in enumerate(ranked.matches, 1):
            made.add_row(str(place), match.person.name.both, *match.score.texts)
        for name, score in zip(references, ranked.references, strict=True):
            made.add_section()
            made.add_row("", italic(name), *score.texts)
        print_table(made)
        if ranked.face.coverage and not ranked.face.coverage.human:
            click.echo("This may not be a human face; these are the closest people all the same.")
    if found.notice:
        click.echo(found.notice, err=True)
