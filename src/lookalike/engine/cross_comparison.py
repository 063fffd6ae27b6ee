"""Faces of several photos against each other: all with all, and a child with two parents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.engine.local import LocalEngine
from lookalike.errors import InvalidParameter
from lookalike.faces.photo import Photo
from lookalike.scores.features import Inherited, inherited
from lookalike.scores.similarity import Score

MOST_PHOTOS = 9
# The table of scores grows with the square of the faces.
_MOST_FACES = 60
# Cosines that lie nearer than this are called alike. Of the answers that are given, another photo
# of the same child turns one in eight around (benchmarks/family.py).
TOO_CLOSE = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """Face number `face` of photo number `photo`, both from 0."""

    photo: int
    face: int


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """
    Attributes:
        faces: those of all photos in turn.
        scores: a row and a column for each of `faces`; None where a face meets itself.
    """

    photos: tuple[Photo, ...]
    faces: tuple[Place, ...]
    scores: tuple[tuple[Score | None, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """
    Attributes:
        photos: the child's and those of both parents.
        scores: of the child with each parent.
        closer: the parent, 0 or 1, whom the child resembles more; None: too close to tell.
        features: the same of eyes, nose and mouth alone.
    """

    photos: tuple[Photo, Photo, Photo]
    scores: tuple[Score, Score]
    closer: int | None
    features: tuple[Inherited, ...]


def matrix(engine: LocalEngine, photos: Sequence[bytes]) -> Matrix:
    """Every face of every photo with every other.

    Raises:
        InvalidParameter: fewer than two photos, more than `MOST_PHOTOS`, or too many faces.
        PhotoError: a photo cannot be used, or holds no face; it says which.
    """
    if not 2 <= len(photos) <= MOST_PHOTOS:
        raise InvalidParameter(f"photo: {len(photos)} photos; 2 to {MOST_PHOTOS} are compared.")
    analyzed = tuple(engine.faces(each, "photo", number) for number, each in enumerate(photos))
    places = tuple(
        Place(number, face)
        for number, photo in enumerate(analyzed)
        for face in range(len(photo.faces))
    )
    if len(places) > _MOST_FACES:
        raise InvalidParameter(f"photo: {len(places)} faces in all; at most {_MOST_FACES}.")
    faces = [analyzed[each.photo].faces[each.face] for each in places]
    scores = tuple(
        tuple(None if one is other else engine.matcher.compare_faces(one, other) for other in faces)
        for one in faces
    )
    return Matrix(analyzed, places, scores)


def family(engine: LocalEngine, child: bytes, parents: Sequence[bytes]) -> Family:
    """Whom of two parents a child resembles more; in each photo the largest face counts.

    Raises:
        InvalidParameter: there are not two parents.
        PhotoError: a photo cannot be used, or holds no face; it says which.
    """
    if len(parents) != 2:
        raise InvalidParameter(f"parent: {len(parents)} photos; two parents are compared.")
    own = engine.faces(child, "child")
    first, second = (engine.faces(each, "parent", number) for number, each in enumerate(parents))
    probe, *others = (each.faces[0] for each in (own, first, second))
    one, other = (engine.matcher.compare_faces(probe, each) for each in others)
    apart = one.cosine - other.cosine
    closer = None if abs(apart) < TOO_CLOSE else int(apart < 0)
    crops = (others[0].crop, others[1].crop)
    found = inherited(probe.crop, crops, engine.analyzer.embed)
    return Family((own, first, second), (one, other), closer, found)
