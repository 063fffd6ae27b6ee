"""Contact sheets: ten triplets each, with numbers and letters and no names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks.resemblance.triplets import Triplet
from lookalike.faces.appearance.head import SIDE
from lookalike.faces.image import Pixels

# Two columns, so that a sheet is about square: viewers that make large pictures smaller take less
# of it away.
_COLUMNS, _ROWS = 2, 5
_LABEL, _GAP, _BETWEEN = 28, 6, 34
_CELL = (3 * (SIDE + _GAP) + _BETWEEN, SIDE + _LABEL + 14)
# Where the pictures of a triplet stand in its cell; the stranger apart from the two candidates.
_PLACES = (0, SIDE + _GAP + _BETWEEN // 2, 2 * (SIDE + _GAP) + _BETWEEN // 2)


def drawn(
    triplets: Sequence[Triplet], pictures: Mapping[str, Pixels], folder: Path
) -> Iterator[Path]:
    """The PNG of each sheet; `pictures`: the pictures by what the triplets call them."""
    folder.mkdir(parents=True, exist_ok=True)
    count = _COLUMNS * _ROWS
    for start in range(0, len(triplets), count):
        path = folder / f"sheet_{start // count + 1:02}.png"
        sheet(triplets[start : start + count], pictures).save(path)
        yield path


def sheet(triplets: Sequence[Triplet], pictures: Mapping[str, Pixels]) -> Image.Image:
    picture = Image.new("RGB", (_COLUMNS * _CELL[0], _ROWS * _CELL[1]), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(20)
    for place, each in enumerate(triplets):
        left, top = place % _COLUMNS * _CELL[0], place // _COLUMNS * _CELL[1]
        labels = (f"#{each.number}", "A", "B")
        for label, name, shift in zip(labels, each.shown, _PLACES, strict=True):
            draw.text((left + shift + 6, top + 2), label, "black", font)
            picture.paste(Image.fromarray(pictures[name]), (left + shift, top + _LABEL))
    return picture
