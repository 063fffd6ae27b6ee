"""The commands of `lookalike gallery`: the people that faces are compared with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lookalike import config
from lookalike.cli.terminal import (
    JSON,
    PHOTO,
    opened_engine,
    opened_gallery,
    print_table,
    progress,
    table,
)

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.people import Credit
    from lookalike.gallery.portraits import Portrait
    from lookalike.gallery.sources.report import Report

MINE = "mine"

_SOURCE = click.Path(exists=True, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
# How many a report names for each reason.
_NAMED = 10

Command = TypeVar("Command", bound=Callable[..., Any])


def _credited(command: Command) -> Command:
    """The options that say where portraits come from."""
    for option in (
        click.option("--licence", help="On what terms they may be shown."),
        click.option("--author", help="Who made them."),
        click.option("--source", help="Where the portraits come from (a web address)."),
    ):
        command = option(command)
    return command


_THUMBNAILS = click.option(
    "--thumbnails",
    is_flag=True,
    help="Keep a small picture of every face, so that a later model needs no new photos.",
)


@click.group()
def gallery() -> None:
    """The people that faces are compared with."""


@gallery.command("list")
@click.option("--collection", help="Only this collection.")
@click.option("--query", default="", help="Only people whose name holds this.")
@JSON
def list_people(collection: str | None, query: str, as_json: bool) -> None:
    """List the people of the gallery."""
    from lookalike.answers import people as answers

    with opened_gallery() as people:
        found = people.people(collection, query)
        if as_json:
            click.echo(answers.people(found, total=len(found)).model_dump_json(indent=2))
            return
    made = table(f"{len(found)} people", "Id", "Name", "한국어", "Collection", "Groups")
    for each in found:
        made.add_row(
            each.id, each.name.en or "", each.name.ko or "", each.collection, ", ".join(each.groups)
        )
    print_table(made)


@gallery.command()
@click.argument("person_id")
@JSON
def show(person_id: str, as_json: bool) -> None:
    """Show one person by id."""
    from lookalike.answers import people as answers

    with opened_gallery() as people:
        person = people.person(person_id)
    if as_json:
        click.echo(answers.person(person).model_dump_json(indent=2))
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


@gallery.command()
@click.argument("name")
@click.argument("photos", type=PHOTO, nargs=-1, required=True)
@click.option("--collection", default=MINE, show_default=True, help="Collection to add to.")
@_THUMBNAILS
@_credited
def add(
    name: str,
    photos: tuple[Path, ...],
    collection: str,
    thumbnails: bool,
    source: str | None,
    author: str | None,
    licence: str | None,
) -> None:
    """Add a person by NAME with one or more PHOTOS; known at once to a running server."""
    from lookalike.gallery.people import Person, new_id
    from lookalike.gallery.sources.values import text_of

    credit = _credit(source, author, licence)
    with opened_engine() as engine:
        portraits = [_portrait(engine, each.read_bytes(), credit, thumbnails) for each in photos]
        person = Person(id=new_id(), collection=collection, name=text_of(name))
        engine.gallery.store.add(person, portraits)
    click.echo(f"Added {name} as {person.id} to {collection} with {len(portraits)} portraits.")


@gallery.command()
@click.argument("person_id")
@click.option("--collection", help="Only from this collection.")
@click.option("--portrait", help="Only this one of their portraits, by id.")
def remove(person_id: str, collection: str | None, portrait: str | None) -> None:
    """Remove a person, by id, from your own collections, or one of several portraits."""
    with opened_gallery() as people:
        if portrait:
            people.store.remove_portrait(people.own_person(person_id, collection), portrait)
        else:
            people.store.remove(person_id, collection)
    click.echo(f"Removed {f'the portrait {portrait} of ' if portrait else ''}{person_id}.")


@gallery.command()
@click.argument("person_id")
@click.option("--reason", default="", help="Kept with the entry, for yourself.")
def takedown(person_id: str, reason: str) -> None:
    """Remove a person everywhere, by id, and keep them out of every later import.

    Portraits, vectors, cached files and shared results go; someone of the starter gallery is
    hidden. Prints a receipt.
    """
    from lookalike.web.takedown import forget

    with opened_gallery() as people:
        receipt = people.takedown(person_id, reason)
    forgotten = forget(config.load(), receipt)
    name = receipt.person.name.both
    click.echo(f"Taken down: {name} ({person_id}), {receipt.at:%Y-%m-%d %H:%M} UTC")
    click.echo(
        f"Removed: {receipt.portraits} portraits with their vectors, "
        f"{forgotten.cached_files} cached files, {forgotten.results} shared results"
    )
    for each in receipt.removed:
        click.echo(f"  from {each.collection}: {each.name.get('en')} ({each.id})")
    click.echo(f"Kept out from now on: {', '.join(receipt.blocked)}")


@gallery.command()
@click.argument("name")
def create(name: str) -> None:
    """Create an empty collection called NAME."""
    with opened_gallery() as people:
        people.store.create(name)
    click.echo(f"Created {name}.")


@gallery.command()
@click.argument("collection")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(collection: str, yes: bool) -> None:
    """Delete a COLLECTION of your own with everyone in it."""
    with opened_gallery() as people:
        count = len(people.people(collection))
        if not yes:
            click.confirm(f"Delete {collection} with {count} people?", abort=True, err=True)
        people.store.delete(collection)
    click.echo(f"Deleted {collection} with {count} people.")


@gallery.command("export")
@click.argument("collection")
@click.argument("file", type=_NEW_FILE)
@click.option("--thumbnails", is_flag=True, help="With the thumbnails of the faces that have one.")
def export(collection: str, file: Path, thumbnails: bool) -> None:
    """Write a COLLECTION to FILE, a pack (.pack.zip) that `import` reads on any machine.

    A pack holds facts, credits and vectors, and no pixels unless you ask for the thumbnails. With
    them it can be imported where another model is in use.
    """
    from lookalike.faces.models import installed
    from lookalike.gallery.sources import pack

    embedder = installed.embedder(config.load())
    with opened_gallery() as people:
        members = people.everyone(collection)
        counts = pack.write(file, collection, members, embedder, thumbnails=thumbnails)
    pictures = f" and {counts['thumbnails']} thumbnails" if thumbnails else ""
    click.echo(
        f"Wrote {counts['people']} people with {counts['portraits']} portraits{pictures} to {file}."
    )


@gallery.command("import")
@click.argument("path", metavar="SOURCE", type=_SOURCE)
@click.option("--collection", help="Collection to add to; mine, or the pack's own, unless set.")
@click.option("--dry-run", is_flag=True, help="Look at everything and write nothing.")
@_THUMBNAILS
@_credited
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    path: Path,
    collection: str | None,
    dry_run: bool,
    thumbnails: bool,
    as_json: bool,
    **credit: str | None,
) -> None:
    """Add everyone in SOURCE: a folder, a table (.csv or .jsonl) or a pack (.pack.zip).

    In a folder, a folder of photos is a person, and so is a single photo; they are called what it
    is called. A table has the columns name_ko, name_en or name, and images (separated by
    semicolons). A pack keeps the thumbnails it has. The same command goes on where it was stopped,
    and adds nothing twice.
    """
    if path.suffix.lower() == ".zip":
        report = _import_pack(path, collection, dry_run)
    else:
        report = _import_photos(path, collection or MINE, dry_run, thumbnails, _credit(**credit))
    click.echo(_as_json(report) if as_json else in_words(report))
    if report.interrupted:
        click.echo("Stopped; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1)


def _import_photos(
    source: Path, collection: str, dry_run: bool, thumbnails: bool, credit: Credit | None
) -> Report:
    from lookalike.faces.workers import Workers
    from lookalike.gallery.sources import found
    from lookalike.gallery.sources.candidate import Candidate
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.sources.importing import Importer

    settings = config.load()
    everyone = list(found(source, collection, credit))
    total = sum(len(each.pictures) for each in everyone if isinstance(each, Candidate))
    with opened_gallery() as people, Workers(settings) as workers, progress() as bar:
        task = bar.add_task("Looking at photos", total=total)
        importer = Importer(
            Destination.of(people, collection),
            dry_run=dry_run,
            thumbnails=thumbnails,
            advance=lambda: bar.advance(task),
        )
        return importer.photos(everyone, workers)


def _import_pack(source: Path, collection: str | None, dry_run: bool) -> Report:
    from lookalike.faces.models import installed
    from lookalike.faces.workers import Workers
    from lookalike.gallery.sources import pack
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.sources.importing import Importer

    embedder = installed.embedder(config.load())
    read = pack.read(source, collection, embedder)
    own = read.contract == embedder.contract
    if not own:
        click.echo(
            f"The pack was made with {read.contract}; vectors of {embedder.contract} are made from "
            f"its {read.thumbnails} thumbnails.",
            err=True,
        )
    with opened_gallery() as people, progress() as bar:
        task = bar.add_task("Adding portraits", total=sum(len(each) for _, each in read.people))
        importer = Importer(
            Destination.of(people, collection or read.collection),
            dry_run=dry_run,
            advance=lambda: bar.advance(task),
        )
        if own:
            return importer.packed(read.people)
        with Workers(config.load()) as workers:
            return importer.remade(read.people, workers)


def in_words(report: Report) -> str:
    """A report as a terminal shows it."""
    rate = report.photos / report.seconds if report.seconds else 0
    added = "Would add" if report.dry_run else "Added"
    lines = [
        f"{added} {report.people_added} people and {report.portraits_added} portraits to "
        f"{report.collection}; {report.people_changed} people changed.",
        f"{report.photos} photos in {report.seconds:.1f} seconds ({rate:.0f} a second), of which "
        f"{report.already} were there already.",
    ]
    if report.thumbnails_added:
        lines.append(f"{report.thumbnails_added} of those had no thumbnail and have one now.")
    if report.left_out:
        lines.append(f"{len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        who = [each for each in report.left_out if each.why == reason]
        named = ", ".join(each.where for each in who[:_NAMED])
        more = f" and {count - _NAMED} more (--json names all)" if count > _NAMED else ""
        lines.append(f"  {count:4} {reason}: {named}{more}")
    return "\n".join(lines)


def _as_json(report: Report) -> str:
    facts = asdict(report) | {"reasons": report.reasons()}
    return json.dumps(facts, ensure_ascii=False, indent=2)


def _credit(source: str | None, author: str | None, licence: str | None) -> Credit | None:
    from lookalike.gallery.people import Credit

    return Credit(author, licence, None, source) if source or author or licence else None


def _portrait(engine: LocalEngine, data: bytes, credit: Credit | None, thumbnail: bool) -> Portrait:
    from lookalike.gallery.sources.image_file import portrait

    face = engine.analyzer.analyze(data).main_face()
    if thumbnail:
        face = engine.analyzer.with_thumbnail(face, data)
    return portrait(face, data, credit)
