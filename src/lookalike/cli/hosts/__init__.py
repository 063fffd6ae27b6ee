"""`lookalike hosts`: what the machines that share a PostgreSQL have agreed on."""

from __future__ import annotations

import click

from lookalike.cli.hosts import agreed


@click.group(commands=[agreed.contract, agreed.show, agreed.site])
def hosts() -> None:
    """Machines that share a PostgreSQL (LOOKALIKE_DATABASE); see docs/scale.md."""
