"""Fits the components that ship to what the trial's were fitted to, and says what was lost.

    python -m benchmarks.resemblance.fitting DATA FOLDER [--out components.npz]

That is, to 789 photos of 346 people of LFW, and of the trial's gallery to one photo each of 544
people of Wikimedia and of the 130 Koreans by whom nothing was judged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.report import table
from benchmarks.resemblance import trial
from benchmarks.resemblance.components import Numbers, fit, mean_shape
from benchmarks.resemblance.orders import OF_OUTLINE, OF_SHAPE, Likeness, Seen
from benchmarks.resemblance.trial import BLEND, Trial
from lookalike.faces.appearance import components
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.appearance.components import Components, Measurement
from lookalike.faces.appearance.shape import shapes
from lookalike.faces.models.manifest import SFACE
from lookalike.scores.calibrations import calibration
from lookalike.scores.look import blended


def fitted(taught: Seen) -> Components:
    mean = mean_shape(taught.looks.meshes)
    return Components(
        mean,
        _measurement(shapes(taught.looks.meshes, mean), taught, OF_SHAPE),
        _measurement(taught.outlines.parts, taught, OF_OUTLINE),
        _measurement(taught.outlines.wholes, taught, OF_OUTLINE),
    )


def _measurement(rows: Numbers, taught: Seen, count: int) -> Measurement:
    """Without the axes that tell nobody apart, which weigh nothing."""
    found = fit(rows, taught.people, count)
    axes = found.axes[:, np.abs(found.axes).max(axis=0) > 0]
    return Measurement(found.mean.astype(np.float32), axes.astype(np.float32))


def appearances(seen: Seen, by: Components) -> list[Appearance]:
    rows = zip(seen.looks.meshes, seen.outlines.parts, seen.outlines.wholes, strict=True)
    return [by.appearance(*each) for each in rows]


def agreement(prepared: Trial, by: Components) -> str:
    """How often the blend that ships puts first whom that of the trial did."""
    gallery = appearances(prepared.gallery, by)
    rows = []
    for name, developing in (("judged", False), ("developing", True)):
        strangers, alike = trial.compared(prepared, developing=developing)
        found = _blended(strangers, gallery, alike, by)
        judged, ours = (each.argmax(axis=1) for each in (alike.by(BLEND), found))
        places = (found > found[np.arange(len(judged)), judged][:, None]).sum(axis=1)
        shares = f"{(judged == ours).mean():.1%}", f"{(places < 3).mean():.1%}"
        rows.append((name, len(judged), *shares, *_deviations(alike)))
    header = ("strangers", "people", "the same first", "it is among three", "identity")
    return table((*header, "shape", "outline"), rows)


def _blended(
    strangers: Seen, gallery: list[Appearance], alike: Likeness, by: Components
) -> Numbers:
    """(n, m), minus infinity beyond the nearest by identity."""
    pairs = zip(_levels(alike), appearances(strangers, by), strict=True)
    rows = [blended(levels, each, gallery) for levels, each in pairs]
    least = np.sort(alike.identity, axis=1)[:, -BLEND.nearest]
    return np.where(alike.identity >= least[:, None], np.array(rows), -np.inf)


def _levels(alike: Likeness) -> Numbers:
    mean, deviation = calibration(SFACE.contract).ordinary
    return np.asarray((alike.identity - mean) / deviation)


def _deviations(alike: Likeness) -> list[str]:
    """Of each likeness: the mean of a stranger's, and the mean deviation from that."""
    ways = (_levels(alike), alike.shape, alike.outline)
    known = [np.where(np.isfinite(each), each, np.nan) for each in ways]
    return [f"{np.nanmean(each):.3f} ± {np.nanstd(each, axis=1).mean():.3f}" for each in known]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path(components.__file__).parent)
    asked = parser.parse_args()
    prepared = trial.prepared(asked.data, asked.folder / "kept")
    path = asked.out / components.FILE
    fitted(prepared.taught).save(path)
    print(agreement(prepared, components.opened(path)))


if __name__ == "__main__":
    main()
