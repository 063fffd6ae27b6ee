"""Drawing on cards: colours, areas, gradients, round corners, lines of text."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageOps

from lookalike.site import Site
from lookalike.web import colours
from lookalike.web.colours import Palette
from lookalike.web.sharing.lettering import Lines

Picture = PIL.Image.Image
Rgb = tuple[int, int, int]

# Corners are drawn this many times larger and averaged down.
_FINER = 3
# Of the accent of an event, how much is white: as templates/site.css mixes them.
_CORAL, _HONEY = 0.45, 0.72


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, in pixels of a card."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


def palette_of(site: Site) -> Palette:
    """The page's own colours by day, with the accent of an event."""
    own = colours.day()
    if site.colours is None:
        return own
    accent = site.colours.accent
    light, lighter = (_hex(mixed(accent, "#ffffff", share)) for share in (_CORAL, _HONEY))
    return replace(own, accent=accent, coral=light, honey=lighter, ember=accent)


def rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def mixed(one: str, other: str, share: float) -> Rgb:
    """`share` of the other colour, the rest of the first."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in pairs)
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + bytes(colour).hex()


def gradient(size: tuple[int, int], near: Rgb, far: Rgb) -> Picture:
    """From `near` in the upper right corner to `far` along a quarter circle."""
    small = 64
    y, x = np.mgrid[0:small, 0:small] / (small - 1)
    distance = np.clip(np.hypot(1 - x, y), 0, 1)[..., None] ** 0.7
    shades = np.array(near) * (1 - distance) + np.array(far) * distance
    coarse = PIL.Image.fromarray(np.rint(shades).astype(np.uint8))
    return coarse.resize(size, PIL.Image.Resampling.BICUBIC)


def rounded(size: tuple[int, int], radius: int) -> Picture:
    """A mask with round corners, without steps."""
    large = (size[0] * _FINER, size[1] * _FINER)
    mask = PIL.Image.new("L", large, 0)
    corner = (large[0] - 1, large[1] - 1)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *corner), radius * _FINER, fill=255)
    return mask.resize(size, PIL.Image.Resampling.BOX)


def put(picture: Picture, part: Picture, area: Area, radius: int = 0) -> None:
    """A picture over an area, cut to it around its middle."""
    fitting = ImageOps.fit(part, area.size, PIL.Image.Resampling.LANCZOS)
    mask = rounded(area.size, radius) if radius else None
    picture.paste(fitting, (area.left, area.top), mask)


def fill(picture: Picture, area: Area, colour: Rgb, radius: int) -> None:
    """A plain area with round corners."""
    picture.paste(
        colour, (area.left, area.top, area.right, area.bottom), rounded(area.size, radius)
    )


def write(
    picture: Picture, lines: Lines, place: tuple[int, int], colour: Rgb, *, anchor: str = "l"
) -> int:
    """Lines of text from a place down, whose x is their left (`l`), middle (`m`) or right (`r`);
    where they end."""
    draw = ImageDraw.Draw(picture)
    x, top = place
    for number, line in enumerate(lines.lines):
        base = top + number * lines.leading + round(lines.size * 0.95)
        draw.text((x, base), line, font=lines.font, fill=colour, anchor=f"{anchor}s")
    return top + lines.height
