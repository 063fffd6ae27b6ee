"""`lookalike evaluate triplets`: does the model judge likeness as people do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.evaluate.results import show
from lookalike.cli.evaluate.tables import TableOptions, of_table
from lookalike.cli.evaluate.vectors import embedded

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@of_table
def triplets(settings: Settings, options: TableOptions) -> None:
    """Agreement with people: a table of files anchor, a and b, and which is closer (a or b).

    Each row is one judgement. Further columns: judge, and any that --by may name.
    """
    from lookalike.evaluate.protocols.triplets import agree, table
    from lookalike.evaluate.vectors import Which

    protocol = table(options.given, Which(options.face), options.photos)
    protocol.by(options.by)
    vectors = embedded(settings, protocol, options.cache, options.cluster)
    found = agree(protocol, vectors, options.by)
    show(found, options.output, protocol.photos)
