"""`lookalike evaluate`: measure the face model on protocols that others publish."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike import config
from lookalike.terminal import FOLDER, print_table, progress, table

if TYPE_CHECKING:
    from lookalike.evaluate.intervals import Estimate
    from lookalike.evaluate.pairs import Pairs
    from lookalike.evaluate.vectors import Photos, Vectors, Which
    from lookalike.evaluate.verification import Verification

_CACHE = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep vectors (never photos) in this folder, for the next run.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")


@click.group()
def evaluate() -> None:
    """Measure the face model: accuracy with confidence intervals."""


@evaluate.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@_CACHE
@_JSON
def lfw(folder: Path, cache: Path | None, as_json: bool) -> None:
    """Verification on LFW's view 2: DIR holds pairs.txt and the photos, in folders by person."""
    from lookalike.evaluate.pairs import lfw

    _verification(lfw(folder), cache, as_json)


def _verification(pairs: Pairs, cache: Path | None, as_json: bool) -> None:
    from lookalike.evaluate.verification import verify

    vectors = _embedded(pairs.photos, pairs.which, cache)
    found = verify(pairs, vectors)
    if as_json:
        click.echo(json.dumps(_verification_json(found, vectors), indent=2))
    else:
        _print_verification(found, vectors)


def _embedded(photos: Photos, which: Which, cache: Path | None) -> Vectors:
    from lookalike.evaluate.vectors import embed

    with progress() as bar:

        def track(data: Iterable[bytes], total: int) -> Iterable[bytes]:
            return bar.track(data, total, description="Looking at photos")

        return embed(photos, config.load(), which, cache, track)


def _verification_json(found: Verification, vectors: Vectors) -> dict[str, object]:
    return {
        **asdict(found),
        "accuracy": found.accuracy.value,
        "interval": [found.accuracy.low, found.accuracy.high],
        "tar_at_fmr": {f"{each.fmr:g}": asdict(each) for each in found.tar_at_fmr},
        "contract": vectors.contract,
        "data_sha256": vectors.sha256,
        "photos_without_face": vectors.failed,
    }


def _print_verification(found: Verification, vectors: Vectors) -> None:
    made = table(f"{found.protocol}, {vectors.contract}", "", "", "95 % interval")
    made.add_row("accuracy", *_cells(found.accuracy))
    made.add_row("  standard error over folds", f"{found.standard_error:.2%}", "")
    made.add_row("  mean threshold (cosine)", f"{found.threshold:.3f}", "")
    for each in found.tar_at_fmr:
        made.add_row(f"TAR at FMR {each.fmr:g}", *_cells(each.tar))
    made.add_row("equal error rate", f"{found.eer:.2%}", "")
    made.add_row("area under the ROC", f"{found.auc:.5f}", "")
    made.add_row("pairs: genuine, impostor", f"{found.genuine}, {found.impostor}", "")
    made.add_row("  of these without a face", str(found.failed), "")
    print_table(made)


def _cells(of: Estimate) -> tuple[str, str]:
    return f"{of.value:.2%}", f"{of.low:.2%} to {of.high:.2%}"
