"""`lookalike gallery import`: everyone in a folder, here or in S3, a table or a pack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli.context import (
    CLUSTER,
    keep_standings,
    lookers,
    opened_gallery,
    pass_settings,
)
from lookalike.cli.gallery.import_report import report_json, report_text
from lookalike.cli.gallery.options import MINE, SHOW, THUMBNAILS, likeness, with_credit
from lookalike.cli.terminal import json_option, print_json, progress

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.gallery.people import Credit
    from lookalike.gallery.sources.report import Report


@dataclass(frozen=True, slots=True)
class How:
    """What is done with photos, and where.

    Attributes:
        thumbnails, show: what is kept beside vectors, and whether a page may show it.
        cluster: whether the machines of a cluster look at them.
    """

    dry_run: bool
    thumbnails: bool
    show: bool
    cluster: bool


class _Source(click.Path):
    """A path, or an address in S3, which is looked up when it is read."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        from lookalike import amazon

        if isinstance(value, str) and amazon.is_address(value):
            return value
        path = super().convert(value, param, ctx)
        assert isinstance(path, Path)  # nosec B101 # for types alone
        return path


@click.command("import")
@click.argument("path", metavar="SOURCE", type=_Source(exists=True, path_type=Path))
@click.option("--collection", help="Collection to add to; mine, or the pack's own, unless set.")
@click.option("--dry-run", is_flag=True, help="Look at everything and write nothing.")
@THUMBNAILS
@SHOW
@CLUSTER
@with_credit
@json_option("Print the report as JSON.")
@pass_settings
def import_(
    settings: Settings,
    path: Path | str,
    collection: str | None,
    dry_run: bool,
    thumbnails: bool,
    show: bool,
    cluster: bool,
    as_json: bool,
    credit: Credit | None,
) -> None:
    """Add everyone in SOURCE: a folder, s3://bucket/prefix, a table (.csv, .tsv, .jsonl) or a
    .pack.zip.

    In a folder, a folder of photos is a person, and so is a single photo; they are called what it
    is called. A table has the columns name_ko, name_en or name, and images (separated by
    semicolons). A pack keeps the thumbnails it has. The same command goes on where it was stopped,
    and adds nothing twice.
    """
    from lookalike.gallery.sources import pack

    if isinstance(path, Path) and pack.is_pack(path):
        if cluster:
            raise click.UsageError("A pack holds vectors already: import it without --cluster.")
        report = _import_pack(settings, path, collection, dry_run, show)
    else:
        how = How(dry_run, thumbnails, show, cluster)
        report = _import_photos(settings, path, collection or MINE, how, credit)
    keep_standings(settings, report)
    if as_json:
        print_json(report_json(report))
    else:
        click.echo(report_text(report))
    if report.interrupted:
        click.echo("Stopped; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1)


def _import_photos(
    settings: Settings, source: Path | str, collection: str, how: How, credit: Credit | None
) -> Report:
    from lookalike import amazon
    from lookalike.gallery.sources import found
    from lookalike.gallery.sources.candidate import Candidate
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.sources.importing import Importer

    endpoint = settings.s3_endpoint_url
    place = amazon.folder(source, endpoint) if isinstance(source, str) else source
    everyone = list(found(place, collection, credit))
    total = sum(len(each.pictures) for each in everyone if isinstance(each, Candidate))
    with (
        opened_gallery(settings) as people,
        lookers(how.cluster)(settings) as looking,
        progress() as bar,
    ):
        task = bar.add_task("Looking at photos", total=total)
        importer = Importer(
            Destination.of(people, collection),
            dry_run=how.dry_run,
            thumbnails=how.thumbnails,
            show=how.show,
            alike=likeness(settings),
            advance=lambda: bar.advance(task),
        )
        return importer.photos(everyone, looking)


def _import_pack(
    settings: Settings, source: Path, collection: str | None, dry_run: bool, show: bool
) -> Report:
    from lookalike.faces.apart.workers import Workers
    from lookalike.faces.models import installed
    from lookalike.gallery.sources import pack
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.sources.importing import Importer

    embedder = installed.embedder(settings)
    read = pack.read(source, collection, embedder)
    own = read.contract == embedder.contract
    if not own:
        click.echo(
            f"The pack was made with {read.contract}; vectors of {embedder.contract} are made from "
            f"its {read.thumbnails} thumbnails.",
            err=True,
        )
    with opened_gallery(settings) as people, progress() as bar:
        task = bar.add_task("Adding portraits", total=sum(len(each) for _, each in read.people))
        importer = Importer(
            Destination.of(people, collection or read.collection),
            dry_run=dry_run,
            show=show,
            alike=likeness(settings),
            advance=lambda: bar.advance(task),
        )
        if own:
            return importer.packed(read.people)
        with Workers(settings) as workers:
            return importer.remade(read.people, workers)
