"""Which face a portrait is of, and whether it is good enough to know someone by."""

from __future__ import annotations

from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Face, Photo

# A portrait must show one face, or one that is clearly the subject: this many times the area of
# the next. Below the other two the vector says more about the photo than about the person.
_SUBJECT = 2.0
_MIN_WIDTH = 32.0
_MIN_SCORE = 0.8


def subject(photo: Photo) -> Face:
    """The face that a portrait is of.

    Raises:
        PhotoError: there is none, it is one of several, or too poor to tell anyone by.
    """
    if not photo.faces:
        raise PhotoError("no face")
    face, *others = photo.faces
    if others and face.box.area < _SUBJECT * others[0].box.area:
        raise PhotoError("several faces of like size")
    if face.quality.size < _MIN_WIDTH or face.quality.score < _MIN_SCORE:
        raise PhotoError("face too small or unclear")
    return face
