"""`lookalike gallery complete`: who people without a Wikidata id are, proved by their portraits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lookalike.cli.context import local_engine, pass_settings
from lookalike.cli.terminal import json_option, print_json, progress

if TYPE_CHECKING:
    from rich.progress import Progress

    from lookalike.config import Settings
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.people import Person
    from lookalike.gallery.wikimedia.connection import Connection
    from lookalike.gallery.wikimedia.finding.completion import Completed, Completion
    from lookalike.gallery.wikimedia.finding.proof import Judge
    from lookalike.gallery.wikimedia.portrait_cache import Portraits

Thing = TypeVar("Thing")

# As `gallery.starter` calls it, which imports numpy: no command line needs that to begin.
_STARTER = "starter"
# How many are named of what there is a line for.
_NAMED = 10


@click.command()
@click.option(
    "--collection",
    default=_STARTER,
    show_default=True,
    help="Whose people; their names are sent to Wikidata.",
)
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Of the starter: write the ids that were found to this table too, starter/wikidata.csv.",
)
@click.option("--limit", type=click.IntRange(1), help="Only so many people.")
@json_option("Print the report as JSON.")
@pass_settings
def complete(
    settings: Settings, collection: str, table: Path | None, limit: int | None, as_json: bool
) -> None:
    """Find everybody on Wikidata who has no id there yet, and prove it by their portraits.

    Who is found gets a portrait with its credit, links, year of birth and gender: in the starter
    for everybody who uses this cache folder, in a collection of your own in the gallery. Where
    nobody is proved, nothing changes. The same command goes on where it was stopped.
    """
    if table is not None and collection != _STARTER:
        raise click.UsageError("--table is for the starter gallery.")
    with local_engine(settings) as engine, progress() as bar:
        done = _completion(settings, engine, collection, limit, bar)
        _keep(engine, collection, done.found)
    if table is not None:
        from lookalike.gallery.wikimedia.finding import table as tables

        tables.add(table, done.found, datetime.now(UTC).date())
    if as_json:
        print_json(_report_json(done))
    else:
        click.echo(_report_text(done, collection))
    if done.stopped or done.interrupted:
        why = f" {done.stopped}" if done.stopped else ""
        click.echo(f"Stopped.{why} Run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1)


def judge_of(engine: LocalEngine) -> Judge:
    """Our networks as the judge."""
    from anyio import CapacityLimiter, to_thread

    from lookalike.engine import judging

    turn = CapacityLimiter(engine.at_once)

    async def run(call: Callable[[], Thing]) -> Thing:
        return await to_thread.run_sync(call, limiter=turn)

    return judging.judge_of(lambda: engine, run)


@contextmanager
def finding(settings: Settings, engine: LocalEngine) -> Iterator[tuple[Connection, Portraits]]:
    """Wikimedia, asked patiently, and the cache of the portraits that it gives."""
    from lookalike.gallery.wikimedia import portrait_cache
    from lookalike.gallery.wikimedia.client import Patient, open_client
    from lookalike.gallery.wikimedia.connection import connected
    from lookalike.gallery.wikimedia.portrait_cache import Portraits

    folder = portrait_cache.folder(settings)
    client = open_client(settings.contact, version("lookalike"))
    patience = Patient(lambda message: click.echo(message, err=True))
    with connected(folder, client, patience) as connection:
        judge = judge_of(engine)
        yield connection, Portraits(folder, client, enabled=True, judge=judge, patience=patience)


def _completion(
    settings: Settings, engine: LocalEngine, collection: str, limit: int | None, bar: Progress
) -> Completion:
    from lookalike.gallery.wikimedia.finding.completion import completion

    people = [each for each in engine.gallery.people(collection) if not each.wikidata][:limit]

    def track(things: Iterable[Thing], total: int, description: str) -> Iterable[Thing]:
        return bar.track(things, total=total, description=description)

    with finding(settings, engine) as (connection, portraits):
        return completion(people, connection, portraits, track)


def _keep(engine: LocalEngine, collection: str, found: Sequence[Completed]) -> None:
    """What was found of one's own people, as they are known now; the starter's is in the cache."""
    if collection == _STARTER:
        return
    store = engine.gallery.store
    there = store.people(collection, [each.person.id for each in found])
    for each in found:
        if each.person.id in there:
            store.change(each.proof.completed(there[each.person.id]))


def _report_text(done: Completion, collection: str) -> str:
    count = len(done.found) + len(done.unknown)
    lines = [f"Found {len(done.found)} of {count} people of {collection} on Wikidata."]
    for each in done.found[:_NAMED]:
        lines.append(
            f"  {each.person.label} is {each.proof.wikidata} (similarity "
            f"{each.proof.similarity:.0f}, {each.credit.licence})"
        )
    if len(done.found) > _NAMED:
        lines.append(f"  and {len(done.found) - _NAMED} more (--json names all)")
    for why, people in done.reasons().items():
        lines.append(f"  {len(people):4} {why.rstrip('.')}: {_listed(people)}")
    return "\n".join(lines)


def _listed(people: Sequence[Person]) -> str:
    more = len(people) - _NAMED
    named = ", ".join(each.label for each in people[:_NAMED])
    return named + (f" and {more} more (--json names all)" if more > 0 else "")


def _report_json(done: Completion) -> dict[str, Any]:
    return {
        "found": [
            {
                "id": each.person.id,
                "name": each.person.name,
                "wikidata": each.proof.wikidata,
                "similarity": each.proof.similarity,
                "credit": each.credit,
            }
            for each in done.found
        ],
        "unknown": [
            {"id": each.person.id, "name": each.person.name, "why": each.why}
            for each in done.unknown
        ],
        "stopped": done.stopped,
        "interrupted": done.interrupted,
    }
