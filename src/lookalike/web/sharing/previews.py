"""Pictures of the site itself: what chats show of a link to a page, and the icons of phones."""

from __future__ import annotations

import io
from functools import lru_cache

import PIL.Image

from lookalike.gallery.people import Credit, Language, Text
from lookalike.site import Site
from lookalike.web.colours import Palette
from lookalike.web.sharing import saying
from lookalike.web.sharing.card import SIZES
from lookalike.web.sharing.ink import Area, Picture, gradient, mixed, palette_of, put, rgb, write
from lookalike.web.sharing.lettering import drawable, fitted
from lookalike.web.sharing.tiles import draw_mark, mark_colours, pattern
from lookalike.web.texts import locale

# Where the pattern or the face is, and the texts beside it.
_PICTURE, _TEXT = Area(0, 0, 500, 630), Area(556, 60, 1144, 570)
_HEADING, _NAME, _CREDIT = (92, 44), (34, 22), 18
# Radius of the mark's circles, as a share of an icon's side: all of it within the middle four
# fifths, which is what remains of an icon that a phone cuts (w3.org/TR/appmanifest, maskable).
_MARK = 0.22
_EFFORT, _QUALITY = 2, 90


@lru_cache(maxsize=8)
def preview(site: Site, language: Language) -> bytes:
    """1200 x 630, as a PNG: the site's name and what it asks, beside our mark in its colours."""
    palette = palette_of(site)
    beside = pattern(_PICTURE.size, palette, _PICTURE.width // 6)
    heading = site.heading.get(language) or locale(language)["page"]["heading"]
    return _png(_asked(site, language, heading, beside, palette))


def person_preview(
    site: Site, language: Language, name: Text, portrait: Picture, credit: Credit
) -> bytes:
    """The same of somebody in the gallery, as a JPEG: their face, and whether one is like them."""
    palette = palette_of(site)
    asked = saying.question(name, language)
    picture = _asked(site, language, asked, portrait, palette)
    small = [
        fitted(each, "regular", (_CREDIT, 12), _TEXT.width, 1)
        for each in saying.credit_lines(credit, language)
    ]
    y = SIZES["wide"][1] - sum(each.height for each in small) - _CREDIT
    for each in small:
        y = write(picture, each, (_TEXT.left, y), rgb(palette.ink_soft))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY, subsampling=0)
    return written.getvalue()


def _asked(
    site: Site, language: Language, question: str, beside: Picture, palette: Palette
) -> Picture:
    """A question in the middle, with the site's name above and what it takes below."""
    near = mixed(palette.accent, palette.paper, 0.86)
    picture = gradient(SIZES["wide"], near, rgb(palette.paper))
    put(picture, beside, _PICTURE)
    name = fitted(site.name, "bold", _NAME, _TEXT.width, 2)
    asked = fitted(question, "bold", _HEADING, _TEXT.width, 4)
    call = fitted(_tagline(site, language), "regular", _NAME, _TEXT.width, 2)
    gap = name.size
    y = _TEXT.top + (_TEXT.height - name.height - asked.height - call.height - 2 * gap) // 2
    for lines, colour in ((name, palette.accent), (asked, palette.ink), (call, palette.ink_soft)):
        y = write(picture, lines, (_TEXT.left, y), rgb(colour)) + gap
    return picture


@lru_cache(maxsize=8)
def icon(site: Site, side: int) -> bytes:
    """Our mark in the site's colours on paper, as a PNG."""
    palette = palette_of(site)
    picture = PIL.Image.new("RGB", (side, side), palette.paper)
    middle = (side // 2, side // 2)
    draw_mark(picture, middle, round(side * _MARK), mark_colours(palette))
    return _png(picture)


def _tagline(site: Site, language: Language) -> str:
    own = site.tagline.get(language)
    return own if own and drawable(own) else str(locale(language)["card"]["try"])


def _png(picture: Picture) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=_EFFORT)
    return written.getvalue()
