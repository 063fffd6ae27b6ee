"""The three designs: what is behind the text of a card, and in which inks the text is written.

`pair` is light, its faces fill one part of the card from edge to edge; `poster` is dark, and its
faces fade into it; `prints` are two instant prints on a bright ground.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import PIL.Image
from PIL import ImageFilter, ImageOps

from lookalike.web.colours import Palette
from lookalike.web.sharing.card import SIZES, Card, Design, Shape
from lookalike.web.sharing.ink import Area, Picture, Rgb, gradient, mixed, put, rgb, rounded, write
from lookalike.web.sharing.layout import LAYOUTS, PRINTS, Layout
from lookalike.web.sharing.lettering import fitted
from lookalike.web.sharing.tiles import Tile, mark_colours, pattern, put_face, tiles

_WHITE, _NIGHT = (255, 255, 255), "#171211"
# Between two faces, in pixels.
_GAP = 6
# Of prints: degrees that each is turned by, and the white around the picture as a share of it.
_TURNS = (-4.0, 4.0)
_EDGE, _CHIN = 0.05, 0.15
# Between what is to be seen of a face and the text over it, in pixels.
_CLEAR = 60
_PAPER = (255, 253, 250)


@dataclass(frozen=True, slots=True)
class Inks:
    """What a design writes in: the name, what is said of it, what leads to the site; and the
    colours of our mark on it."""

    name: Rgb
    soft: Rgb
    accent: Rgb
    mark: tuple[Rgb, Rgb, Rgb]


def drawn(card: Card, design: Design, shape: Shape, palette: Palette) -> tuple[Picture, Inks]:
    """The card without its text, and the inks for that."""
    return _DESIGNS[design](card, shape, LAYOUTS[design, shape], palette)


def _pair(card: Card, shape: Shape, layout: Layout, palette: Palette) -> tuple[Picture, Inks]:
    near = mixed(palette.accent, palette.paper, 0.86)
    picture = gradient(SIZES[shape], near, rgb(palette.paper))
    shown = tiles(card)
    _put_faces(picture, shown, layout.faces, palette, layout.faces.height)
    inks = (rgb(palette.ink), rgb(palette.ink_soft), rgb(palette.accent))
    return picture, Inks(*inks, mark_colours(palette))


def _poster(card: Card, shape: Shape, layout: Layout, palette: Palette) -> tuple[Picture, Inks]:
    night = PIL.Image.new("RGB", SIZES[shape], _NIGHT)
    lit = night.copy()
    wide = shape == "wide"
    # Chins are above where the faces begin to fade.
    seen = layout.faces.height if wide else layout.text.top - _CLEAR
    _put_faces(lit, tiles(card), layout.faces, palette, seen)
    begins, ends = (layout.text.left, 170) if wide else (layout.text.top, 240)
    fading = _fading(SIZES[shape], begins - 2 * ends // 3, begins + ends // 3, across=wide)
    picture = PIL.Image.composite(lit, night, fading)
    inks = (_WHITE, mixed(_NIGHT, "#ffffff", 0.78), mixed(palette.honey, "#ffffff", 0.1))
    return picture, Inks(*inks, mark_colours(palette))


def _prints(card: Card, shape: Shape, layout: Layout, palette: Palette) -> tuple[Picture, Inks]:
    picture = gradient(SIZES[shape], rgb(palette.honey), mixed(palette.coral, "#ffffff", 0.25))
    shown = tiles(card)
    areas = PRINTS[shape] if len(shown) > 1 else (layout.faces,)
    for number, area in enumerate(areas):
        paper = _print(shown[number] if shown else None, card, area, palette)
        _paste_turned(picture, paper, area, _TURNS[number])
    ink, soft = rgb(palette.ink), mixed(palette.ink, palette.coral, 0.2)
    # The ground is of the colours of our mark.
    return picture, Inks(ink, soft, ink, (_WHITE, rgb(palette.honey), rgb(palette.ember)))


_DESIGNS: Mapping[Design, Callable[[Card, Shape, Layout, Palette], tuple[Picture, Inks]]] = (
    MappingProxyType({"pair": _pair, "poster": _poster, "prints": _prints})
)


def _put_faces(
    picture: Picture, shown: tuple[Tile, ...], area: Area, palette: Palette, seen: int
) -> None:
    """The faces side by side over an area of which so much of the height is seen clearly, or our
    pattern where there is none."""
    if not shown:
        put(picture, pattern(area.size, palette, min(area.size) // 8), area)
    for each, half in zip(shown, _halves(area, len(shown), _GAP), strict=True):
        put_face(picture, each, half, seen)


def _halves(area: Area, count: int, gap: int) -> list[Area]:
    """The area as so many columns of equal width."""
    if not count:
        return []
    width = (area.width - gap * (count - 1)) // count
    lefts = [area.left + number * (width + gap) for number in range(count)]
    return [Area(left, area.top, left + width, area.bottom) for left in lefts]


def _fading(size: tuple[int, int], begins: int, ends: int, *, across: bool) -> Picture:
    """A mask that is white before one place and black beyond another, to the right or down."""
    at = np.arange(size[0] if across else size[1])
    share = np.clip((ends - at) / (ends - begins), 0, 1)
    ramp = np.rint(255 * share * share * (3 - 2 * share)).astype(np.uint8)
    row = ramp[None, :] if across else ramp[:, None]
    return PIL.Image.fromarray(np.ascontiguousarray(np.broadcast_to(row, size[::-1])))


def _print(shown: Tile | None, card: Card, area: Area, palette: Palette) -> Picture:
    """An instant print of a face with the name below, or of our pattern with the site's."""
    paper = PIL.Image.new("RGB", area.size, _PAPER)
    edge, chin = round(area.width * _EDGE), round(area.height * _CHIN)
    place = Area(edge, edge, area.width - edge, area.height - chin)
    if shown is None:
        put(paper, pattern(place.size, palette, place.width // 8), place)
    else:
        put_face(paper, shown, place, place.height)
    name = shown.name if shown else card.site.name
    lines = fitted(name, "bold", (chin * 2 // 5, 16), place.width, 1)
    y = place.bottom + (chin - lines.height) // 2
    write(paper, lines, (area.width // 2, y), rgb(palette.ink), anchor="m")
    return paper


def _paste_turned(picture: Picture, paper: Picture, area: Area, turn: float) -> None:
    mask = rounded(paper.size, 10)
    turned = paper.convert("RGBA")
    turned.putalpha(mask)
    # Without a border there would be nothing for its edges to go over into.
    turned = ImageOps.expand(turned, 4, (*_PAPER, 0))
    turned = turned.rotate(turn, PIL.Image.Resampling.BICUBIC, expand=True, fillcolor=(*_PAPER, 0))
    left = area.left + (area.width - turned.width) // 2
    top = area.top + (area.height - turned.height) // 2
    shadow = PIL.Image.new("L", picture.size, 0)
    shadow.paste(turned.getchannel("A").point(lambda level: level * 2 // 5), (left, top + 12))
    shadow = shadow.filter(ImageFilter.GaussianBlur(16))
    picture.paste((90, 40, 20), (0, 0, *picture.size), shadow)
    picture.paste(turned.convert("RGB"), (left, top), turned.getchannel("A"))
