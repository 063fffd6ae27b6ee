"""`lookalike evaluate detection`: are the faces of photos found?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import CLUSTER, lookers, pass_settings
from lookalike.cli.evaluate.results import Output, show, with_output
from lookalike.cli.evaluate.vectors import photo_progress
from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.argument("annotations", type=FILE)
@click.argument("folder", type=FOLDER, metavar="DIR")
@CLUSTER
@with_output
@pass_settings
def detection(
    settings: Settings, annotations: Path, folder: Path, cluster: bool, output: Output
) -> None:
    """Detection on photos in DIR whose faces are marked as WIDER FACE marks them.

    ANNOTATIONS has the path of a photo, the number of its faces, and a line for each: left, top,
    width and height in pixels, perhaps with WIDER's six attributes.
    """
    from lookalike.evaluate.protocols.detection import detect, wider

    marked = wider(annotations, folder)
    with photo_progress() as shown:
        found = detect(annotations.name, marked, settings, shown, lookers(cluster))
    show(found, output)
