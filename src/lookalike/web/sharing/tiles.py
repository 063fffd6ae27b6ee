"""Who is on a card: the faces that are there, or a pattern of our mark where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import PIL.Image
from PIL import ImageChops, ImageDraw, ImageFilter

from lookalike.faces.image import Pixels
from lookalike.web.colours import Palette
from lookalike.web.sharing import saying
from lookalike.web.sharing.card import Card
from lookalike.web.sharing.ink import Area, Picture, Rgb, gradient, mixed, rgb
from lookalike.web.texts import locale

# The mark of templates/parts.html: two circles of radius 10 whose middles are 8 apart.
_APART = 0.8
# Rows and columns of the pattern are this many radii apart.
_ROWS, _COLUMNS = 2.5, 3.6
_FINER = 2
# Of a square picture of a face (faces/pictures/square.py): where hair begins and a chin ends, how
# much of its width a face takes, and how much of it goes over into the ground at an edge.
_HAIR, _CHIN, _WIDTH, _MELTING = 0.06, 0.86, 0.46, 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Somebody on a card.

    Attributes:
        picture: (side, side, 3) RGB of the face.
        name: said beside it.
    """

    picture: Pixels
    name: str


def tiles(card: Card) -> tuple[Tile, ...]:
    """The user's own face and the celebrity's, as far as both are there and may be shown."""
    own, portrait = card.face, card.shown_portrait
    me: str = locale(card.language)["card"]["me"]
    named = ((own, me), (portrait, saying.shown_name(card.name, card.language)))
    return tuple(Tile(pixels, name) for pixels, name in named if pixels is not None)


def put_face(picture: Picture, shown: Tile, area: Area, seen: int) -> None:
    """A face over an area, whole within the first `seen` pixels of its height; where its picture
    ends before the area does, its edges go on, blurred."""
    side = min(max(area.size), round(seen / (_CHIN - _HAIR)), round(area.width / _WIDTH))
    left = (area.width - side) // 2
    top = -round(min(side * _HAIR, max(0, side - area.height)))
    sides, foot = max(0, left), max(0, area.height - side - top)
    face = PIL.Image.fromarray(shown.picture).resize((side, side), PIL.Image.Resampling.LANCZOS)
    around = ((0, foot), (sides, max(0, area.width - side - left)), (0, 0))
    whole = PIL.Image.fromarray(np.pad(np.asarray(face), around, mode="edge"))
    if sides or foot:
        sharp = PIL.Image.new("L", whole.size, 0)
        sharp.paste(_melting(side, sides > 0, foot > 0), (sides, 0))
        blurred = whole.filter(ImageFilter.GaussianBlur(side // 16))
        whole = PIL.Image.composite(whole, blurred, sharp)
    x, y = max(0, -left), -top
    picture.paste(whole.crop((x, y, x + area.width, y + area.height)), (area.left, area.top))


def _melting(side: int, sides: bool, foot: bool) -> Picture:
    """A mask that is white but for some of its edges, where it goes over to black."""
    ramp = np.clip(np.arange(side) / (side * _MELTING), 0, 1)
    across = np.minimum(ramp, ramp[::-1]) if sides else np.ones(side)
    down = ramp[::-1] if foot else np.ones(side)
    return PIL.Image.fromarray(np.rint(255 * down[:, None] * across).astype(np.uint8))


def pattern(size: tuple[int, int], palette: Palette, radius: int) -> Picture:
    """Our mark over and over, on a breath of its own colours."""
    near, far = (mixed(palette.honey, palette.paper, share) for share in (0.45, 0.85))
    ground = gradient(size, near, far)
    colours = mark_colours(palette)
    across, down = round(radius * _COLUMNS), round(radius * _ROWS)
    for row in range(-1, size[1] // down + 2):
        shift = across // 2 if row % 2 else 0
        for column in range(-1, size[0] // across + 2):
            middle = (column * across + shift, row * down + down // 2)
            draw_mark(ground, middle, radius, colours)
    return ground


def mark_colours(palette: Palette) -> tuple[Rgb, Rgb, Rgb]:
    """Of the two circles of our mark, and of what both have."""
    return rgb(palette.coral), rgb(palette.honey), rgb(palette.ember)


def draw_mark(
    picture: Picture, middle: tuple[int, int], radius: int, colours: tuple[Rgb, Rgb, Rgb]
) -> None:
    """Our mark: two circles, and what both have in a colour of its own."""
    away = round(radius * _APART / 2)
    size = (2 * (radius + away), 2 * radius)
    left, right = (_circle(size, shift, radius) for shift in (0, 2 * away))
    place = (middle[0] - radius - away, middle[1] - radius)
    for colour, mask in zip(colours, (left, right, ImageChops.multiply(left, right)), strict=True):
        picture.paste(colour, (*place, place[0] + size[0], place[1] + size[1]), mask)


def _circle(size: tuple[int, int], shift: int, radius: int) -> Picture:
    """A mask with a circle that begins so far from the left."""
    large = PIL.Image.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
    box = [shift * _FINER, 0, (shift + 2 * radius) * _FINER - 1, 2 * radius * _FINER - 1]
    ImageDraw.Draw(large).ellipse(box, fill=255)
    return large.resize(size, PIL.Image.Resampling.BOX)
