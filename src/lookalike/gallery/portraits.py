"""Portraits of people: to be stored, and as they lie in a gallery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.coverage import Coverage
from lookalike.faces.geometry import Box
from lookalike.faces.quality import Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Credit


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A portrait to be stored.

    Attributes:
        vector: (dimension,) float32 of length 1.
        image_id: what the image is known by: the sha256 of its file.
        box, quality: of the face in it.
        image_size: width and height of the image that the box lies in, as displayed.
        external_image_id: what the caller calls the image.
        fetched_at: when it came from `credit.source_url`, with a time zone.
        thumbnail: a small JPEG of the face, for changing the model; None keeps no pixels.
        coverage: how much of the face shows, where it was looked at; not kept.
        appearance: how it looks, for the order of look-alikes; None where nobody looked.
        shown: whether its owner lets a page show it.
    """

    vector: Floats
    credit: Credit | None = None
    image_id: str | None = None
    box: Box | None = None
    quality: Quality | None = None
    external_image_id: str | None = None
    image_size: tuple[int, int] | None = None
    fetched_at: datetime | None = None
    thumbnail: bytes | None = None
    coverage: Coverage | None = None
    appearance: Appearance | None = None
    shown: bool = False

    @property
    def showable(self) -> bool:
        """Whether there is what a page shows: a thumbnail, and on what terms it may."""
        return self.thumbnail is not None and self.credit is not None and bool(self.credit.licence)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StoredPortrait(Portrait):
    """A portrait as it lies in a gallery.

    Attributes:
        id: names it in its collection.
        created: when it was added, in UTC; None in the starter.
    """

    id: str
    created: datetime | None = None
