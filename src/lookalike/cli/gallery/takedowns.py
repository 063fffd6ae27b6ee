"""`lookalike gallery takedown`, `takedowns` and `undo-takedown`: who asks to be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.gallery import naming
from lookalike.cli.terminal import API_JSON, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.gallery.removals.takedowns import Receipt, Undone
    from lookalike.web.takedown import Forgotten


@click.command()
@click.argument("who")
@click.option("--reason", default="", help="Kept with the entry, for yourself.")
@API_JSON
@pass_settings
def takedown(settings: Settings, who: str, reason: str, as_json: bool) -> None:
    """Remove WHO, by id or name, everywhere, and keep them out of every later import.

    Portraits, vectors, cached files and shared results go; someone of the starter gallery is
    hidden. Prints a receipt, by which `gallery undo-takedown` lets them in again.
    """
    from lookalike.answers import changes
    from lookalike.web.takedown import forget

    with opened_gallery(settings) as people:
        receipt = people.takedown(naming.person(people, who).id, reason)
        forgotten = forget(settings, people.store.database, receipt)
    if as_json:
        print_json(changes.receipt(receipt, forgotten.cached_files, forgotten.results))
    else:
        click.echo(_receipt_text(receipt, forgotten))


@click.command()
@API_JSON
@pass_settings
def takedowns(settings: Settings, as_json: bool) -> None:
    """List the receipts of all takedowns, the newest first."""
    from lookalike.answers import changes

    with opened_gallery(settings) as people:
        found = people.store.takedowns()
    if as_json:
        print_json(changes.takedowns(found))
        return
    made = table(f"{len(found)} takedowns", "Receipt", "Who", "When", "Reason", whole=["Receipt"])
    for each in found:
        undone = f" (undone {each.undone:%Y-%m-%d})" if each.undone else ""
        made.add_row(
            each.id, f"{each.name} ({each.person})", f"{each.at:%Y-%m-%d}{undone}", each.reason
        )
    print_table(made)


@click.command("undo-takedown")
@click.argument("receipt")
@API_JSON
@pass_settings
def undo_takedown(settings: Settings, receipt: str, as_json: bool) -> None:
    """Undo a takedown by its RECEIPT: who was taken down may be added again.

    Somebody of the starter gallery is back at once. What was removed is gone: portraits in your
    own collections have to be added anew.
    """
    from lookalike.answers import changes

    with opened_gallery(settings) as people:
        undone = people.undo_takedown(receipt)
    if as_json:
        print_json(changes.undone(undone))
    else:
        click.echo(_undone_text(undone))


def _receipt_text(receipt: Receipt, forgotten: Forgotten) -> str:
    person = receipt.person
    lines = [
        f"Taken down: {person.label} ({person.id}), {receipt.at:%Y-%m-%d %H:%M} UTC",
        f"Removed: {receipt.portraits} portraits with their vectors, "
        f"{forgotten.cached_files} cached files, {forgotten.results} shared results",
        *(f"  from {each.collection}: {each.label} ({each.id})" for each in receipt.removed),
        f"Kept out from now on: {', '.join(receipt.blocked)}",
        f"Receipt: {receipt.id}. To undo it: lookalike gallery undo-takedown {receipt.id}",
    ]
    return "\n".join(lines)


def _undone_text(undone: Undone) -> str:
    made = undone.takedown
    lines = [f"Undone: the takedown of {made.name} ({made.person}), {made.at:%Y-%m-%d %H:%M} UTC"]
    if undone.lifted:
        lines.append(f"Kept out no more: {', '.join(undone.lifted)}")
    if undone.kept:
        lines.append(f"Kept out still, by other takedowns: {', '.join(undone.kept)}")
    lines += [f"Back in {each.collection}: {each.label} ({each.id})" for each in undone.back]
    if made.portraits != 0:
        lines.append("Portraits that were removed are gone; add or import their photos anew:")
        lines += [f"  to {collection}: {person}" for collection, person in made.removed]
    return "\n".join(lines)
