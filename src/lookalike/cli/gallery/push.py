"""`lookalike gallery push`: a gallery's portraits into Amazon Rekognition."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.terminal import FOLDER, print_calls, progress
from lookalike.errors import AwsError

if TYPE_CHECKING:
    from lookalike.aws.push import Pushed
    from lookalike.config import Settings

# How many a report names.
_NAMED = 10


@click.command()
@click.argument("collection")
@click.option(
    "--to", help="Collection in AWS; LOOKALIKE_AWS_COLLECTION or the same name unless set."
)
@click.option("--photos", type=FOLDER, help="Folder of the photos that the portraits came from.")
@pass_settings
def push(settings: Settings, collection: str, to: str | None, photos: Path | None) -> None:
    """Index the portraits of COLLECTION in a collection of your own in Amazon Rekognition.

    Sends pixels to AWS, which charges for each call: the photos in --photos that the gallery was
    made from, else the thumbnails that it keeps; for people who have neither, their portrait on
    Wikimedia Commons. Creates the collection if it is missing. The same command goes on where it
    was stopped, and indexes nothing twice.
    """
    try:
        report = _push(settings, collection, to, photos)
    except AwsError:
        click.echo("Stopped. What was indexed stays; the same command goes on.", err=True)
        raise
    click.echo(_report_text(report))


def _push(settings: Settings, collection: str, to: str | None, photos: Path | None) -> Pushed:
    from lookalike.aws.client import Client
    from lookalike.aws.push import Pusher, fetching, photos_in
    from lookalike.gallery.wikimedia.client import Patient, open_client

    target = to or settings.aws_collection or collection
    files = photos_in(photos) if photos else {}
    client = Client(settings)
    wikimedia = open_client(settings.contact, version("lookalike"))
    waiting = Patient(lambda message: click.echo(message, err=True))
    try:
        with (
            opened_gallery(settings) as people,
            fetching(settings, wikimedia, waiting) as commons,
            progress() as bar,
        ):
            count = people.collection(collection).people
            task = bar.add_task("Indexing portraits", total=count)
            pusher = Pusher(client, settings, target, files, commons, lambda: bar.advance(task))
            return pusher.push(people, collection)
    finally:
        client.close()
        print_calls(client.total.counts())


def _report_text(report: Pushed) -> str:
    made = "was created" if report.created else "was there"
    lines = [
        f"Indexed {report.indexed} portraits in {report.collection}, which {made}; "
        f"{report.already} were in it already."
    ]
    if report.left_out:
        lines.append(f"{len(report.left_out)} left out:")
        lines += [f"  {each.person.name.both}: {each.why}" for each in report.left_out[:_NAMED]]
    if len(report.left_out) > _NAMED:
        lines.append(f"  and {len(report.left_out) - _NAMED} more")
    return "\n".join(lines)
