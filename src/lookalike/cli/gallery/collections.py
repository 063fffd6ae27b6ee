"""`lookalike gallery create`, `delete` and `export`: a collection as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import opened_gallery, pass_settings

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.argument("name")
@pass_settings
def create(settings: Settings, name: str) -> None:
    """Create an empty collection called NAME."""
    with opened_gallery(settings) as people:
        people.store.create(name)
    click.echo(f"Created {name}.")


@click.command()
@click.argument("collection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_settings
def delete(settings: Settings, collection: str, yes: bool) -> None:
    """Delete a COLLECTION of your own with everyone in it."""
    with opened_gallery(settings) as people:
        count = people.collection(collection).people
        if not yes:
            click.confirm(f"Delete {collection} with {count} people?", abort=True, err=True)
        people.store.delete(collection)
    click.echo(f"Deleted {collection} with {count} people.")


@click.command()
@click.argument("collection")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--thumbnails", is_flag=True, help="With the thumbnails of the faces that have one.")
@pass_settings
def export(settings: Settings, collection: str, file: Path, thumbnails: bool) -> None:
    """Write a COLLECTION to FILE, a pack (.pack.zip) that `import` reads on any machine.

    A pack holds facts, credits and vectors, and no pixels unless you ask for the thumbnails. With
    them it can be imported where another model is in use.
    """
    from lookalike.faces.models import installed
    from lookalike.gallery.sources import pack

    embedder = installed.embedder(settings)
    with opened_gallery(settings) as people:
        members = people.everyone(collection)
        counts = pack.write(file, collection, members, embedder, thumbnails=thumbnails)
    pictures = f" and {counts['thumbnails']} thumbnails" if thumbnails else ""
    click.echo(
        f"Wrote {counts['people']} people with {counts['portraits']} portraits{pictures} to {file}."
    )
