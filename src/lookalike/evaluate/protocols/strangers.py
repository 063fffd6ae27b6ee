"""Every pair of two people among the photos of a protocol: enough to tell an FMR of 1e-6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate import metrics
from lookalike.evaluate.figures import Figure, Measured, measure
from lookalike.evaluate.metrics import Scores, Weights
from lookalike.evaluate.protocols.pairs import Pairs
from lookalike.evaluate.vectors import Vectors
from lookalike.faces.vectors import Floats

_FMRS = (1e-3, 1e-4, 1e-5, 1e-6)
# The share of the pairs that is kept, the most alike: in a round of the bootstrap a threshold
# moves, but not so far.
_KEPT = 3e-3
_BLOCK = 512
_EDGES = np.linspace(-1, 1, 8001)


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """The most alike pairs of two people.

    Attributes:
        scores: falling.
        people: (n, 2) by number.
        photos: (m,) how many photos each person has, with those of failed detections.
    """

    scores: Scores
    people: NDArray[np.intp]
    photos: NDArray[np.intp]

    def total(self, drawn: Weights) -> float:
        """How many pairs of two people there are when each person counts as often as `drawn`."""
        each = self.photos * drawn
        return float((each.sum() ** 2 - (each**2).sum()) / 2)


def tail(pairs: Pairs, vectors: Vectors) -> Tail:
    """Of every pair of photos of two people, the most alike. A photo without a face is unlike."""
    owners = np.zeros(len(vectors.names), np.intp)
    owners[pairs.rows] = pairs.people
    counts = np.zeros(len(_EDGES) - 1, np.int64)
    for cosines, _, _ in _blocks(vectors.vectors, owners):
        counts += np.histogram(cosines, _EDGES)[0]
    above = np.cumsum(counts[::-1])[::-1]
    least = _EDGES[np.flatnonzero(above >= _KEPT * above[0])[-1]]
    found = [
        (cosines[cosines >= least], one[cosines >= least], other[cosines >= least])
        for cosines, one, other in _blocks(vectors.vectors, owners)
    ]
    scores, one, other = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(-scores, kind="stable")
    people = np.stack([owners[one], owners[other]], axis=1)[order]
    return Tail(scores[order], people, np.bincount(owners))


def _blocks(
    vectors: Floats, owners: NDArray[np.intp]
) -> Iterator[tuple[Floats, NDArray[np.intp], NDArray[np.intp]]]:
    """Cosines of pairs of two people, and the two rows of each."""
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ vectors[start:].T
        one, other = np.nonzero(owners[start : start + _BLOCK, None] != owners[None, start:])
        later = other > one
        one, other = one[later], other[later]
        yield cosines[one, other], one + start, other + start


def tar_at_fmrs(pairs: Pairs, vectors: Vectors, scores: Scores) -> tuple[Measured, ...]:
    """The true accept rate of the genuine pairs, at an FMR of all pairs of two people."""
    known = tail(pairs, vectors)
    genuine, own = scores[pairs.same], pairs.people[pairs.same]
    alone = np.arange(len(known.photos))
    # Genuine pairs, pairs of two people, and everyone alone: how often that person is drawn.
    people = np.concatenate([own, known.people, np.stack([alone, alone], axis=1)])
    ends = len(own), len(own) + len(known.people)

    def tar(weights: Weights, fmr: float) -> float:
        of_genuine, of_pairs, drawn = np.split(weights, ends)
        passed = np.cumsum(of_pairs)
        place = np.searchsorted(passed, fmr * known.total(drawn), side="right")
        if place >= len(passed):
            return float("nan")
        return metrics.share(genuine > known.scores[place], of_genuine)

    every = np.ones(len(alone))
    figures = [
        Figure(
            key=f"tar_at_fmr_of_all/{fmr:g}",
            name=f"TAR at FMR {fmr:g}, all strangers",
            rows=np.arange(len(people)) < ends[0],
            value=lambda weights, fmr=fmr: tar(weights, fmr),  # type: ignore[misc]
            at=float(known.scores[int(fmr * known.total(every))]),
        )
        for fmr in _FMRS
        if fmr * known.total(every) >= metrics.LEAST_BEYOND
    ]
    return measure(figures, people)[0]
