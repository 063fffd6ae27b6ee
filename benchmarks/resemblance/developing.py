"""What the blend was chosen by: the developing half of the strangers, never that which is judged.

    python -m benchmarks.resemblance.developing DATA FOLDER

How well each measurement tells other people apart; what each blend puts first; and
`FOLDER/developing`, sheets to look at: a stranger a row, and whom each order puts first.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.report import table
from benchmarks.resemblance import trial
from benchmarks.resemblance.components import Numbers, cosines, fit, mean_shape
from benchmarks.resemblance.orders import OF_OUTLINE, OF_SHAPE, Likeness, Seen, Weights
from benchmarks.resemblance.photos import KOREAN, LFW
from benchmarks.resemblance.trial import Trial
from lookalike import config
from lookalike.faces.appearance.head import MARGIN, SIDE
from lookalike.faces.appearance.shape import shapes
from lookalike.faces.attributes import AttributeReader
from lookalike.faces.models import runtime
from lookalike.faces.vectors import Floats

_TRIED = {
    "identity": Weights(0, 0, 1),
    "shape 0.5": Weights(0.5, 0, 100),
    "outline 0.5": Weights(0, 0.5, 100),
    "outline 1": Weights(0, 1, 100),
    "shape 0.5, outline 0.5": Weights(0.5, 0.5, 100),
    "shape 0.5, outline 1": Weights(0.5, 1, 100),
    "shape 1, outline 1": Weights(1, 1, 100),
    "shape 0.3, outline 0.7, of 50": Weights(0.3, 0.7, 50),
    "shape 0.3, outline 1.5, of 200": Weights(0.3, 1.5, 200),
}
# Only where the network is this sure of both.
_SURE = 0.9
# Rows of a sheet, and the side of a picture on it.
_ROWS, _SMALL = 9, 140


def told_apart(taught: Seen) -> str:
    """Fitted to every other person of LFW's, how often two photos of one of the rest are nearer one
    another than photos of two."""
    people = taught.where(lambda each: each.origin == LFW)
    names = sorted(set(people.people))
    fitting = people.where(lambda each: each.person in set(names[1::2]))
    rest = people.where(lambda each: each.person in set(names[::2]))
    same = np.array(rest.people)[:, None] == np.array(rest.people)[None]
    mean = mean_shape(fitting.looks.meshes)
    ways = {
        "shape": ([shapes(each.looks.meshes, mean) for each in (fitting, rest)], OF_SHAPE),
        "outline, parts": ([each.outlines.parts for each in (fitting, rest)], OF_OUTLINE),
        "outline, wholes": ([each.outlines.wholes for each in (fitting, rest)], OF_OUTLINE),
    }
    alike = {name: _inside(sides, fitting.people, count) for name, (sides, count) in ways.items()}
    alike["outline"] = alike["outline, parts"] + alike["outline, wholes"]
    alike["identity"] = cosines(*[rest.looks.vectors.astype(np.float64)] * 2)
    rows = [(name, f"{_area(each, same):.3f}") for name, each in alike.items()]
    return table(("measurement", "area under the curve"), rows)


def _inside(sides: Sequence[Numbers], people: Sequence[str], count: int) -> Numbers:
    taught, rest = sides
    placed = fit(taught, people, count).of(rest)
    return cosines(placed, placed)


def _area(alike: Numbers, same: NDArray[np.bool_]) -> float:
    pairs = np.triu_indices(len(alike), 1)
    others = np.sort(alike[pairs][~same[pairs]])
    return float(np.searchsorted(others, alike[pairs][same[pairs]]).mean() / len(others))


def put_first(strangers: Seen, gallery: Seen, alike: Likeness) -> str:
    """A line for each blend."""
    one, other = (_female(each) for each in (strangers, gallery))
    korean = np.array([each.origin == KOREAN for each in strangers.photos])
    identity = alike.identity.argmax(axis=1)
    rows = []
    for name, weights in _TRIED.items():
        best = alike.by(weights).argmax(axis=1)
        sure = (np.abs(one - 0.5) > _SURE - 0.5) & (np.abs(other[best] - 0.5) > _SURE - 0.5)
        wrong = (one > 0.5) != (other[best] > 0.5)
        shares = (
            (best != identity).mean(),
            wrong[sure & ~korean].mean(),
            wrong[sure & korean].mean(),
        )
        rows.append((name, *(f"{each:.0%}" for each in shares)))
    header = ("blend", "another first than identity", "of the other gender, LFW", "Koreans")
    return table(header, rows)


def _female(seen: Seen) -> Floats:
    """(n,): how likely a network finds the faces female, to count with."""
    reader = AttributeReader(runtime.create(config.load()))
    edge = round(SIDE * (1 - 1 / MARGIN) / 2)
    crops = [np.ascontiguousarray(each[edge:-edge, edge:-edge]) for each in seen.looks.crops]
    return np.array([reader.read([each])[0].female for each in crops])


def drawn(strangers: Seen, gallery: Seen, alike: Likeness, folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    firsts = {name: alike.by(weights).argmax(axis=1) for name, weights in _TRIED.items()}
    for start in range(0, len(strangers.photos), _ROWS):
        rows = slice(start, start + _ROWS)
        path = folder / f"{start // _ROWS + 1:02}.png"
        _sheet(strangers, gallery, firsts, rows).save(path)
        yield path


def _sheet(
    strangers: Seen, gallery: Seen, firsts: Mapping[str, NDArray[np.intp]], rows: slice
) -> Image.Image:
    own, step = strangers.looks.pictures, _SMALL + 4
    picture = Image.new("RGB", ((len(firsts) + 1) * step, _ROWS * step + 20), "white")
    for column, name in enumerate(("stranger", *firsts)):
        ImageDraw.Draw(picture).text((column * step, 2), name, "black", ImageFont.load_default(10))
        seen = gallery.looks.pictures[firsts[name][rows]] if column else own[rows]
        for place, each in enumerate(seen):
            small = Image.fromarray(each).resize((_SMALL, _SMALL))
            picture.paste(small, (column * step, 20 + place * step))
    return picture


def section(prepared: Trial, folder: Path) -> str:
    strangers, alike = trial.compared(prepared, developing=True)
    list(drawn(strangers, prepared.gallery, alike, folder))
    return "\n\n".join([told_apart(prepared.taught), put_first(strangers, prepared.gallery, alike)])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    prepared = trial.prepared(asked.data, asked.folder / "kept")
    print(section(prepared, asked.folder / "developing"))


if __name__ == "__main__":
    main()
