"""`lookalike counts`: how often a site was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="How far back.")
@json_option("Print JSON, with everyone who was nearest.")
@pass_settings
def counts(settings: Settings, days: int, as_json: bool) -> None:
    """Show how often a site was used on each day.

    A server with a site file counts visits, uploads, matches, shares, and offers that were shown
    and followed, and keeps no photo, address or cookie for it.
    """
    from lookalike.database import database
    from lookalike.web.site.counts import EVENTS, opened

    # Without a change there is nothing to be made.
    kept = database.opened(settings.home, database.Address.of(settings), make=False)
    found = opened(settings, kept).days(days)
    kept.close()
    if as_json:
        print_json(found)
        return
    made = table(
        f"{len(found)} days",
        "Day",
        *(each.capitalize() for each in EVENTS),
        "Nearest",
        whole=["Day"],
    )
    for each in found:
        nearest = ", ".join(f"{person} ({count})" for person, count in each.best[:3])
        numbers = (str(getattr(each, event)) for event in EVENTS)
        made.add_row(f"{each.day}", *numbers, nearest)
    print_table(made)
