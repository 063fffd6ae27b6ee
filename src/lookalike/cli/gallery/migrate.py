"""`lookalike gallery migrate`: the user's own galleries follow a change of the model."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lookalike import config
from lookalike.cli.terminal import progress
from lookalike.processes import CtrlC

if TYPE_CHECKING:
    from lookalike.faces.workers import Workers
    from lookalike.gallery.enrolled import Enrolled
    from lookalike.gallery.reembedding import Bereft, Plan
    from lookalike.gallery.store import Store


@click.command()
@click.option("--collection", help="Only this collection.")
@click.option("--dry-run", is_flag=True, help="Look at everything and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON a collection.")
def migrate(collection: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring galleries that were made with another model to the one in use.

    Vectors are made anew from thumbnails. Portraits without one leave the gallery, and are listed
    first, with where they came from: import those photos again. A collection changes as a whole or
    not at all, so that this may be stopped at any moment.
    """
    from lookalike.faces.models import installed
    from lookalike.faces.workers import Workers
    from lookalike.gallery import reembedding
    from lookalike.gallery.store import Store

    settings = config.load()
    contract = installed.embedder(settings).contract
    store = Store(settings.home, contract, settings.database)
    try:
        found = reembedding.stale(store, contract, collection)
        if not found:
            click.echo(f"Nothing to do: all is of {contract}.", err=as_json)
        with CtrlC() as ctrl_c, Workers(settings) as workers:
            for each in found:
                plan = _planned(store, each, workers, ctrl_c)
                # Said before it is done, so that a list of what is lost is never lost itself.
                click.echo(_as_json(plan, contract) if as_json else _in_words(plan, contract))
                if not dry_run:
                    store.migrate(each, plan.vectors)
                    click.echo(f"{each} is of {contract} now.", err=as_json)
    except KeyboardInterrupt:
        click.echo("Stopped; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1) from None
    finally:
        store.close()


def _planned(store: Store, collection: str, workers: Workers, ctrl_c: CtrlC) -> Plan:
    from lookalike.gallery import reembedding

    with progress() as bar:
        total = sum(each.thumbnail for each in store.enrolled(collection))
        task = bar.add_task(f"Thumbnails of {collection}", total=total)

        def advance() -> None:
            ctrl_c.check()
            bar.advance(task)

        return reembedding.plan(store, collection, workers, advance)


def _in_words(plan: Plan, contract: str) -> str:
    lines = [
        f"{plan.collection} was made with {plan.contract}. Of its {len(plan.vectors)} portraits "
        f"{plan.remade} have a thumbnail that {contract} can read."
    ]
    alone = [each for each in plan.bereft if not each.kept]
    for who, title in (
        (alone, "Without a portrait, and not found until they have one again"),
        ([each for each in plan.bereft if each.kept], "With fewer portraits"),
    ):
        if who:
            lines += [f"{title}:", *(line for each in who for line in _listed(each))]
    if plan.bereft:
        lines.append(
            "Import those photos again: lookalike gallery import SOURCE "
            f"--collection {plan.collection} --thumbnails"
        )
    return "\n".join(lines)


def _listed(bereft: Bereft) -> list[str]:
    person = bereft.person
    name = f"{person.id}  {person.name.both}" if person else "Faces of nobody"
    return [f"  {name}", *(f"    {_source(each.face)} ({each.why})" for each in bereft.lost)]


def _source(face: Enrolled) -> str:
    """All that helps to find the photo again."""
    credit = face.credit
    known = (
        credit and credit.source_url,
        credit and credit.author,
        credit and credit.licence,
        face.external_image_id,
        face.image_id and f"sha256 of the file {face.image_id}",
    )
    return ", ".join(each for each in known if each) or f"face {face.id}"


def _as_json(plan: Plan, contract: str) -> str:
    facts = {
        "collection": plan.collection,
        "from": plan.contract,
        "to": contract,
        "portraits": len(plan.vectors),
        "remade": plan.remade,
        "people": [_as_row(each) for each in plan.bereft],
    }
    return json.dumps(facts, ensure_ascii=False)


def _as_row(bereft: Bereft) -> dict[str, Any]:
    person = bereft.person
    return {
        "id": person and person.id,
        "name": person and asdict(person.name),
        "kept": bereft.kept,
        "lost": [_as_loss(each.face) | {"why": each.why} for each in bereft.lost],
    }


def _as_loss(face: Enrolled) -> dict[str, Any]:
    return {
        "face": face.id,
        "image_id": face.image_id,
        "external_image_id": face.external_image_id,
        "credit": face.credit and asdict(face.credit),
        "fetched_at": face.fetched_at and face.fetched_at.isoformat(),
    }
