"""The colours of the page, as its style sheet names them: `static/tokens.css`."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

_SHEET = Path(__file__).parent / "static" / "tokens.css"
_NIGHT = "@media (prefers-color-scheme: dark)"
_TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")


@dataclass(frozen=True, slots=True)
class Palette:
    """Those colours that are needed outside style sheets, as `#rrggbb`."""

    paper: str
    ink: str
    ink_soft: str
    line: str
    accent: str
    coral: str
    honey: str
    ember: str


@cache
def day() -> Palette:
    """What the page is drawn with where nothing asks for dark colours. Cards are."""
    return _palette(_sheet()[0])


@cache
def night() -> Palette:
    """What the page is drawn with on dark screens."""
    return _palette(_sheet()[1])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _sheet() -> tuple[str, str]:
    by_day, _, by_night = _SHEET.read_text("utf-8").partition(_NIGHT)
    return by_day, by_night


def _palette(text: str) -> Palette:
    tokens = dict(_TOKEN.findall(text))
    return Palette(**{each.name: tokens[each.name.replace("_", "-")] for each in fields(Palette)})


def _luminance(colour: str) -> float:
    """WCAG 2.2: relative luminance of an sRGB colour, 0 to 1."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
