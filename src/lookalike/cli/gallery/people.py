"""`lookalike gallery list`, `show` and `portraits`: who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.gallery import naming
from lookalike.cli.terminal import API_JSON, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings


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
@click.argument("who")
@API_JSON
@pass_settings
def show(settings: Settings, who: str, as_json: bool) -> None:
    """Show one person, WHO, by id or name."""
    from lookalike.answers import people as answers

    with opened_gallery(settings) as people:
        person = naming.person(people, who)
    if as_json:
        print_json(answers.person(person))
        return
    for label, value in (
        ("Name", person.name.both),
        ("Description", person.description.both),
        ("Gender", person.gender),
        ("Country", person.country),
        ("Fields", ", ".join(person.fields)),
        ("Born", person.born),
        ("Died", person.died),
        ("Groups", ", ".join(person.groups)),
        ("Collection", person.collection),
        *((link.kind, link.url) for link in person.links),
    ):
        if value:
            click.echo(f"{label + ':':15}{value}")


@click.command()
@click.argument("who")
@click.option("--collection", help="Where the person is; the first of your own unless set.")
@API_JSON
@pass_settings
def portraits(settings: Settings, who: str, collection: str | None, as_json: bool) -> None:
    """List the portraits of WHO, by id or name, the oldest first."""
    from lookalike.answers import changes

    with opened_gallery(settings) as people:
        person = naming.own_or_starter(people, who, collection)
        found = people.portraits(person.id, person.collection)
    if as_json:
        print_json(changes.portraits(person, found))
        return
    made = table(f"{len(found)} portraits of {person.label}", "Id", "Added", "Credit", whole=["Id"])
    for each in found:
        credit = each.credit
        said = (credit.author, credit.licence, credit.source_url) if credit else ()
        added = f"{each.created:%Y-%m-%d %H:%M}" if each.created else ""
        made.add_row(each.id, added, ", ".join(word for word in said if word))
    print_table(made)
