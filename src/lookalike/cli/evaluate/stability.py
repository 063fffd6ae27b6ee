"""`lookalike evaluate stability`: does a photo that is sent again look like the same people?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.context import lookers, opened_gallery
from lookalike.cli.evaluate.results import show
from lookalike.cli.evaluate.tables import TableOptions, of_table_or_folder
from lookalike.cli.evaluate.vectors import photo_progress

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.option(
    "--collection", default="starter", show_default=True, help="Whom to compare the photos with."
)
@of_table_or_folder
def stability(settings: Settings, options: TableOptions, collection: str) -> None:
    """How often the best matches stay when a photo is sent again, changed a little.

    Each change alone: as JPEG of quality 85 and 70, at 90 % and 50 % of its size, mirrored,
    brighter and darker by a fifth, cropped by 3 % at each edge.

    Photos are all of a folder and below, or those of a table with the column file. Further columns:
    person, and any that --by may name. People who are in the collection stay themselves: take
    others.
    """
    from lookalike.evaluate.protocols.stability import folder, look_again, stay, table
    from lookalike.evaluate.vectors import Which

    which = Which(options.face)
    if options.given.is_dir():
        protocol = folder(options.given, which)
    else:
        protocol = table(options.given, which, options.photos)
    protocol.by(options.by)
    with opened_gallery(settings) as gallery:
        gallery.collection(collection)
        with photo_progress() as shown:
            opener = lookers(options.cluster)
            looked = look_again(protocol, settings, options.cache, shown, opener)
        found = stay(protocol, looked, settings, gallery, collection, options.by)
    show(found, options.output, protocol.photos)
