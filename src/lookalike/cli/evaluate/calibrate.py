"""`lookalike evaluate calibrate`: fit both scores to a model, and hold them against others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import CLUSTER, pass_settings
from lookalike.cli.evaluate.results import Output, show, with_output
from lookalike.cli.evaluate.vectors import CACHE, embedded
from lookalike.cli.terminal import FILE

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.evaluate.calibration.crowds import Crowd
    from lookalike.scores.similarity import Cohort

_CROWD = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("crowds", nargs=-1, required=True, type=_CROWD, metavar="CROWD...")
@click.option(
    "--held",
    multiple=True,
    type=_CROWD,
    help="A crowd that the scores are only held against, such as people of another region.",
)
@click.option(
    "--same",
    type=FILE,
    help="A table with columns person and same_as: people under two names; empty: left out.",
)
@click.option(
    "--cohort/--no-cohort",
    "among",
    default=True,
    help="See faces among the starter gallery's people (or the first crowd's, where the model is "
    "another). Without, one cosine means the same for everyone.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the calibration here; for a model pack, where it is looked for.",
)
@CACHE
@CLUSTER
@with_output
@pass_settings
def calibrate(
    settings: Settings,
    crowds: tuple[Path, ...],
    held: tuple[Path, ...],
    same: Path | None,
    among: bool,
    out: Path | None,
    cache: Path | None,
    cluster: bool,
    output: Output,
) -> None:
    """Fit similarity and resemblance to the model in use, on pairs of strangers.

    A CROWD is a folder with a folder or a file for each person, or a table with columns file and
    person; the face nearest to the middle counts. Nobody may be in two crowds. What is fitted on
    one half of the people is held against the other half.
    """
    from lookalike.evaluate.calibration.fit import fit
    from lookalike.evaluate.calibration.reliability import check
    from lookalike.faces.models import installed
    from lookalike.scores.calibrations import write

    used = installed.embedder(settings)
    seen = [_crowd(settings, each, same, cache, cluster) for each in (*crowds, *held)]
    fitted, others = tuple(seen[: len(crowds)]), seen[len(crowds) :]
    cohort = _cohort(fitted[0], used.contract) if among else None
    show(check(fitted, others, used.contract, cohort), output)
    if out is None and used.model.path:
        out = installed.calibration_file(settings, used)
    if out is not None:
        people = ", ".join(f"{each.name}: {len(each.vectors):,} photos" for each in fitted)
        write(fit(fitted, used.contract, cohort), people, out)
        click.echo(f"Written: {out}", err=output.as_json)


def _crowd(
    settings: Settings, path: Path, same: Path | None, cache: Path | None, cluster: bool
) -> Crowd:
    from lookalike.evaluate.calibration.crowds import crowd, crowd_photos
    from lookalike.evaluate.protocols.table import read

    names: dict[str, str] = {}
    if same is not None:
        table = read(same, ("person",))
        others = table.columns.get("same_as", ("",) * len(table))
        names = dict(zip(table.columns["person"], others, strict=True))
    shown = crowd_photos(path, names)
    return crowd(shown, embedded(settings, shown, cache, cluster))


def _cohort(first: Crowd, contract: str) -> Cohort:
    from lookalike.evaluate.calibration.crowds import one_each
    from lookalike.gallery import starter
    from lookalike.scores.similarity import Cohort

    return Cohort(starter.vectors(contract) if starter.fits(contract) else one_each(first))
