"""Look-alikes as people see them: which of two faces is more like a third."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.figures import Example, Figure, Result, measure, rate
from lookalike.evaluate.metrics import FAILED, Flags, Scores
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.table import numbered, read
from lookalike.evaluate.vectors import Vectors, Which

_FILES = ("anchor", "a", "b")
_CLOSER = {"a": True, "b": False}
_HARDEST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Triplets(Protocol):
    """A protocol of n judgements.

    Attributes:
        rows: (n, 3) places in `photos`: the anchor and the two that are compared.
        first: (n,) whether the second column of `rows` was judged to be the more alike.
        people: (n, 2) whose draw an interval takes: the anchor's photo, and who judged.
    """

    rows: NDArray[np.intp]
    first: Flags
    people: NDArray[np.intp]


def table(path: Path, which: Which = Which.LARGEST, root: Path | None = None) -> Triplets:
    """A CSV table of judgements: files `anchor`, `a` and `b`, and `closer` (a or b).

    Each row is one judgement, so a triplet that several people judged has several rows; `judge`
    may say who it was. What other columns say can be grouped by.

    Raises:
        InvalidParameter: it is no such table, or a photo is missing.
    """
    rows = read(path, (*_FILES, "closer"))
    photos, places = rows.photos(_FILES, root)
    first = rows.words("closer", _CLOSER)
    # One triplet, whichever of the two was shown first.
    turned = places[:, 1] > places[:, 2]
    places[turned, 1:] = places[turned, :0:-1]
    judges = rows.columns.get("judge")
    anchors = places[:, 0]
    return Triplets(
        name=path.name,
        photos=photos,
        which=which,
        columns=rows.others(*_FILES, "closer", "judge"),
        rows=places,
        first=first ^ turned,
        people=np.stack(
            [anchors, anchors if judges is None else len(photos) + numbered(judges)], axis=1
        ),
    )


def agree(triplets: Triplets, vectors: Vectors, by: Iterable[str] = ()) -> Result:
    """How often a model and people agree, by columns of the table too.

    Beside the agreement with single judgements stands how often people agree with the majority of
    the others who judged the same triplet, which no model can be expected to exceed. A triplet with
    a photo without a face is one that the model has wrong. Intervals are by anchor and by judge.

    Raises:
        InvalidParameter: there is no such column.
    """
    closer = _margins(triplets, vectors)
    figures = list(_figures(triplets, closer))
    measured, groups = measure(figures, triplets.people, triplets.by(by))
    failed = ~vectors.found[triplets.rows].all(axis=1)
    return Result(
        kind="triplets",
        drawn="anchors and judges",
        protocol=triplets.name,
        contract=vectors.contract,
        data_sha256=vectors.sha256,
        counts={
            "judgements": len(triplets.rows),
            "triplets": len(np.unique(triplets.rows, axis=0)),
            "judgements_without_face": int(failed.sum()),
            "photos": len(vectors.names),
            "photos_without_face": len(vectors.failed),
        },
        figures=measured,
        groups=groups,
        hardest=tuple(_hardest(triplets, closer)),
        failed=vectors.failed,
    )


def _margins(triplets: Triplets, vectors: Vectors) -> Scores:
    """(n,) how much more alike the one that was judged so is; 0 where a face was not found."""
    anchor, a, b = triplets.rows.T
    one, other = (vectors.cosines(np.stack([anchor, each], axis=1)) for each in (a, b))
    failed = (one <= FAILED) | (other <= FAILED)
    return np.where(failed, 0, np.where(triplets.first, one - other, other - one))


def _figures(triplets: Triplets, margins: Scores) -> Iterator[Figure]:
    every = np.ones(len(margins), np.bool_)
    _, triplet = np.unique(triplets.rows, axis=0, return_inverse=True)
    votes = Counter(triplet.tolist())
    for_first = Counter(triplet[triplets.first].tolist())
    leads = np.array([2 * for_first[each] - votes[each] for each in triplet.tolist()])
    once = np.zeros(len(margins), np.bool_)
    once[np.unique(triplet, return_index=True)[1]] = True
    # The lead without one's own vote, and from one's own side.
    without = np.where(triplets.first, leads - 1, -leads - 1)
    yield rate("agreement", "Agreement with judgements", every, margins > 0)
    yield rate(
        "majority_agreement",
        "Agreement with the majority",
        once & (leads != 0),
        np.where(triplets.first == (leads > 0), margins > 0, margins < 0),
    )
    yield rate("human_agreement", "People with the others' majority", without != 0, without > 0)


def _hardest(triplets: Triplets, margins: Scores) -> Iterator[Example]:
    """The judgements that the model contradicts most."""
    names = tuple(triplets.photos)
    for row in np.argsort(margins, kind="stable")[:_HARDEST]:
        if margins[row] < 0:
            shown = tuple(names[each] for each in triplets.rows[row])
            yield Example("contradicted", shown, float(margins[row]))
