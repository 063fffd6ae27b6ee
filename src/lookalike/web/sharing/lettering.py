"""Text on a picture: fonts that ship with the package, lines broken by words, sizes that fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

Weight = Literal["regular", "bold"]

# Baseline to baseline, as a share of the size: Hangul has no ascenders that could touch.
_LEADING = 1.22
_STEP = 2
_ELLIPSIS = "…"
# A line may end after a space, and after what joins the parts of a name.
_PARTS = re.compile(r"\S+?(?:[·\-/](?=\S)|(?=\s)|$)|\s+")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of text of one size and weight, in pixels."""

    lines: tuple[str, ...]
    size: int
    weight: Weight

    @property
    def font(self) -> FreeTypeFont:
        return font(self.weight, self.size)

    @property
    def leading(self) -> int:
        return round(self.size * _LEADING)

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)


@cache
def font(weight: Weight, size: int) -> FreeTypeFont:
    # Basic layout asks for no library that one machine has and another lacks.
    path = Path(__file__).parent / "fonts" / f"{weight}.otf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _missing(weight: Weight) -> bytes:
    return bytes(font(weight, 24).getmask("\uffff"))


def drawable(text: str, weight: Weight = "bold") -> bool:
    """Whether the font has every character of a text: it has no Hanja, say."""
    return all(
        bytes(font(weight, 24).getmask(each)) != _missing(weight)
        for each in set(text)
        if not each.isspace()
    )


def fitted(text: str, weight: Weight, sizes: tuple[int, int], width: int, most_lines: int) -> Lines:
    """The text as large as it goes, from the first of `sizes` down to the second.

    At the smallest size words are broken where they must, and what is left over is cut with an
    ellipsis. Lines are made about as long as each other.
    """
    largest, smallest = sizes
    for size in range(largest, smallest - 1, -_STEP):
        lines = _wrapped(text, font(weight, size), width)
        if lines is not None and len(lines) <= most_lines:
            return Lines(_balanced(text, font(weight, size), width, lines), size, weight)
    return Lines(_broken(text, font(weight, smallest), width, most_lines), smallest, weight)


def _wrapped(text: str, face: FreeTypeFont, width: int) -> tuple[str, ...] | None:
    """Lines no wider than `width`, broken between words; None where a word is wider."""
    lines = [""]
    for part in _PARTS.findall(text.strip()):
        if face.getlength((lines[-1] + part).strip()) <= width:
            lines[-1] += part
        elif face.getlength(part.strip()) <= width:
            lines.append(part)
        else:
            return None
    return tuple(line.strip() for line in lines if line.strip())


def _balanced(text: str, face: FreeTypeFont, width: int, lines: tuple[str, ...]) -> tuple[str, ...]:
    """As many lines as there are, none longer than it must be."""

    def enough(narrow: int) -> tuple[str, ...] | None:
        found = _wrapped(text, face, narrow)
        return found if found is not None and len(found) == len(lines) else None

    least = _least(lambda narrow: enough(narrow) is not None, width)
    return enough(least) or lines


def _least(allowed: Callable[[int], bool], most: int) -> int:
    """The least number up to `most` from which on `allowed` holds."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if allowed(middle) else (middle + 1, high)
    return high


def _broken(text: str, face: FreeTypeFont, width: int, most_lines: int) -> tuple[str, ...]:
    """Lines filled letter by letter; the last one is cut."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most_lines:
        count = max(1, _least(lambda n: face.getlength(rest[: n + 1]) > width, len(rest)))  # noqa: B023
        lines.append(rest[:count].strip())
        rest = rest[count:].strip()
    if rest:
        lines[-1] = _cut(lines[-1], face, width)
    return tuple(lines)


def _cut(line: str, face: FreeTypeFont, width: int) -> str:
    while line and face.getlength(line + _ELLIPSIS) > width:
        line = line[:-1].rstrip()
    return line + _ELLIPSIS
