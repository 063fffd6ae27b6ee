"""`lookalike gallery edit`, `rename`, `merge` and `remove`: people who are there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.gallery import naming
from lookalike.cli.gallery.options import likeness, portraits_of, with_facts
from lookalike.cli.terminal import API_JSON, json_option, print_json
from lookalike.errors import Unlike

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.gallery.enrolment.namesakes import Alike
    from lookalike.gallery.gallery import Gallery
    from lookalike.gallery.people import Person
    from lookalike.gallery.sources.columns import Row
    from lookalike.gallery.store import Merger

_IN = click.option("--collection", help="Where the person is; the first of your own unless set.")


@click.command()
@click.argument("who")
@_IN
@with_facts
@API_JSON
@pass_settings
def edit(settings: Settings, who: str, collection: str | None, facts: Row, as_json: bool) -> None:
    """Change facts of WHO, by id or name: those that are given; an empty one ('') goes.

    What may be given several times replaces all there was.
    """
    if not facts:
        raise click.UsageError("Say what to change, such as --group or --born; see --help.")
    with opened_gallery(settings) as people:
        person = _changed(people, naming.own_person(people, who, collection), facts)
    if as_json:
        _print_person(person)
    else:
        click.echo(f"Changed {person.label} ({person.id}) in {person.collection}.")


@click.command()
@click.argument("who")
@click.argument("name")
@_IN
@API_JSON
@pass_settings
def rename(settings: Settings, who: str, name: str, collection: str | None, as_json: bool) -> None:
    """Call WHO, by id or name, NAME in the language it is written in; the other name stays."""
    from lookalike.gallery.sources.values import text_of

    language = "name_ko" if text_of(name).ko else "name_en"
    with opened_gallery(settings) as people:
        known = naming.own_person(people, who, collection)
        person = _changed(people, known, {language: name})
    if as_json:
        _print_person(person)
    else:
        click.echo(f"Renamed {known.label} ({known.id}): {person.label}.")


@click.command()
@click.argument("who")
@click.argument("other")
@click.option("--collection", help="Where both are; the first of your own with WHO unless set.")
@click.option("--yes", is_flag=True, help="Even if their faces differ.")
@API_JSON
@pass_settings
def merge(
    settings: Settings, who: str, other: str, collection: str | None, yes: bool, as_json: bool
) -> None:
    """Make two people one: WHO, by id or name, gets the portraits of OTHER, who is no more.

    Facts of WHO stay; what only OTHER states is added. If their faces differ you are asked.
    """
    from lookalike.answers import changes

    with opened_gallery(settings) as people:
        person = naming.own_person(people, who, collection)
        gone = naming.own_person(people, other, collection or person.collection)
        alike = None if yes else likeness(settings)
        merged = _merged(people, person, gone, alike, ask=not as_json)
    if as_json:
        print_json(changes.merged(merged))
    else:
        person, gone = merged.person, merged.gone
        click.echo(
            f"Merged {gone.label} ({gone.id}) into {person.label} ({person.id}) in "
            f"{person.collection}: {portraits_of(merged.portraits)} came over."
        )


@click.command()
@click.argument("who")
@click.option("--collection", help="Only from this collection.")
@click.option("--portrait", help="Only this one of their portraits, by id.")
@json_option("Print what was removed as JSON.")
@pass_settings
def remove(
    settings: Settings, who: str, collection: str | None, portrait: str | None, as_json: bool
) -> None:
    """Remove WHO, by id or name, from your own collections, or one of several portraits.

    `gallery portraits` lists the ids of portraits.
    """
    with opened_gallery(settings) as people:
        person = naming.own_person(people, who, collection)
        if portrait:
            people.store.remove_portrait(person, portrait)
        else:
            people.store.remove(person.id, collection)
    if as_json:
        print_json({"person": person.id, "collection": collection, "portrait": portrait})
        return
    what = f"the portrait {portrait} of " if portrait else ""
    click.echo(f"Removed {what}{person.label} ({person.id}).")


def _changed(people: Gallery, known: Person, facts: Row) -> Person:
    from lookalike.gallery.sources import columns

    person = columns.changed(known, facts)
    people.store.change(person)
    return person


def _print_person(person: Person) -> None:
    from lookalike.answers import people

    print_json(people.person(person))


def _merged(
    people: Gallery, person: Person, gone: Person, alike: Alike | None, *, ask: bool
) -> Merger:
    try:
        return people.store.merge(person, gone, alike)
    except Unlike as error:
        if not ask or not sys.stdin.isatty():
            raise Unlike(f"{error} Say --yes to merge them anyway.", error.people) from error
        click.confirm(f"{error} Merge them anyway?", abort=True, err=True)
    return people.store.merge(person, gone)
