"""Where the best match of a face stands among the best matches of strangers."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from lookalike.engine.interface import Order
from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Person, Who
from lookalike.scores.calibrations import best_matches
from lookalike.scores.similarity import Calibration, Numbers
from lookalike.scores.standing import BestMatches, Faces, Standing, fitted, strengths

# Of a crowd that nothing was fitted to before, so many people are held against the cohort.
_DRAWN = 2_000
# Among one person nobody is the best match.
_FEWEST = 2
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who is searched, in which order, and how many they are, to a tenth: what is fitted to it
    holds for as long."""

    collection: str | None
    who: Who
    order: Order
    tenths: int


@dataclass(frozen=True, slots=True)
class _Fitted:
    """
    Attributes:
        times: how many times as many are searched as strangers were held against.
    """

    matches: BestMatches
    times: float


class Standings:
    """What was fitted to each crowd that is searched; safe to call from several threads.

    To most crowds of the starter that is done before and ships with the calibration. To others, as
    those of a gallery of one's own, it is done when they are first searched, and again when they
    have grown by a tenth: the cohort, who are strangers to each other, are searched for among them.
    """

    def __init__(self, gallery: Gallery, calibration: Calibration) -> None:
        self._gallery = gallery
        self._calibration = calibration
        self._shipped = best_matches.shipped(calibration.contract)
        self._known: OrderedDict[_Crowd, _Fitted | None] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self, shown: Numbers, collection: str | None, who: Who, order: Order, people: int
    ) -> Standing | None:
        """None where nothing can be fitted: there is no cohort, or nobody to be like.

        Args:
            shown: the strengths of those who were found, as `BestMatches.standing` takes them.
            people: how many there are where it was searched.
        """
        if self._calibration.cohort is None or len(shown) < _FEWEST:
            return None
        crowd = _Crowd(collection, who, order, round(10 * math.log(people)))
        with self._lock:
            if crowd not in self._known:
                self._remember(crowd, self._fit(crowd))
            found = self._known[crowd]
        return found.matches.standing(shown, found.times) if found else None

    def _remember(self, crowd: _Crowd, found: _Fitted | None) -> None:
        self._known[crowd] = found
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _fit(self, crowd: _Crowd) -> _Fitted | None:
        shipped = self._shipped.get(best_matches.key(crowd.who, crowd.order))
        if shipped and self._is_starter(crowd.collection):
            return _Fitted(shipped, 1.0)
        drawn = self._gallery.drawn(_DRAWN, crowd.collection, crowd.who)
        if len(drawn.people) < _FEWEST:
            return None
        looks = crowd.order == "look"
        searched = Faces(drawn.vectors, self._looks(drawn.people) if looks else None)
        found = strengths(self._calibration, self._strangers(looks), searched)
        return _Fitted(fitted(found), drawn.of / len(drawn.people))

    def _is_starter(self, collection: str | None) -> bool:
        """Whether nobody else is searched."""
        if collection is not None:
            return collection == starter.COLLECTION
        own = (each for each in self._gallery.collections() if each.open)
        return all(each.id == starter.COLLECTION or not each.people for each in own)

    def _strangers(self, looks: bool) -> Faces:
        """The cohort: people of the starter, whose looks are known, or of whom none is."""
        cohort = self._calibration.cohort
        assert cohort is not None  # nosec B101 # for types alone
        if not looks:
            return Faces(cohort.vectors)
        shipped = self._gallery.drawn(len(cohort.vectors), starter.COLLECTION, EVERYONE)
        return Faces(shipped.vectors, self._looks(shipped.people))

    def _looks(self, people: tuple[Person, ...]) -> Floats:
        nothing = np.zeros(OF_SHAPE + OF_OUTLINE, np.float32)
        known = self._gallery.appearances(people)
        return np.array([nothing if each is None else each.numbers for each in known])
