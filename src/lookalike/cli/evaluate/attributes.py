"""`lookalike evaluate attributes`: is what is told of faces true?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import CLUSTER, lookers, pass_settings
from lookalike.cli.evaluate.results import Output, show_all, with_output
from lookalike.cli.evaluate.vectors import photo_progress
from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.config import Settings


@click.command()
@click.argument("labels", type=FILE)
@click.argument("folder", type=FOLDER, metavar="DIR")
@CLUSTER
@with_output
@pass_settings
def attributes(
    settings: Settings, labels: Path, folder: Path, cluster: bool, output: Output
) -> None:
    """Glasses, beards, smiles and the like on photos in DIR that people labelled.

    LABELS is a table with the columns file and person, and a column of 1, 0 or ? (nobody could
    tell) for each trait: eyes_open, mouth_open, smile, eyeglasses, sunglasses, beard, mustache,
    occluded; emotion and looking (left, right, camera) if there are. Rows whose column half says
    learn are left out; of others each half is measured apart. Ours is benchmarks/traits/labels.csv.
    """
    from lookalike.evaluate.protocols.attributes import attributes as measured

    with photo_progress() as shown:
        found = measured(labels, folder, settings, shown, lookers(cluster))
    show_all(found, output)
