"""Why a face resembles another, as data: the regions that carry it, and where on the face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from lookalike.answers import photos, shapes
from lookalike.answers.shapes import Answer
from lookalike.errors import InvalidParameter
from lookalike.scores import explain

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.photo import Face
    from lookalike.faces.vectors import Floats
    from lookalike.scores.similarity import Score


class Weight(Answer):
    name: explain.Region
    weight: float = Field(description="What the region carries of the whole, 0 to 1.")


class Grid(Answer):
    """Over the aligned crop: the face with its landmarks at ArcFace's five points."""

    size: int = Field(description="Side of the aligned crop, in pixels.")
    rows: int
    columns: int
    values: tuple[tuple[float, ...], ...] = Field(description="Row by row, 0 to 1.")


class Explanation(Answer):
    face: shapes.Face = Field(description="The one that is explained.")
    regions: tuple[Weight, ...] = Field(description="The heaviest first; they add up to 1.")
    grid: Grid
    score: shapes.Score
    model: shapes.Model


def explanation(
    engine: LocalEngine,
    photo: bytes,
    face: int = 0,
    *,
    person: str | None = None,
    collection: str | None = None,
    reference: bytes | None = None,
) -> Explanation:
    """Which regions of a face carry its resemblance to a person, or to the largest face of a
    reference.

    Args:
        face: which of the photo.
        collection: where the person is.

    Raises:
        InvalidParameter: not one of person and reference is given, or the photo has fewer faces.
        PhotoError: a photo cannot be used, or holds no face (NoFace).
        NotFound: there is no such person or collection.
    """
    if (person is None) == (reference is None):
        raise InvalidParameter("Give either person or reference.")
    probe = engine.face(photo, face)
    if reference is not None:
        other = engine.face(reference, 0, "reference")
        vector, score = other.embedding, engine.matcher.compare_faces(probe, other)
    else:
        vector = engine.matcher.person(person or "", collection)
        score = engine.matcher.compare_person(probe, person or "", collection)
    return _explanation(engine, face, probe, vector, score)


def _explanation(
    engine: LocalEngine, index: int, probe: Face, other: Floats, score: Score
) -> Explanation:
    found = explain.explain(probe, other, engine.analyzer.embed)
    rows, columns = found.map.shape
    return Explanation(
        face=photos.face_of(index, probe),
        regions=tuple(Weight(name=each.region, weight=each.weight) for each in found.weights),
        grid=Grid(
            size=len(probe.crop),
            rows=rows,
            columns=columns,
            values=tuple(tuple(round(float(each), 3) for each in row) for row in found.map),
        ),
        score=photos.score(score),
        model=shapes.Model.model_validate(engine.model),
    )
