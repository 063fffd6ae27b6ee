"""`lookalike gallery migrate`: the user's own galleries follow a change of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, progress

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.faces.workers import Workers
    from lookalike.gallery.enrolled import Enrolled
    from lookalike.gallery.reembedding import Bereft, Plan
    from lookalike.gallery.store import Store


@click.command()
@click.option("--collection", help="Only this collection.")
@click.option("--dry-run", is_flag=True, help="Look at everything and write nothing.")
@json_option("Print a line of JSON a collection.")
@pass_settings
def migrate(settings: Settings, collection: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring galleries that were made with another model to the one in use.

    Vectors are made anew from thumbnails. Portraits without one leave the gallery, and are listed
    first, with where they came from: import those photos again. A collection changes as a whole or
    not at all, so that this may be stopped at any moment.
    """
    from lookalike.faces.models import installed
    from lookalike.faces.workers import Workers
    from lookalike.gallery import reembedding
    from lookalike.gallery.store import Store

    contract = installed.embedder(settings).contract
    store = Store(settings.home, contract, settings.database)
    try:
        found = reembedding.stale(store, contract, collection)
        if not found:
            click.echo(f"Nothing to do: all is of {contract}.", err=as_json)
        with Workers(settings) as workers:
            for each in found:
                plan = _plan(store, each, workers)
                # Said before it is done, so that a list of what is lost is never lost itself.
                if as_json:
                    print_json(_plan_json(plan, contract), indent=None)
                else:
                    click.echo(_plan_text(plan, contract))
                if not dry_run:
                    store.migrate(each, plan.vectors)
                    click.echo(f"{each} is of {contract} now.", err=as_json)
    except KeyboardInterrupt:
        click.echo("Stopped; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1) from None
    finally:
        store.close()


def _plan(store: Store, collection: str, workers: Workers) -> Plan:
    from lookalike.gallery import reembedding

    with progress() as bar:
        total = sum(each.thumbnail for each in store.enrolled(collection))
        task = bar.add_task(f"Thumbnails of {collection}", total=total)
        return reembedding.plan(store, collection, workers, lambda: bar.advance(task))


def _plan_text(plan: Plan, contract: str) -> str:
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
            lines += [f"{title}:", *(line for each in who for line in _bereft_lines(each))]
    if plan.bereft:
        lines.append(
            "Import those photos again: lookalike gallery import SOURCE "
            f"--collection {plan.collection} --thumbnails"
        )
    return "\n".join(lines)


def _bereft_lines(bereft: Bereft) -> list[str]:
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


def _plan_json(plan: Plan, contract: str) -> dict[str, Any]:
    return {
        "collection": plan.collection,
        "from": plan.contract,
        "to": contract,
        "portraits": len(plan.vectors),
        "remade": plan.remade,
        "people": [_bereft_json(each) for each in plan.bereft],
    }


def _bereft_json(bereft: Bereft) -> dict[str, Any]:
    person = bereft.person
    return {
        "id": person and person.id,
        "name": person and person.name,
        "kept": bereft.kept,
        "lost": [_face_json(each.face) | {"why": each.why} for each in bereft.lost],
    }


def _face_json(face: Enrolled) -> dict[str, Any]:
    return {
        "face": face.id,
        "image_id": face.image_id,
        "external_image_id": face.external_image_id,
        "credit": face.credit,
        "fetched_at": face.fetched_at,
    }
