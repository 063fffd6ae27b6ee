"""`lookalike gallery build`: people from Wikidata, their portraits from Wikimedia Commons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lookalike.cli.context import keep_standings, opened_gallery, pass_settings
from lookalike.cli.gallery import import_report
from lookalike.cli.gallery.options import MINE
from lookalike.cli.terminal import json_option, print_json, progress

if TYPE_CHECKING:
    from rich.progress import Progress

    from lookalike.config import Settings
    from lookalike.gallery.wikimedia.build import BuildReport
    from lookalike.gallery.wikimedia.reconciliation import Ambiguous
    from lookalike.gallery.wikimedia.rosters.entries import Line

Thing = TypeVar("Thing")


@click.command()
@click.argument("roster")
@click.option(
    "--collection", help="Collection to add to; the roster's name, or mine for a file, unless set."
)
@click.option(
    "--dry-run", is_flag=True, help="Ask Wikidata and Commons, but fetch no image and add nobody."
)
@click.option("--limit", type=click.IntRange(1), help="Only so many people of the roster.")
@json_option("Print the report as JSON.")
@pass_settings
def build(
    settings: Settings,
    roster: str,
    collection: str | None,
    dry_run: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """Add everyone on ROSTER: kpop, korea, world, or a file of Wikidata ids and names.

    A text file has an id (Q76) or a name a line; a CSV file has columns such as wikidata, name_ko,
    name_en, groups, born and occupations. Names that fit several people are listed, for you to put
    an id in their place. The same command goes on where it was stopped; later it fetches only
    what has changed.
    """
    from lookalike.gallery.wikimedia import rosters
    from lookalike.gallery.wikimedia.rosters.entries import read

    lines = read(roster)[:limit]
    own = roster if roster in rosters.NAMES else MINE
    with progress() as bar:
        report = _build(settings, lines, collection or own, dry_run, bar)
    keep_standings(settings, report.imported)
    if as_json:
        print_json(_report_json(report))
    else:
        click.echo(_report_text(report))
    if report.stopped or report.imported.interrupted:
        why = f" {report.stopped}" if report.stopped else ""
        click.echo(f"Stopped.{why} Run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1)


def _build(
    settings: Settings,
    lines: tuple[Line, ...],
    collection: str,
    dry_run: bool,
    bar: Progress,
) -> BuildReport:
    from lookalike.faces.apart.workers import Workers
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.wikimedia import portrait_cache
    from lookalike.gallery.wikimedia.build import build_collection
    from lookalike.gallery.wikimedia.build_cache import BuildCache
    from lookalike.gallery.wikimedia.client import Patient, open_client
    from lookalike.gallery.wikimedia.connection import connected

    ours = version("lookalike")

    def track(things: Iterable[Thing], total: int, description: str) -> Iterable[Thing]:
        return bar.track(things, total=total, description=description)

    with (
        opened_gallery(settings) as people,
        connected(
            portrait_cache.folder(settings),
            open_client(settings.contact, ours),
            Patient(lambda message: click.echo(message, err=True)),
        ) as connection,
        Workers(settings) as workers,
    ):
        there = Destination.of(people, collection)
        cache = BuildCache(settings.cache, collection, ours)
        return build_collection(
            lines, there, connection, cache, workers, dry_run=dry_run, progress=track
        )


def _report_text(report: BuildReport) -> str:
    lines = [import_report.report_text(report.imported)]
    if report.imported.dry_run:
        lines.append("No image was fetched; whether its face can be used shows only in a real run.")
    if report.replaced:
        lines.append(f"{report.replaced} portraits made way for newer ones.")
    if report.ambiguous:
        lines.append(
            f"{len(report.ambiguous)} names fit several people, or one who may be somebody else. "
            "Put the right id in place of each name:"
        )
        lines += [line for each in report.ambiguous for line in _choices(each)]
    return "\n".join(lines)


def _choices(ambiguous: Ambiguous) -> list[str]:
    lines = [f"  {ambiguous.name} ({ambiguous.where})"]
    for each in ambiguous.choices:
        names = " · ".join(each.name.known)
        described = each.description.get("en") or ""
        born = f" (born {each.born[:4]})" if each.born else ""
        lines.append(f"    {each.wikidata:12}{names}: {described}{born}")
    return lines


def _report_json(report: BuildReport) -> dict[str, Any]:
    own = {key: value for key, value in asdict(report).items() if key != "imported"}
    return import_report.report_json(report.imported) | own
