"""An image file: what it is known by, and the portrait that the face in it makes."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from lookalike.gallery.people import Credit
from lookalike.gallery.portraits import Portrait

if TYPE_CHECKING:
    from lookalike.faces.photo import Face

# By the name: a file is opened only when its turn comes.
_SUFFIXES = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif"}


def is_image(path: PurePath) -> bool:
    """Whether a file is called as an image is."""
    return path.suffix.lower() in _SUFFIXES


def file_of(folder: Path, name: str) -> Path:
    """The file that a table calls so, whichever of Unicode's two forms the table and the disk use,
    with Windows' backslashes too; one that is not there as it stands."""
    slashes = (name, name.replace("\\", "/"))
    forms = [*slashes, *(unicodedata.normalize(form, slashes[1]) for form in ("NFC", "NFD"))]
    return next((folder / each for each in forms if (folder / each).is_file()), folder / slashes[1])


def image_id(data: bytes) -> str:
    """What a photo is known by: the sha256 of its file."""
    return hashlib.sha256(data).hexdigest()


def portrait(face: Face, data: bytes, credit: Credit | None) -> Portrait:
    """A face that was found in a photo, ready to be stored."""
    return portrait_of(face, image_id(data), credit)


def portrait_of(
    face: Face, known_by: str, credit: Credit | None, fetched_at: datetime | None = None
) -> Portrait:
    """The same, of a photo whose id is known and whose bytes are gone."""
    return Portrait(
        face.embedding,
        credit,
        image_id=known_by,
        box=face.box,
        quality=face.quality,
        fetched_at=fetched_at,
        thumbnail=face.thumbnail,
        coverage=face.coverage,
        appearance=face.appearance,
    )
