"""Photos that somebody sent of one person -> portraits to be stored: of all of them, or of none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lookalike.engine.local import LocalEngine
from lookalike.errors import PhotoError
from lookalike.gallery.people import Credit
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources.image_file import portrait


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo; `name` says which, to whoever sent it."""

    name: str
    data: bytes


def portraits(
    engine: LocalEngine, photos: Sequence[Sent], credit: Credit | None, *, show: bool = False
) -> list[Portrait]:
    """A portrait of each photo.

    Args:
        show: let a page show them, from thumbnails.

    Raises:
        PhotoError: names every photo that cannot be used, and why.
    """
    made: list[Portrait] = []
    errors: list[tuple[Sent, PhotoError]] = []
    for photo in photos:
        try:
            face = engine.analyzer.analyze(photo.data, appearances=True).main_face()
            if show:
                face = engine.analyzer.with_thumbnail(face, photo.data)
        except PhotoError as error:
            errors.append((photo, error))
        else:
            made.append(replace(portrait(face, photo.data, credit), shown=show))
    if errors:
        kinds = {type(error) for _, error in errors}
        reasons = "; ".join(f"{photo.name}: {str(error).rstrip('.')}" for photo, error in errors)
        raise (kinds.pop() if len(kinds) == 1 else PhotoError)(f"{reasons}. Nothing was added.")
    return made
