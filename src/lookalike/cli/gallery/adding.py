"""`lookalike gallery add`: somebody by name and photos, or more photos of somebody."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import local_engine, pass_settings
from lookalike.cli.gallery import naming
from lookalike.cli.gallery.options import (
    MINE,
    SHOW,
    THUMBNAILS,
    portraits_of,
    with_credit,
    with_facts,
)
from lookalike.cli.given import PHOTO, GivenPhoto
from lookalike.cli.terminal import API_JSON, print_json
from lookalike.errors import PortraitUnavailable, Unlike

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.vectors import Floats
    from lookalike.gallery.people import Credit, Person
    from lookalike.gallery.portraits import Portrait
    from lookalike.gallery.sources.columns import Row
    from lookalike.gallery.store import Enrolment

_NEW, _STOP = "new", "stop"


@click.command()
@click.argument("given", nargs=-1, required=True, metavar="NAME PHOTOS...", type=click.Path())
@click.option("--collection", help=f"Collection to add to; {MINE} unless set.")
@click.option("--to", help="Add to this person, by id or name; NAME may be left out then.")
@click.option("--new", is_flag=True, help="Another person, even if somebody is called so.")
@click.option(
    "--find",
    is_flag=True,
    help="Find them on Wikidata, which is sent NAME, and prove it by their portrait there.",
)
@with_facts
@THUMBNAILS
@SHOW
@with_credit
@API_JSON
@pass_settings
def add(
    settings: Settings,
    given: tuple[str, ...],
    collection: str | None,
    to: str | None,
    new: bool,
    find: bool,
    facts: Row,
    thumbnails: bool,
    show: bool,
    credit: Credit | None,
    as_json: bool,
) -> None:
    """Add a person by NAME with one or more PHOTOS; known at once to a running server.

    Where somebody of that name, however it is spelt, is in the collection, of the same group or of
    none, and has that face, the photos are added to them. If the faces differ you are asked;
    without a terminal, say --to or --new.
    """
    from lookalike.answers import changes

    if to is not None and new:
        raise click.UsageError("--to and --new exclude each other.")
    if show and not (credit and credit.licence):
        raise click.UsageError("--show needs --licence: on what terms the portraits may be shown.")
    name, photos = _parts(given, has_name=to is None)
    with local_engine(settings) as engine:
        read = (each.read("photo", settings.max_bytes) for each in photos)
        portraits = [_portrait(engine, data, credit, thumbnails or show) for data in read]
        portraits = [replace(each, shown=show) for each in portraits]
        person = _person(engine, name, facts, collection, to)
        if find and not person.wikidata:
            person = _found(settings, engine, person, portraits, named=to is None)
        chosen = None if to is None else person.id
        done = _enrolled(engine, person, portraits, chosen, new, ask=not as_json)
        if show:
            engine.gallery.store.publish(done.person, portraits)
    if as_json:
        print_json(changes.enrolled(done, portraits))
    else:
        click.echo(_said(done, collection=person.collection))
        for line in _warnings(photos, portraits):
            click.echo(line, err=True)


def _parts(given: Sequence[str], *, has_name: bool) -> tuple[str, list[GivenPhoto]]:
    """The name, empty where it is left out, and the photos.

    Raises:
        UsageError: there is no photo, or it is no file.
    """
    first = given[0]
    named = has_name or not (first == "-" or Path(first).is_file())
    photos = given[1:] if named else given
    if not photos:
        raise click.UsageError("Missing argument 'PHOTOS...'.")
    return first if named else "", [PHOTO(each) for each in photos]


def _portrait(engine: LocalEngine, data: bytes, credit: Credit | None, thumbnail: bool) -> Portrait:
    from lookalike.gallery.sources.image_file import portrait

    face = engine.analyzer.analyze(data, appearances=True).main_face()
    if thumbnail:
        face = engine.analyzer.with_thumbnail(face, data)
    return portrait(face, data, credit)


def _person(
    engine: LocalEngine, name: str, facts: Row, collection: str | None, to: str | None
) -> Person:
    """Who is stated; of somebody who is there, with their id and names."""
    from lookalike.gallery.sources import columns

    if to is None:
        return columns.newcomer({"name": name, **facts}, collection or MINE)
    return columns.beside(naming.own_person(engine.gallery, to, collection), facts)


def _found(
    settings: Settings,
    engine: LocalEngine,
    person: Person,
    portraits: Sequence[Portrait],
    *,
    named: bool,
) -> Person:
    """Who that is on Wikidata, with what is stated there; the same where nobody is proved.

    Args:
        named: they are not there yet, so that they may have the id of Wikidata.
    """
    import numpy as np

    from lookalike.cli.gallery.complete import finding, judge_of
    from lookalike.faces.vectors import unit
    from lookalike.gallery.wikimedia.finding.finder import find

    mean = unit(np.sum([each.vector for each in portraits], axis=0))

    async def known(_: Person) -> Floats:
        return mean

    judge = replace(judge_of(engine), known=known)
    with finding(settings, engine) as (connection, _):
        try:
            proof = connection.wait(connection.begin(find, person, judge)).proof
        except PortraitUnavailable as error:
            click.echo(f"Not found on Wikidata: {error}", err=True)
            return person
    click.echo(f"Found on Wikidata: {proof.wikidata}, similarity {proof.similarity:.0f}.", err=True)
    whole = proof.completed(person)
    return replace(whole, id=proof.wikidata) if named else whole


def _enrolled(
    engine: LocalEngine,
    person: Person,
    portraits: Sequence[Portrait],
    to: str | None,
    new: bool,
    *,
    ask: bool,
) -> Enrolment:
    store, alike = engine.gallery.store, engine.calibration.similarity
    try:
        return store.enrol(person, portraits, alike, to=to, new=new)
    except Unlike as error:
        if not ask or not sys.stdin.isatty():
            raise _advised(error) from error
        decided = _asked(error)
    to = None if decided == _NEW else decided
    return store.enrol(person, portraits, alike, to=to, new=to is None)


def _asked(error: Unlike) -> str:
    """An id, or that it is a new person.

    Raises:
        Abort: it is neither.
    """
    choices = [*(each.id for each in error.people), _NEW, _STOP]
    question = f"{error} Add to one of them, make a new person, or stop?"
    decided: str = click.prompt(question, type=click.Choice(choices), default=_STOP, err=True)
    if decided == _STOP:
        raise click.Abort
    return decided


def _advised(error: Unlike) -> Unlike:
    to = error.people[0].id
    advice = f"Say --to {to} to add to them anyway, or --new for another person of that name."
    return Unlike(f"{error} {advice}", error.people)


def _warnings(photos: Sequence[GivenPhoto], portraits: Sequence[Portrait]) -> Iterator[str]:
    from lookalike.gallery.shortcomings import shortcomings, words

    for photo, portrait in zip(photos, portraits, strict=True):
        if found := shortcomings(portrait):
            yield (
                f"Warning: somebody is badly found by {photo.name}: {words(found)}. "
                "Add a better photo if you have one."
            )


def _said(done: Enrolment, collection: str) -> str:
    person, count = done.person, portraits_of(done.portraits)
    if done.new:
        return f"Added {person.label} as {person.id} to {collection} with {count}."
    if done.portraits:
        return f"Added {count} to {person.label} ({person.id}), who is in {collection}."
    return f"{person.label} ({person.id}) in {collection} has these photos already."
