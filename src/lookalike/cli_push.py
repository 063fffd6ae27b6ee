"""`lookalike gallery push`: a gallery's portraits into Amazon Rekognition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike import config
from lookalike.terminal import FOLDER, opened_gallery, progress

if TYPE_CHECKING:
    from lookalike.aws.pushing import Pushed

# How many a report names for each reason.
_NAMED = 10


@click.command()
@click.argument("collection")
@click.option(
    "--to", help="Collection in AWS; LOOKALIKE_AWS_COLLECTION or the same name unless set."
)
@click.option("--photos", type=FOLDER, help="Folder of the photos that the portraits came from.")
def push(collection: str, to: str | None, photos: Path | None) -> None:
    """Index the portraits of COLLECTION in a collection of your own in Amazon Rekognition.

    Sends pixels to AWS: the thumbnails that the gallery keeps, or the photos in --photos that it
    was made from. Creates the collection if it is missing. The same command goes on where it was
    stopped, and indexes nothing twice.
    """
    from lookalike.aws.client import Client
    from lookalike.aws.pushing import Pusher, photos_in

    settings = config.load()
    target = to or settings.aws_collection or collection
    files = photos_in(photos) if photos else {}
    client = Client(settings)
    with opened_gallery() as people, progress() as bar:
        task = bar.add_task("Indexing portraits", total=len(people.people(collection)))
        pusher = Pusher(client, settings, target, files, lambda: bar.advance(task))
        report = pusher.push(people, collection)
    client.close()
    click.echo(_in_words(report))


def _in_words(report: Pushed) -> str:
    made = "was created" if report.created else "was there"
    lines = [
        f"Indexed {report.indexed} portraits in {report.collection}, which {made}; "
        f"{report.already} were in it already."
    ]
    if report.without_pixels:
        names = [each.name.get("en") or each.id for each in report.without_pixels]
        lines.append(f"{len(names)} people without pixels (see --photos): {_named(names)}")
    if report.left_out:
        names = [f"{each.person.name.get('en')} ({each.why})" for each in report.left_out]
        lines.append(f"{len(names)} portraits left out: {_named(names)}")
    calls = ", ".join(f"{count} {operation}" for operation, count in report.calls.items())
    lines.append(f"Calls to AWS: {calls}")
    return "\n".join(lines)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
