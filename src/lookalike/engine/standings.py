"""Where the best match of a face stands among the best matches of strangers."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from contextlib import suppress

import numpy as np

from lookalike.engine import kept_standings
from lookalike.engine.interface import Order
from lookalike.engine.kept_standings import Crowd, Fitted
from lookalike.errors import StoreUnavailable
from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Person, Who
from lookalike.scores.calibrations import best_matches
from lookalike.scores.similarity import Calibration, Numbers
from lookalike.scores.standing import Faces, Standing, fitted, strengths

# Of a crowd that nothing was fitted to before, so many people are held against the cohort.
_DRAWN = 2_000
# Among one person nobody is the best match.
_FEWEST = 2
_REMEMBERED = 64
_ORDERS: tuple[Order, ...] = ("identity", "look")


class Standings:
    """What was fitted to each crowd that is searched; safe to call from several threads.

    To most crowds of the starter that is done before and ships with the calibration. To a gallery
    of one's own it is done when somebody is imported, and kept; to other crowds when they are
    first searched. It is done again when they have grown by a tenth: the cohort, who are strangers
    to each other, are searched for among them.
    """

    def __init__(self, gallery: Gallery, calibration: Calibration) -> None:
        self._gallery = gallery
        self._calibration = calibration
        self._shipped = best_matches.shipped(calibration.contract)
        self._known: OrderedDict[Crowd, Fitted | None] = OrderedDict()
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
        crowd = Crowd(collection, who, order, _tenths(people))
        with self._lock:
            if crowd not in self._known:
                self._remember(crowd, self._found(crowd))
            found = self._known[crowd]
        return found.matches.standing(shown, found.times) if found else None

    def keep(self, collection: str | None, people: int) -> None:
        """Fit everyone of a collection as it is now, so that no search has to.

        Args:
            collection, people: as of `of`.
        """
        if self._calibration.cohort is None or people < _FEWEST or self._is_starter(collection):
            return
        database, contract = self._gallery.store.database, self._calibration.contract
        for order in _ORDERS:
            crowd = Crowd(collection, EVERYONE, order, _tenths(people))
            found = self._fit(crowd)
            # Where it cannot be kept, it is done when it is searched.
            if found is not None:
                with suppress(StoreUnavailable):
                    kept_standings.keep(database, crowd, contract, found)

    def _remember(self, crowd: Crowd, found: Fitted | None) -> None:
        self._known[crowd] = found
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _found(self, crowd: Crowd) -> Fitted | None:
        shipped = self._shipped.get(best_matches.key(crowd.who, crowd.order))
        if shipped and self._is_starter(crowd.collection):
            return Fitted(shipped, 1.0)
        database, contract = self._gallery.store.database, self._calibration.contract
        return kept_standings.read(database, crowd, contract) or self._fit(crowd)

    def _fit(self, crowd: Crowd) -> Fitted | None:
        drawn = self._gallery.drawn(_DRAWN, crowd.collection, crowd.who)
        if len(drawn.people) < _FEWEST:
            return None
        looks = crowd.order == "look"
        searched = Faces(drawn.vectors, self._looks(drawn.people) if looks else None)
        found = strengths(self._calibration, self._strangers(looks), searched)
        return Fitted(fitted(found), drawn.of / len(drawn.people))

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


def _tenths(people: int) -> int:
    """See `Crowd`."""
    return round(10 * math.log(people))
