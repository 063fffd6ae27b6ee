"""The card that people share: who somebody looks like, as a PNG of one of two shapes.

A celebrity's portrait is on it only where its licence lets everyone pass on a changed copy, and
then with its credit; the user's own face only where they ask for it.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageOps

from lookalike.faces.image import Pixels
from lookalike.gallery.people import Credit, Language, Text
from lookalike.scores.similarity import Score
from lookalike.site import Site
from lookalike.web import colours
from lookalike.web.colours import Palette
from lookalike.web.score_words import rarity
from lookalike.web.sharing.lettering import Lines, drawable, fitted
from lookalike.web.texts import locale

Shape = Literal["wide", "tall"]
Picture = PIL.Image.Image
Rgb = tuple[int, int, int]
Area = tuple[int, int, int, int]

SIZES: dict[Shape, tuple[int, int]] = {"wide": (1200, 630), "tall": (1080, 1920)}
# Side of the squares that the pictures are cut from: that of the largest place for one.
FACE_SIDE = 920

# Corners are drawn this many times larger and averaged down.
_FINER = 3
# PNG's effort: the usual one takes three times as long for a tenth less.
_EFFORT = 2
# Licences that let anyone pass on a changed copy, by the short names of Commons. NC and ND do not.
_FREE = re.compile(r"(CC[ -]BY([ -]SA)?([ -][1-4]\.\d.*)?|CC0.*|public domain.*|PD[ -].*|PD)", re.I)


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """
    Attributes:
        portrait: (side, side, 3) RGB of the celebrity's face, or None.
        credit: of the portrait.
        face: that of the user, or None.
        calibrated: False where the scores are provisional, which the card then says.
    """

    name: Text
    score: Score
    language: Language
    site: Site
    portrait: Pixels | None = None
    credit: Credit | None = None
    face: Pixels | None = None
    calibrated: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are on a card of one shape, in pixels.

    Attributes:
        single, double: left, top, right and bottom of one picture, and of two side by side.
        text, text_beside_two: the same of the column of text.
        name: the largest and the smallest size of the name, and the most lines of it.
        small, words, number: sizes of the other texts.
        foot: height of the base of the site's name.
    """

    single: Area
    double: Area
    text: Area
    text_beside_two: Area
    name: tuple[int, int, int]
    small: int
    words: int
    number: int
    foot: int


_LAYOUTS: dict[Shape, Layout] = {
    "wide": Layout(
        single=(64, 72, 484, 492),
        double=(64, 72, 604, 492),
        text=(540, 72, 1136, 492),
        text_beside_two=(660, 72, 1136, 492),
        name=(84, 34, 2),
        small=25,
        words=30,
        number=64,
        foot=566,
    ),
    "tall": Layout(
        single=(80, 120, 1000, 1040),
        double=(80, 228, 1000, 944),
        text=(80, 1150, 1000, 1720),
        text_beside_two=(80, 1080, 1000, 1700),
        name=(112, 52, 2),
        small=40,
        words=46,
        number=96,
        foot=1800,
    ),
}


def may_show(credit: Credit | None) -> bool:
    """Whether a portrait may be cut and passed on by anyone."""
    return bool(credit and credit.licence and _FREE.fullmatch(credit.licence.strip()))


def render(card: Card, shape: Shape) -> bytes:
    """The card as a PNG."""
    layout = _LAYOUTS[shape]
    palette = _palette(card.site)
    picture = _background(SIZES[shape], palette)
    draw = ImageDraw.Draw(picture)
    two = card.face is not None
    panel = layout.double if two else layout.single
    _draw_panel(picture, card, panel, palette)
    column = layout.text_beside_two if two else layout.text
    _draw_text(draw, card, layout, column, palette)
    _draw_credit(draw, card, layout, panel, palette)
    _draw_foot(draw, card, layout, palette)
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=_EFFORT)
    return written.getvalue()


def shown_name(name: Text, language: Language) -> str:
    """The name in that language, or in the other one if only that can be drawn."""
    other: Language = "en" if language == "ko" else "ko"
    known = [each for each in (name.get(language), name.get(other)) if each]
    return next((each for each in known if drawable(each)), known[0] if known else "?")


def title(card: Card) -> str:
    """What the person on it is called: "Best match"."""
    return str(locale(card.language)["script"]["best"][card.score.verdict])


def words(card: Card) -> str:
    """How rare the resemblance is, and whether that is provisional."""
    found = rarity(card.score.one_in, card.language)
    provisional: str = locale(card.language)["card"]["provisional"]
    return found if card.calibrated else provisional.format(found)


def points(score: Score) -> int:
    """Rounded down, so that 59.7 does not pass for 60."""
    return int(score.resemblance)


def _draw_panel(picture: Picture, card: Card, panel: Area, palette: Palette) -> None:
    """The user's face and the celebrity's, or only the latter, in one frame."""
    left, top, right, bottom = panel
    width, height = right - left, bottom - top
    frame = PIL.Image.new("RGB", (width, height), palette.paper)
    faces = [] if card.face is None else [PIL.Image.fromarray(card.face)]
    gap = 6 if faces else 0
    part = (width - gap * len(faces)) // (1 + len(faces))
    for number, face in enumerate([*faces, _celebrity(card, (part, height), palette)]):
        middle = ImageOps.fit(face, (part, height), PIL.Image.Resampling.LANCZOS)
        frame.paste(middle, (number * (part + gap), 0))
    picture.paste(frame, (left, top), _rounded((width, height), height // 11))


def _celebrity(card: Card, size: tuple[int, int], palette: Palette) -> Picture:
    """The portrait where it may be shown, else a tile with the first letter of the name."""
    if card.portrait is not None and may_show(card.credit):
        return PIL.Image.fromarray(card.portrait)
    near, far = (_mixed(palette.accent, palette.paper, share) for share in (0.55, 0.85))
    tile = _gradient(size, near, far)
    letter = shown_name(card.name, card.language)[0].upper()
    text = fitted(letter, "bold", (size[1] // 2, size[1] // 2), size[0], 1)
    middle = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(tile).text(middle, letter, font=text.font, fill=palette.accent, anchor="mm")
    return tile


def _draw_text(
    draw: ImageDraw.ImageDraw, card: Card, layout: Layout, column: Area, palette: Palette
) -> None:
    """Who it is and how alike, in the middle of the column's height."""
    left, top, right, bottom = column
    width = right - left
    small, largest, smallest, most = layout.small, *layout.name
    name = shown_name(card.name, card.language)
    said = (
        (fitted(title(card), "bold", (small, small - 6), width, 2), palette.accent),
        (fitted(name, "bold", (largest, smallest), width, most), palette.ink),
        (fitted(words(card), "regular", (layout.words, small), width, 2), palette.ink_soft),
    )
    meter = layout.number + 3 * small
    gap = small
    height = sum(lines.height for lines, _ in said) + gap * len(said) + meter
    y = top + max(0, (bottom - top - height) // 2)
    for lines, colour in said:
        _draw_lines(draw, lines, (left, y), colour)
        y += lines.height + gap
    _draw_meter(draw, card, layout, (left, y, right), palette)


def _draw_meter(
    draw: ImageDraw.ImageDraw,
    card: Card,
    layout: Layout,
    place: tuple[int, int, int],
    palette: Palette,
) -> None:
    """The number, what it is, and a bar."""
    left, top, right = place
    score, texts = card.score, locale(card.language)
    measure = texts["script"]["score"]["resemblance"]
    label = fitted(measure, "regular", (layout.small,) * 2, right - left, 1)
    value = fitted(str(points(score)), "bold", (layout.number,) * 2, right - left, 1)
    unit = fitted(texts["card"]["points"], "regular", (layout.small,) * 2, right - left, 1)
    base = top + layout.number
    draw.text((left, base), value.lines[0], font=value.font, fill=palette.ink, anchor="ls")
    after = left + value.font.getlength(value.lines[0]) + layout.small / 3
    draw.text((after, base), unit.lines[0], font=unit.font, fill=palette.ink_soft, anchor="ls")
    draw.text((right, base), label.lines[0], font=label.font, fill=palette.ink_soft, anchor="rs")
    thick = layout.small * 2 // 3
    bar = (left, base + layout.small, right, base + layout.small + thick)
    share = min(1.0, max(score.resemblance / 100, thick / (right - left)))
    _draw_pill(draw, bar, palette.line)
    _draw_pill(draw, (left, bar[1], left + round((right - left) * share), bar[3]), palette.accent)


def _draw_credit(
    draw: ImageDraw.ImageDraw, card: Card, layout: Layout, panel: Area, palette: Palette
) -> None:
    """Author and licence of the portrait, and that it was cut, as the licences ask for."""
    if card.portrait is None or card.credit is None or not may_show(card.credit):
        return
    texts = locale(card.language)
    own, shared = texts["card"], texts["script"]["credit"]
    author = card.credit.author or shared["unknown"]
    terms = f"{card.credit.licence} · {own['source']} · {own['changed']}"
    left, _, right, bottom = panel
    size = layout.small * 2 // 3
    y = bottom + size // 2
    for text in (f"{shared['photo']} {author}", terms):
        lines = fitted(text, "regular", (size, size - 4), right - left, 1)
        _draw_lines(draw, lines, (left, y), palette.ink_soft)
        y += lines.height


def _draw_foot(draw: ImageDraw.ImageDraw, card: Card, layout: Layout, palette: Palette) -> None:
    """What made the card, at the bottom right, level with the credit or below it."""
    _, _, right, _ = layout.text
    half = right // 2
    name = fitted(card.site.name, "bold", (layout.small, layout.small - 8), half, 1)
    tagline = (
        card.site.tagline.get(card.language) or locale(card.language)["page"]["titles"]["start"]
    )
    line = fitted(tagline, "regular", (layout.small * 3 // 4,) * 2, half, 1)
    y = layout.foot
    draw.text((right, y), name.lines[0], font=name.font, fill=palette.accent, anchor="rs")
    below = y + line.leading
    draw.text((right, below), line.lines[0], font=line.font, fill=palette.ink_soft, anchor="rs")


def _draw_lines(
    draw: ImageDraw.ImageDraw, lines: Lines, place: tuple[int, int], colour: str
) -> None:
    left, top = place
    for number, line in enumerate(lines.lines):
        base = top + number * lines.leading + round(lines.size * 0.95)
        draw.text((left, base), line, font=lines.font, fill=colour, anchor="ls")


def _draw_pill(draw: ImageDraw.ImageDraw, box: Area, colour: str) -> None:
    left, top, right, bottom = box
    mask = _rounded((right - left, bottom - top), (bottom - top) // 2)
    draw.bitmap((left, top), mask, fill=colour)


def _rounded(size: tuple[int, int], radius: int) -> Picture:
    """A mask with round corners, without steps."""
    large = (size[0] * _FINER, size[1] * _FINER)
    mask = PIL.Image.new("L", large, 0)
    corner = (large[0] - 1, large[1] - 1)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *corner), radius * _FINER, fill=255)
    return mask.resize(size, PIL.Image.Resampling.BOX)


def _palette(site: Site) -> Palette:
    """The page's own colours by day, with the accent of an event."""
    own = colours.day()
    return replace(own, accent=site.colours.accent) if site.colours else own


def _background(size: tuple[int, int], palette: Palette) -> Picture:
    """Paper with a breath of the accent from the upper right."""
    near = _mixed(palette.accent, palette.paper, 0.86)
    return _gradient(size, near, _rgb(palette.paper))


def _gradient(size: tuple[int, int], near: Rgb, far: Rgb) -> Picture:
    """From `near` in the upper right corner to `far` along a quarter circle."""
    small = 64
    y, x = np.mgrid[0:small, 0:small] / (small - 1)
    distance = np.clip(np.hypot(1 - x, y), 0, 1)[..., None] ** 0.7
    mixed = np.array(near) * (1 - distance) + np.array(far) * distance
    coarse = PIL.Image.fromarray(np.rint(mixed).astype(np.uint8))
    return coarse.resize(size, PIL.Image.Resampling.BICUBIC)


def _mixed(one: str, other: str, share: float) -> Rgb:
    """`share` of the other colour, the rest of the first."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in pairs)
    return red, green, blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
