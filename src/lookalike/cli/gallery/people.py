"""`lookalike gallery list`, `show`, `add`, `remove` and `takedown`: one person or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import local_engine, opened_gallery, pass_settings
from lookalike.cli.gallery.options import MINE, THUMBNAILS, with_credit
from lookalike.cli.given import PHOTO, GivenPhoto
from lookalike.cli.terminal import API_JSON, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.people import Credit
    from lookalike.gallery.portraits import Portrait


@click.command("list")
@click.option("--collection", help="Only this collection.")
@click.option("--query", default="", help="Only people whose name holds this.")
@API_JSON
@pass_settings
def list_people(settings: Settings, collection: str | None, query: str, as_json: bool) -> None:
    """List the people of the gallery."""
    from lookalike.answers import people as answers

    with opened_gallery(settings) as people:
        found = people.people(collection, query)
        if as_json:
            print_json(answers.people(found, total=len(found)))
            return
    made = table(
        f"{len(found)} people", "Id", "Name", "한국어", "Collection", "Groups", whole=["Id"]
    )
    for each in found:
        made.add_row(
            each.id, each.name.en or "", each.name.ko or "", each.collection, ", ".join(each.groups)
        )
    print_table(made)


@click.command()
@click.argument("person_id")
@API_JSON
@pass_settings
def show(settings: Settings, person_id: str, as_json: bool) -> None:
    """Show one person by id."""
    from lookalike.answers import people as answers

    with opened_gallery(settings) as people:
        person = people.person(person_id)
    if as_json:
        print_json(answers.person(person))
        return
    for label, value in (
        ("Name", person.name.both),
        ("Description", person.description.get("en")),
        ("Born", person.born),
        ("Died", person.died),
        ("Groups", ", ".join(person.groups)),
        ("Collection", person.collection),
        *((link.kind, link.url) for link in person.links),
    ):
        if value:
            click.echo(f"{label + ':':15}{value}")


@click.command()
@click.argument("name")
@click.argument("photos", type=PHOTO, nargs=-1, required=True)
@click.option("--collection", default=MINE, show_default=True, help="Collection to add to.")
@THUMBNAILS
@with_credit
@pass_settings
def add(
    settings: Settings,
    name: str,
    photos: tuple[GivenPhoto, ...],
    collection: str,
    thumbnails: bool,
    credit: Credit | None,
) -> None:
    """Add a person by NAME with one or more PHOTOS; known at once to a running server."""
    from lookalike.gallery.people import Person, new_id
    from lookalike.gallery.sources.values import text_of

    with local_engine(settings) as engine:
        read = (each.read("photo", settings.max_bytes) for each in photos)
        portraits = [_portrait(engine, data, credit, thumbnails) for data in read]
        person = Person(id=new_id(), collection=collection, name=text_of(name))
        engine.gallery.store.add(person, portraits)
    click.echo(f"Added {name} as {person.id} to {collection} with {len(portraits)} portraits.")


def _portrait(engine: LocalEngine, data: bytes, credit: Credit | None, thumbnail: bool) -> Portrait:
    from lookalike.gallery.sources.image_file import portrait

    face = engine.analyzer.analyze(data).main_face()
    if thumbnail:
        face = engine.analyzer.with_thumbnail(face, data)
    return portrait(face, data, credit)


@click.command()
@click.argument("person_id")
@click.option("--collection", help="Only from this collection.")
@click.option("--portrait", help="Only this one of their portraits, by id.")
@pass_settings
def remove(
    settings: Settings, person_id: str, collection: str | None, portrait: str | None
) -> None:
    """Remove a person, by id, from your own collections, or one of several portraits."""
    with opened_gallery(settings) as people:
        if portrait:
            people.store.remove_portrait(people.own_person(person_id, collection), portrait)
        else:
            people.store.remove(person_id, collection)
    click.echo(f"Removed {f'the portrait {portrait} of ' if portrait else ''}{person_id}.")


@click.command()
@click.argument("person_id")
@click.option("--reason", default="", help="Kept with the entry, for yourself.")
@pass_settings
def takedown(settings: Settings, person_id: str, reason: str) -> None:
    """Remove a person everywhere, by id, and keep them out of every later import.

    Portraits, vectors, cached files and shared results go; someone of the starter gallery is
    hidden. Prints a receipt.
    """
    from lookalike.web.takedown import forget

    with opened_gallery(settings) as people:
        receipt = people.takedown(person_id, reason)
    forgotten = forget(settings, receipt)
    name = receipt.person.name.both
    click.echo(f"Taken down: {name} ({person_id}), {receipt.at:%Y-%m-%d %H:%M} UTC")
    click.echo(
        f"Removed: {receipt.portraits} portraits with their vectors, "
        f"{forgotten.cached_files} cached files, {forgotten.results} shared results"
    )
    for each in receipt.removed:
        click.echo(f"  from {each.collection}: {each.name.get('en')} ({each.id})")
    click.echo(f"Kept out from now on: {', '.join(receipt.blocked)}")
