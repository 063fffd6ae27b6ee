"""Where things are on a card of each design and shape, in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from lookalike.web.sharing.card import Design, Shape
from lookalike.web.sharing.ink import Area


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Attributes:
        faces: of one picture, or of two that share it.
        text: of the name and what is said of it, which stand in the middle of its height.
        invitation: of the call to try and the QR code; stories cover what is below it.
        credit: of its last line's base.
        names: the largest and the smallest size of the name, and the most lines of it.
        small, words: sizes of the other texts.
    """

    faces: Area
    text: Area
    invitation: Area
    credit: Area
    names: tuple[int, int, int]
    small: int
    words: int


# Instagram covers about 250 pixels at the top of a story and 340 at its bottom: what is to be read
# is between them.
_PAIR: Mapping[Shape, Layout] = MappingProxyType(
    {
        "tall": Layout(
            faces=Area(0, 0, 1080, 1040),
            text=Area(72, 1060, 1008, 1370),
            invitation=Area(72, 1375, 1008, 1585),
            credit=Area(72, 1760, 1008, 1850),
            names=(140, 50, 2),
            small=42,
            words=44,
        ),
        "square": Layout(
            faces=Area(0, 0, 1080, 615),
            text=Area(56, 630, 1024, 850),
            invitation=Area(56, 858, 1024, 1018),
            credit=Area(56, 1030, 1024, 1062),
            names=(96, 36, 2),
            small=30,
            words=34,
        ),
        "wide": Layout(
            faces=Area(0, 0, 640, 630),
            text=Area(684, 28, 1160, 330),
            invitation=Area(684, 345, 1160, 545),
            credit=Area(684, 562, 1160, 612),
            names=(84, 30, 3),
            small=26,
            words=28,
        ),
    }
)
LAYOUTS: Mapping[tuple[Design, Shape], Layout] = MappingProxyType(
    {
        **{("pair", shape): layout for shape, layout in _PAIR.items()},
        ("poster", "tall"): replace(
            _PAIR["tall"],
            faces=Area(0, 0, 1080, 1330),
            text=Area(72, 1010, 1008, 1370),
            names=(168, 50, 2),
        ),
        ("poster", "square"): replace(
            _PAIR["square"],
            faces=Area(0, 0, 1080, 830),
            text=Area(56, 600, 1024, 850),
            names=(116, 36, 2),
        ),
        ("poster", "wide"): replace(
            _PAIR["wide"],
            faces=Area(0, 0, 730, 630),
            text=Area(744, 28, 1164, 330),
            invitation=Area(744, 345, 1164, 545),
            credit=Area(744, 562, 1164, 612),
        ),
        ("prints", "tall"): replace(_PAIR["tall"], faces=Area(170, 60, 910, 1020)),
        ("prints", "square"): replace(_PAIR["square"], faces=Area(290, 20, 790, 610)),
        ("prints", "wide"): replace(
            _PAIR["wide"],
            faces=Area(100, 35, 580, 595),
            text=Area(704, 28, 1160, 330),
            invitation=Area(704, 345, 1160, 545),
            credit=Area(704, 562, 1160, 612),
        ),
    }
)

# Two instant prints, the second over an edge of the first.
PRINTS: Mapping[Shape, tuple[Area, Area]] = MappingProxyType(
    {
        "tall": (Area(20, 40, 620, 760), Area(460, 310, 1060, 1030)),
        "square": (Area(40, 25, 530, 595), Area(550, 35, 1040, 605)),
        "wide": (Area(14, 20, 386, 476), Area(304, 154, 676, 610)),
    }
)
