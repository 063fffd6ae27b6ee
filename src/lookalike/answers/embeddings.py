"""Embeddings of the faces of a photo, and how alike embeddings are, as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from lookalike.answers import photos, shapes
from lookalike.answers.shapes import Answer
from lookalike.errors import InvalidParameter
from lookalike.faces.vectors import unit

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.vectors import Floats

# Others in one request.
MOST_OTHERS = 1000
# Shorter says nothing of any direction.
_SHORTEST = 1e-6


class EmbeddedFace(shapes.Face):
    embedding: tuple[float, ...] = Field(
        description="Of length 1, as the model's contract has it. It tells who somebody is: treat "
        "it as a photo."
    )


class Embeddings(Answer):
    photo: shapes.Photo
    faces: tuple[EmbeddedFace, ...]
    model: shapes.Model


class Scores(Answer):
    scores: tuple[shapes.Score, ...] = Field(description="One for each of `others`.")
    model: shapes.Model


def embeddings(engine: LocalEngine, photo: bytes) -> Embeddings:
    """Every face of a photo with its embedding; none is an empty tuple.

    Raises:
        PhotoError: the bytes are not a photo that can be used.
    """
    found = engine.detect(photo).photo
    return Embeddings(
        photo=shapes.Photo.model_validate(found),
        faces=tuple(
            EmbeddedFace(**dict(photos.face_of(index, face)), embedding=face.embedding.tolist())
            for index, face in enumerate(found.faces)
        ),
        model=shapes.Model.model_validate(engine.model),
    )


def scores(
    engine: LocalEngine, embedding: Sequence[float], others: Sequence[Sequence[float]]
) -> Scores:
    """How alike one face is to each of others, by their embeddings.

    Raises:
        InvalidParameter: one is no embedding of the model, or there are more than `MOST_OTHERS`.
    """
    if not 1 <= len(others) <= MOST_OTHERS:
        raise InvalidParameter(f"others: {len(others)} embeddings; 1 to {MOST_OTHERS} are allowed.")
    one = _vector(engine, embedding, "embedding")
    rows = [_vector(engine, each, f"others, {number}") for number, each in enumerate(others)]
    found = engine.calibration.compare(one, np.stack(rows))
    return Scores(
        scores=tuple(map(photos.score, found)), model=shapes.Model.model_validate(engine.model)
    )


def _vector(engine: LocalEngine, given: Sequence[float], name: str) -> Floats:
    """(dimension,) float32 of length 1.

    Raises:
        InvalidParameter: it is none; `name` says to the caller which.
    """
    dimension = engine.analyzer.embedder.dimension
    if len(given) != dimension:
        raise InvalidParameter(
            f"{name}: {len(given)} numbers; an embedding of {engine.contract} has {dimension}."
        )
    vector = np.asarray(given, np.float32)
    length = float(np.linalg.norm(vector))
    if not _SHORTEST < length < np.inf:
        raise InvalidParameter(f"{name}: it has no direction; send an embedding as it came.")
    return unit(vector)
