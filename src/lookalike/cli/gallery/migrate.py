"""`lookalike gallery migrate`: the user's own galleries follow a change of the model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, progress
from lookalike.processes import Interrupt

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.faces.apart.workers import Workers
    from lookalike.gallery.reembedding import FaceOrigin, Losses, Reembedding
    from lookalike.gallery.store import Store


@click.command()
@click.option("--collection", help="Only this collection.")
@click.option("--dry-run", is_flag=True, help="Look at everything and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, even where portraits are lost.")
@json_option("Print a line of JSON a collection.")
@pass_settings
def migrate(
    settings: Settings, collection: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Bring galleries that were made with another model to the one in use.

    Vectors are made anew from thumbnails. Portraits without one leave the gallery, and are listed
    first, with where they came from: import those photos again. Before any is lost you are asked.
    A collection changes as a whole or not at all, so that this may be stopped at any moment.
    """
    from lookalike.database.database import Address
    from lookalike.faces.apart.workers import Workers
    from lookalike.faces.models import installed
    from lookalike.gallery import reembedding
    from lookalike.gallery.store import Store

    contract = installed.embedder(settings).contract
    store = Store(settings.home, contract, Address.of(settings), make=False)
    interrupt = Interrupt()
    stayed: list[str] = []
    try:
        found = reembedding.outdated(store, collection)
        if not found:
            click.echo(f"Nothing to do: all is of {contract}.", err=as_json)
        with interrupt.deferred(), Workers(settings) as workers:
            for each in found:
                made = _reembedded(store, each, workers, interrupt)
                # Said before it is done, so that a list of what is lost is never lost itself.
                if as_json:
                    print_json(_reembedding_json(made, contract), indent=None)
                else:
                    click.echo(_reembedding_text(made, contract))
                if dry_run:
                    continue
                if yes or not made.losses or _agreed(made, interrupt):
                    reembedding.replace_vectors(store, each, made.vectors)
                    click.echo(f"{each} is of {contract} now.", err=as_json)
                else:
                    stayed.append(each)
                    click.echo(f"{each} stays of {made.contract}.", err=as_json)
    except KeyboardInterrupt:
        click.echo("Stopped; run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1) from None
    finally:
        store.close()
    if stayed:
        raise click.exceptions.Exit(1)


def _reembedded(
    store: Store, collection: str, workers: Workers, interrupt: Interrupt
) -> Reembedding:
    from lookalike.gallery import reembedding

    with progress() as bar:
        total = sum(each.thumbnail for each in reembedding.origins(store, collection))
        task = bar.add_task(f"Thumbnails of {collection}", total=total)

        def advance() -> None:
            interrupt.check()
            bar.advance(task)

        return reembedding.reembedded(store, collection, workers, advance)


def _agreed(made: Reembedding, interrupt: Interrupt) -> bool:
    """Whether what cannot be made anew may go: nothing may where there is nobody to ask."""
    lost = sum(len(each.lost) for each in made.losses)
    said = f"{made.collection} would lose {lost} of its {len(made.vectors)} portraits"
    if not sys.stdin.isatty():
        click.echo(f"{said}. Accept that with --yes.", err=True)
        return False
    with interrupt.heard():
        return click.confirm(f"{said}. Go on?", err=True)


def _reembedding_text(made: Reembedding, contract: str) -> str:
    lines = [
        f"{made.collection} was made with {made.contract}. Of its {len(made.vectors)} portraits "
        f"{made.made} have a thumbnail that {contract} can read."
    ]
    alone = [each for each in made.losses if not each.kept]
    for who, title in (
        (alone, "Without a portrait, and not found until they have one again"),
        ([each for each in made.losses if each.kept], "With fewer portraits"),
    ):
        if who:
            lines += [f"{title}:", *(line for each in who for line in _loss_lines(each))]
    if made.losses:
        lines.append(
            "Import those photos again: lookalike gallery import SOURCE "
            f"--collection {made.collection} --thumbnails"
        )
    return "\n".join(lines)


def _loss_lines(losses: Losses) -> list[str]:
    person = losses.person
    name = f"{person.id}  {person.name.both}" if person else "Faces of nobody"
    return [f"  {name}", *(f"    {_source(each.face)} ({each.why})" for each in losses.lost)]


def _source(face: FaceOrigin) -> str:
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


def _reembedding_json(made: Reembedding, contract: str) -> dict[str, Any]:
    return {
        "collection": made.collection,
        "from": made.contract,
        "to": contract,
        "portraits": len(made.vectors),
        "remade": made.made,
        "people": [_losses_json(each) for each in made.losses],
    }


def _losses_json(losses: Losses) -> dict[str, Any]:
    person = losses.person
    return {
        "id": person and person.id,
        "name": person and person.name,
        "kept": losses.kept,
        "lost": [_face_json(each.face) | {"why": each.why} for each in losses.lost],
    }


def _face_json(face: FaceOrigin) -> dict[str, Any]:
    return {
        "face": face.id,
        "image_id": face.image_id,
        "external_image_id": face.external_image_id,
        "credit": face.credit,
        "fetched_at": face.fetched_at,
    }
