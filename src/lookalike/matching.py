"""One embedding against a gallery, and one against another: ranked people with their scores."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.errors import InvalidParameter
from lookalike.faces.runtime import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.members import EVERYONE, Who
from lookalike.gallery.people import Person
from lookalike.similarity import Calibration, Score


@dataclass(frozen=True, slots=True)
class Match:
    """A person of the gallery and how alike they are, by the mean of their portraits."""

    person: Person
    score: Score


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
        nearest = self._gallery.nearest(probe, limit, collection, who)
        return tuple(Match(n.person, self.score(n.cosine)) for n in nearest)

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
        return self.score(float(one @ other))

    def score(self, cosine: float) -> Score:
        """What a cosine of two faces means."""
        return self._calibration.score(cosine)
