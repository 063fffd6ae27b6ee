"""Results as notebooks show them: a table with each face, cut from the photo when it is shown.

The faces are in what the notebook keeps then, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.api.results.faces import Box
    from lookalike.api.results.people import Match, Score

# Of a face as it is shown, in pixels; how many times its box is shown; of its JPEG.
_SIDE, _AROUND, _QUALITY = 112, 1.4, 85
# Of the photo that faces are cut from, the longer side in pixels at most.
_DECODED = 3584
_CELL = "padding: 4px 12px; text-align: left; vertical-align: middle"


def faces(photo: bytes, boxes: Sequence[Box], told: Iterable[str]) -> str:
    """A row for each face: its picture, and HTML that tells of it."""
    rows = (
        f'<tr><td style="{_CELL}"><img src="{picture}" width="{_SIDE}" height="{_SIDE}" '
        f'alt="face {number}"></td><td style="{_CELL}">{words}</td></tr>'
        for number, (picture, words) in enumerate(zip(_cut(photo, boxes), told, strict=True))
    )
    return f"<table>{''.join(rows)}</table>"


def text(told: str) -> str:
    """A text as HTML: a server may have sent it."""
    return escape(told)


def match(found: Match) -> str:
    """Somebody with a link, and how alike they are."""
    name = escape(found.label)
    pages = (each.url for each in found.links if each.url.startswith(("https://", "http://")))
    if page := next(pages, None):
        name = f'<a href="{escape(page)}" target="_blank" rel="noreferrer">{name}</a>'
    return f"{found.rank}. {name}: {score(found.score)}"


def score(told: Score) -> str:
    """Both numbers, and what they mean."""
    return (
        f"similarity {told.similarity:.1f} ({escape(told.verdict)}), "
        f"resemblance {told.resemblance:.1f}, 1 stranger in {told.one_in:,}"
    )


def _cut(photo: bytes, boxes: Sequence[Box]) -> Iterable[str]:
    """The faces as addresses that hold them whole."""
    import cv2
    import numpy as np

    from lookalike.faces.image import Limits, data_uri, decode

    # It was looked at before, within the limits of whoever did.
    image = decode(photo, Limits(len(photo), 2**40, 2**20), _DECODED)
    rows, columns = image.pixels.shape[:2]
    for box in boxes:
        side = max(1, round(max(box.width, box.height) * _AROUND * image.scale))
        left, top = (
            round((start + length / 2) * image.scale - side / 2)
            for start, length in ((box.left, box.width), (box.top, box.height))
        )
        # What lies beyond the photo looks as its edge does.
        down = np.clip(np.arange(top, top + side), 0, rows - 1)
        across = np.clip(np.arange(left, left + side), 0, columns - 1)
        square = image.pixels[np.ix_(down, across)]
        cut = cv2.resize(square, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        yield data_uri(np.asarray(cut, np.uint8), _QUALITY)
