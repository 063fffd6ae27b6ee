"""A card that people share, as data: whom somebody looks like, and what of it may be shown.

A celebrity's portrait is on it only where its licence lets everyone pass on a changed copy, or the
site's operator has leave to show it, and then with its credit; the user's own face only where they
ask for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lookalike.faces.image import Pixels
from lookalike.gallery.people import Credit, Language, Text
from lookalike.scores.similarity import Score
from lookalike.site import Site

Shape = Literal["tall", "square", "wide"]
Design = Literal["pair", "poster", "prints"]

# For stories; for chats and feeds; for previews of links.
SIZES: dict[Shape, tuple[int, int]] = {
    "tall": (1080, 1920),
    "square": (1080, 1080),
    "wide": (1200, 630),
}
# Side of the squares that the pictures are cut from: that of the largest place for one.
FACE_SIDE = 1080

# Licences that let anyone pass on a changed copy, by the short names of Commons. NC and ND do not.
_FREE = re.compile(r"(CC[ -]BY([ -]SA)?([ -][1-4]\.\d.*)?|CC0.*|public domain.*|PD[ -].*|PD)", re.I)


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """
    Attributes:
        standing: the share of strangers whose best match is weaker, or None where nobody knows.
        address: where others can try it; None where they could not come.
        portrait: (side, side, 3) RGB of the celebrity's face, or None.
        credit: of the portrait.
        permitted: whoever imported the portrait lets the site show it, whatever its licence.
        face: that of the user, or None.
        calibrated: False where the scores are provisional, which the card then says.
    """

    name: Text
    score: Score
    language: Language
    site: Site
    standing: float | None = None
    address: str | None = None
    portrait: Pixels | None = None
    credit: Credit | None = None
    permitted: bool = False
    face: Pixels | None = None
    calibrated: bool = True

    @property
    def shown_portrait(self) -> Pixels | None:
        """The portrait, where its licence or its owner lets it onto a card."""
        return self.portrait if self.permitted or may_show(self.credit) else None


def may_show(credit: Credit | None) -> bool:
    """Whether a portrait may be cut and passed on by anyone."""
    return bool(credit and credit.licence and _FREE.fullmatch(credit.licence.strip()))
