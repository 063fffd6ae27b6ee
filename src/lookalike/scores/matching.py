"""One embedding against a gallery, and one against another: ranked people with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from lookalike.errors import InvalidParameter
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Person, Who
from lookalike.scores.similarity import Calibration, Score


@dataclass(frozen=True, slots=True)
class Match:
    """A person of the gallery and how alike they are, by the mean of their portraits."""

    person: Person
    score: Score


# Scores see each face among its like, so they may put people in another order than cosines. The
# nearest by cosine are looked at a little further down than is asked for.
_FURTHER = 20


class Matcher:
    """Ranks the people of a gallery by resemblance."""

    def __init__(self, gallery: Gallery, calibration: Calibration) -> None:
        self._gallery = gallery
        self._calibration = calibration

    def rank(
        self, probe: Floats, limit: int, collection: str | None = None, who: Who = EVERYONE
    ) -> tuple[Match, ...]:
        """The nearest people, best first; never empty when the collection has such people.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        nearest = self._gallery.nearest(probe, limit + _FURTHER, collection, who)
        scores = self.scores(probe, [each.vector for each in nearest])
        matches = (Match(each.person, score) for each, score in zip(nearest, scores, strict=True))
        return tuple(nlargest(limit, matches, key=lambda match: match.score.similarity))

    def person(self, person_id: str, collection: str | None = None) -> Floats:
        """The (dimension,) vector that a person is ranked by, of length 1.

        Raises:
            PersonNotFound: there is nobody of that id.
            CollectionNotFound: there is no such collection.
            InvalidParameter: they have no portrait.
        """
        vector = self._gallery.person_vector(person_id, collection)
        if vector is None:
            raise InvalidParameter(f"{person_id!r} has no portrait to compare with.")
        return vector

    def compare(self, one: Floats, other: Floats) -> Score:
        """How alike two faces are."""
        return self.scores(one, [other])[0]

    def scores(self, one: Floats, others: Sequence[Floats]) -> tuple[Score, ...]:
        """How alike a face is to others."""
        return self._calibration.compare(one, np.array(others).reshape(-1, len(one)))
