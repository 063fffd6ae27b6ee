"""The card that people share: who somebody looks like, as a picture of one of three shapes."""

from __future__ import annotations

import io

from lookalike.web.sharing import designs, qr, saying
from lookalike.web.sharing.card import Card, Design, Shape
from lookalike.web.sharing.designs import Inks
from lookalike.web.sharing.ink import Area, Picture, palette_of, put, write
from lookalike.web.sharing.layout import LAYOUTS, Layout
from lookalike.web.sharing.lettering import Lines, fitted
from lookalike.web.sharing.tiles import draw_mark

# Of the JPEG: beyond it a face gains nothing that is seen, and letters none either.
_QUALITY = 90


def render(card: Card, shape: Shape, design: Design = "pair") -> bytes:
    """The card as a JPEG: it is mostly photos, of which a PNG would be five times as large."""
    written = io.BytesIO()
    drawn(card, shape, design).save(written, "JPEG", quality=_QUALITY, subsampling=0)
    return written.getvalue()


def drawn(card: Card, shape: Shape, design: Design) -> Picture:
    """The card as pixels."""
    palette, layout = palette_of(card.site), LAYOUTS[design, shape]
    picture, inks = designs.drawn(card, design, shape, palette)
    _write_match(picture, card, layout, inks)
    _put_invitation(picture, card, layout, inks)
    _write_credit(picture, card, layout, inks)
    return picture


def _write_match(picture: Picture, card: Card, layout: Layout, inks: Inks) -> None:
    """Who it is and how alike, in the middle of the column's height."""
    area, gap = layout.text, layout.small // 3
    said = _match_lines(card, layout, area.height - 2 * gap)
    height = sum(lines.height for lines in said) + gap * (len(said) - 1)
    y = area.top + max(0, (area.height - height) // 2)
    for lines, colour in zip(said, (inks.accent, inks.name, inks.soft), strict=True):
        y = write(picture, lines, (area.left, y), colour) + gap


def _match_lines(card: Card, layout: Layout, height: int) -> tuple[Lines, Lines, Lines]:
    """What stands above the name, the name as large as there is room for, and what is below it."""
    width, small = layout.text.width, layout.small
    above = fitted(saying.eyebrow(card), "bold", (small, small - 8), width, 1)
    below = fitted(saying.headline(card), "regular", (layout.words, small - 8), width, 2)
    room = height - above.height - below.height
    shown = saying.shown_name(card.name, card.language)
    largest, smallest, most = layout.names
    sizes = range(largest, smallest, -4)
    found = (fitted(shown, "bold", (each, smallest), width, most) for each in sizes)
    name = next((each for each in found if each.height <= room), None)
    return above, name or fitted(shown, "bold", (smallest,) * 2, width, most), below


def _put_invitation(picture: Picture, card: Card, layout: Layout, inks: Inks) -> None:
    """What makes others want to try, where they can, and the way there for a camera."""
    area, small = layout.invitation, layout.small
    right = area.right
    if card.address is not None:
        code = qr.picture(card.address, area.height)
        right = area.right - code.width
        top = area.top + (area.height - code.height) // 2
        put(picture, code, Area(right, top, area.right, top + code.height), code.width // 14)
        right -= small
    width = right - area.left
    call = fitted(saying.call(card), "bold", (small * 5 // 4, small * 3 // 4), width, 2)
    place = fitted(saying.place(card), "bold", (small, small * 3 // 5), width - 2 * small, 1)
    y = area.top + (area.height - call.height - place.height - small // 3) // 2
    y = write(picture, call, (area.left, y), inks.name) + small // 3
    radius = place.size * 2 // 5
    draw_mark(picture, (area.left + round(1.4 * radius), y + place.leading // 2), radius, inks.mark)
    write(picture, place, (area.left + 4 * radius, y), inks.accent)


def _write_credit(picture: Picture, card: Card, layout: Layout, inks: Inks) -> None:
    """Author and licence of the portrait; on one line where that is all there is room for."""
    area, size = layout.credit, layout.small * 2 // 3
    shown = card.credit if card.shown_portrait is not None else None
    credit = saying.credit_lines(shown, card.language)
    lines = [fitted(each, "regular", (size, size - 4), area.width, 1) for each in credit]
    if sum(each.height for each in lines) > area.height:
        lines = [fitted(" · ".join(credit), "regular", (size, 12), area.width, 1)]
    y = area.bottom - sum(each.height for each in lines)
    for each in lines:
        y = write(picture, each, (area.left, y), inks.soft)
