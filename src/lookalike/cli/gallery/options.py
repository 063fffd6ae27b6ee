"""What the commands that add and change people ask alike."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from lookalike.gallery.people import Credit

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.gallery.enrolment.namesakes import Alike

# The collection of whoever names none.
MINE = "mine"

THUMBNAILS = click.option(
    "--thumbnails",
    is_flag=True,
    help="Keep a small picture of every face, so that a later model needs no new photos.",
)

SHOW = click.option(
    "--show",
    is_flag=True,
    help="Let the page show the portraits that have a licence, from a small picture of every face.",
)

# Options of facts, by the column of a table that means the same; `several` may be given again.
_FACTS = (
    ("name_ko", "--name-ko", "Name in Korean.", False),
    ("name_en", "--name-en", "Name in English.", False),
    ("groups", "--group", "A group they belong to; may be given several times.", True),
    ("born", "--born", "1993, 1993-05 or 1993-05-16.", False),
    ("died", "--died", "The same.", False),
    ("gender", "--gender", "female, male, nonbinary or other, as your source states it.", False),
    ("country", "--country", "In two letters (ISO 3166-1): KR.", False),
    ("fields", "--field", "acting, music, sport, ...; may be given several times.", True),
    ("description_ko", "--description-ko", "A line about them in Korean.", False),
    ("description_en", "--description-en", "A line about them in English.", False),
    ("links", "--link", "A page of theirs (a web address); may be given several times.", True),
    ("wikidata", "--wikidata", "Wikidata id (Q76) or its address.", False),
    ("external_ids", "--external-id", "imdb=nm1682433; may be given several times.", True),
)


def with_credit(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where portraits come from; the command gets a `Credit`, or None."""

    @click.option("--source", help="Where the portraits come from (a web address).")
    @click.option("--author", help="Who made them.")
    @click.option("--licence", help="On what terms they may be shown.")
    @functools.wraps(command)
    def run(source: str | None, author: str | None, licence: str | None, **own: object) -> None:
        known = source or author or licence
        command(credit=Credit(author, licence, None, source) if known else None, **own)

    return run


def with_facts(command: Callable[..., None]) -> Callable[..., None]:
    """The options that state facts of a person; the command gets `facts`, a row of those given."""

    @functools.wraps(command)
    def run(**given: object) -> None:
        stated = {column: given.pop(column) for column, *_ in _FACTS}
        command(facts=_row(stated), **given)

    for column, option, help, several in reversed(_FACTS):
        run = click.option(option, column, help=help, multiple=several)(run)
    return run


def _row(stated: Mapping[str, object]) -> dict[str, str | list[str]]:
    """What was given; lists are empty tuples unless it was."""
    row: dict[str, str | list[str]] = {}
    for column, value in stated.items():
        if isinstance(value, tuple) and value:
            row[column] = [str(each) for each in value]
        elif isinstance(value, str):
            row[column] = value
    return row


def portraits_of(count: int) -> str:
    """How many, as a sentence says it."""
    return f"{count} portrait{'' if count == 1 else 's'}"


def likeness(settings: Settings) -> Alike:
    """By which people of one name are told apart: the similarity of the recogniser in use."""
    from lookalike.faces.models import installed
    from lookalike.scores.calibrations import calibration_of

    return calibration_of(installed.embedder(settings)).similarity
