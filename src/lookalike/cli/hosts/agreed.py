"""`lookalike hosts show`, `contract` and `site`: what all hosts know, and how that is changed."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import FILE, json_option, print_json
from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.database.postgresql.server import Postgresql


@click.command()
@json_option("Print as JSON.")
@pass_settings
def show(settings: Settings, as_json: bool) -> None:
    """Show what the hosts have agreed on, and which versions have connections open."""
    with _opened(settings) as database:
        found = database.hosts()
    if as_json:
        print_json(found)
        return
    click.echo(f"Tables: {found.tables}; versions that know {found.oldest} may run.")
    click.echo(f"Writers: {'beside each other' if found.together else 'one at a time'}")
    click.echo(f"Secrets: {found.key}")
    click.echo(f"Model: {found.model or 'as each host says'}")
    click.echo(f"Site file: {'one for all' if found.site else 'as each host says'}")
    for name, count in found.sessions:
        click.echo(f"Connections of {name or 'others'}: {count}")


@click.command()
@pass_settings
def contract(settings: Settings) -> None:
    """Say that no host runs a version before this one any more.

    Until then tables stay as that version expects them, and all writers take turns, as it does.
    """
    with _opened(settings) as database:
        database.contract()
    click.echo("All hosts run this version: writers need not take turns any more.")


@click.command()
@click.argument("file", type=FILE)
@pass_settings
def site(settings: Settings, file: Path) -> None:
    """Have all hosts use the site file FILE from their next start on."""
    from lookalike.web.site import shared_site

    _check_shared(settings)
    shared_site.publish(settings, file)
    click.echo(f"All hosts use {file} from their next start on.")


def _opened(settings: Settings) -> AbstractContextManager[Postgresql]:
    from lookalike.database.postgresql.server import Postgresql

    _check_shared(settings)
    return closing(Postgresql(settings.database, connections=settings.database_connections))


def _check_shared(settings: Settings) -> None:
    if not settings.database:
        raise InvalidParameter(
            "There is one host: LOOKALIKE_DATABASE is empty, so all is in its home."
        )
