"""`lookalike evaluate identify`: is the right person found in a gallery?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.evaluate.results import show
from lookalike.cli.evaluate.tables import TableOptions, of_table
from lookalike.cli.evaluate.vectors import embedded

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.option(
    "--several",
    type=click.Choice(["mean", "best"]),
    default="mean",
    show_default=True,
    help="How the several portraits of one person count; the product ranks by their mean.",
)
@of_table
def identify(settings: Settings, options: TableOptions, several: str) -> None:
    """Search a gallery: a table of photos with columns file, person and role (enrol or probe).

    People with probes but no portrait are strangers, for the open set. Further columns: round, each
    of which is a gallery of its own, and any that --by may name.
    """
    from lookalike.evaluate.protocols.identification import Several, identify, table
    from lookalike.evaluate.vectors import Which

    protocol = table(options.given, Which(options.face), options.photos)
    protocol.by(options.by)
    vectors = embedded(settings, protocol, options.cache, options.cluster)
    found = identify(protocol, vectors, options.by, Several(several))
    show(found, options.output, protocol.photos)
