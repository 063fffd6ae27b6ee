"""Identification: whether a search of a gallery finds who is in it, and nobody who is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate import metrics
from lookalike.evaluate.figures import (
    Curve,
    Example,
    Figure,
    Result,
    histogram,
    measure,
    rate,
    thinned,
)
from lookalike.evaluate.metrics import FAILED, Flags, Scores
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.table import Table, read
from lookalike.evaluate.vectors import Vectors, Which
from lookalike.faces.vectors import unit
from lookalike.scores.similarity import SAME_PERSON, Calibration

COLUMNS = ("file", "person", "role")
_ENROLS = {"enrol": True, "enroll": True, "gallery": True, "probe": False}
_RANKS = (1, 5, 10)
_FPIRS = (0.1, 0.01)
_LONGEST_CMC = 50
_HARDEST = 10

Places = NDArray[np.intp]


class Several(StrEnum):
    """How the several portraits of one person count: their mean is what the product ranks by."""

    MEAN = "mean"
    BEST = "best"


@dataclass(frozen=True, slots=True, eq=False)
class PhotoSet:
    """n photos that are enrolled or searched with: places in `photos`, people by number, rounds."""

    photos: Places
    people: Places
    rounds: Places


@dataclass(frozen=True, slots=True, eq=False)
class Identification(Protocol):
    """A protocol of n probes; someone who is not enrolled in a round is a stranger to it.

    Attributes:
        enrolled: who is enrolled, with which photos, round by round.
        probes: the n searches.
    """

    enrolled: PhotoSet
    probes: PhotoSet


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """What n searches found.

    Attributes:
        mated: (n,) whether the probe's person is enrolled.
        genuine: (n,) score of the probe's own person; `FAILED` without one, or without a face.
        ranks: (n,) the place of the probe's own person, from 1 on; infinite where a face failed.
        highest: (n,) score of the most alike other person.
        nearest: (n,) that person's place in `enrolled.people`'s numbers.
    """

    mated: Flags
    genuine: Scores
    ranks: Scores
    highest: Scores
    nearest: Places


def table(path: Path, which: Which = Which.LARGEST, root: Path | None = None) -> Identification:
    """A CSV table of photos: `file`, `person`, `role` (enrol or probe), perhaps `round`.

    Each round is a gallery of its own. What other columns say of probes can be grouped by.

    Raises:
        InvalidParameter: it is no such table, a photo is missing, or a round lacks either role.
    """
    rows = read(path, COLUMNS)
    photos, places = rows.photos(("file",), root)
    enrols = rows.words("role", _ENROLS)
    rounds = rows.numbered("round")
    if not set(rounds[enrols]) == set(rounds[~enrols]) == set(rounds):
        raise InvalidParameter(f"{path.name}: someone must be enrolled, and probed, in each round.")
    enrolled, probes = (_photo_set(rows, places[:, 0], which) for which in (enrols, ~enrols))
    return Identification(
        name=path.name,
        photos=photos,
        which=which,
        columns={
            name: tuple(text for text, enrol in zip(texts, enrols, strict=True) if not enrol)
            for name, texts in rows.others(*COLUMNS, "round").items()
        },
        enrolled=enrolled,
        probes=probes,
    )


def _photo_set(rows: Table, photos: Places, chosen: Flags) -> PhotoSet:
    people, rounds = rows.numbered("person"), rows.numbered("round")
    return PhotoSet(photos[chosen], people[chosen], rounds[chosen])


def identify(
    protocol: Identification,
    vectors: Vectors,
    by: Iterable[str] = (),
    several: Several = Several.MEAN,
    calibration: Calibration | None = None,
) -> Result:
    """Every figure of a protocol, by columns of its table too.

    Ranks are those of the closed set: of probes whose person is enrolled. FNIR is the share of
    these whose own person does not reach the threshold, at whatever rank; FPIR the share of
    strangers' probes that reach it with anyone. Intervals are by the probe's person; the gallery
    is held.

    Args:
        calibration: scores are cosines as it sees them; the product's unless given.

    Raises:
        InvalidParameter: there is no such column, or nothing to measure.
    """
    calibrated = calibration or vectors.calibration
    found = searched(protocol, vectors, several, calibrated)
    threshold = calibrated.cosine_at(SAME_PERSON) if calibrated else None
    figures = list(_figures(found, threshold))
    if not figures:
        raise InvalidParameter(
            f"{protocol.name}: nobody who is probed is enrolled, and {vectors.contract} is not "
            "calibrated, so that strangers alone say nothing."
        )
    measured, groups = measure(figures, protocol.probes.people, protocol.by(by))
    return Result(
        kind="identification",
        protocol=f"{protocol.name}, {several} of several portraits",
        contract=vectors.contract,
        data_sha256=vectors.sha256,
        counts=_counts(protocol, vectors, found),
        figures=measured,
        groups=groups,
        curves=tuple(_curves(found)),
        histograms=(
            histogram("genuine", found.genuine[found.mated]),
            histogram("nearest stranger", found.highest[~found.mated]),
        ),
        hardest=tuple(_hardest(protocol, found)),
        failed=vectors.failed,
    )


def searched(
    protocol: Identification,
    vectors: Vectors,
    several: Several = Several.MEAN,
    calibration: Calibration | None = None,
) -> Searches:
    """Search each round's gallery with each of its probes.

    Args:
        calibration: scores are cosines as it sees them; None: as they are.
    """
    count = len(protocol.probes.photos)
    made = Searches(
        mated=np.zeros(count, np.bool_),
        genuine=np.full(count, FAILED),
        ranks=np.full(count, np.inf),
        highest=np.full(count, FAILED),
        nearest=np.full(count, -1),
    )
    for number in np.unique(protocol.probes.rounds):
        rows = np.flatnonzero(protocol.probes.rounds == number)
        probes = protocol.probes.photos[rows]
        people, scores = _against(protocol.enrolled, number, vectors, probes, several, calibration)
        scores[~vectors.found[probes]] = FAILED
        own = people == protocol.probes.people[rows][:, None]
        others = np.where(own, FAILED, scores)
        mated = own.any(axis=1)
        genuine = np.where(mated, np.where(own, scores, FAILED).max(axis=1), FAILED)
        above = (others >= genuine[:, None]) & ~own
        made.mated[rows], made.genuine[rows] = mated, genuine
        made.ranks[rows] = np.where(genuine > FAILED, above.sum(axis=1) + 1, np.inf)
        made.highest[rows] = others.max(axis=1)
        made.nearest[rows] = people[others.argmax(axis=1)]
    return made


def _against(
    enrolled: PhotoSet,
    number: int,
    vectors: Vectors,
    probes: Places,
    several: Several,
    calibration: Calibration | None,
) -> tuple[Places, Scores]:
    """The people of a round, and (probes, people) scores; `FAILED` without any portrait's face."""
    rows = np.flatnonzero(enrolled.rounds == number)
    people, owner = np.unique(enrolled.people[rows], return_inverse=True)
    portraits, searching = vectors.vectors[enrolled.photos[rows]], vectors.vectors[probes]
    seen = vectors.found[enrolled.photos[rows]]
    scores = np.full((len(probes), len(people)), FAILED)
    if several is Several.BEST:
        columns, owners = portraits[seen], owner[seen]
    else:
        sums = np.zeros((len(people), vectors.vectors.shape[1]), np.float32)
        np.add.at(sums, owner, portraits)
        owners = np.flatnonzero(sums.any(axis=1))
        columns = unit(sums[owners])
    found = calibration.seen(searching, columns) if calibration else searching @ columns.T
    for place, own in enumerate(owners):
        np.maximum(scores[:, own], found[:, place], out=scores[:, own])
    return people, scores


def _figures(found: Searches, threshold: float | None) -> Iterator[Figure]:
    mated, strangers = found.mated, ~found.mated
    for rank in _RANKS if mated.any() else ():
        yield rate(f"rank_{rank}", f"Rank {rank}", mated, found.ranks <= rank)
    if threshold is not None and mated.any():
        missed = found.genuine < threshold
        yield rate("fnir_at_80", "FNIR at similarity 80", mated, missed, error=True, at=threshold)
    if threshold is not None and strangers.any():
        taken = found.highest >= threshold
        yield rate(
            "fpir_at_80", "FPIR at similarity 80", strangers, taken, error=True, at=threshold
        )
    for fpir in _FPIRS:
        if mated.any() and fpir * strangers.sum() >= metrics.LEAST_BEYOND:
            yield Figure(
                key=f"fnir_at_fpir/{fpir:g}",
                name=f"FNIR at FPIR {fpir:g}",
                rows=mated,
                value=lambda w, fpir=fpir: fnir_at_fpir(found, fpir, w),  # type: ignore[misc]
                error=True,
                at=metrics.threshold_at(found.highest[strangers], fpir),
            )


def fnir_at_fpir(found: Searches, fpir: float, weights: metrics.Weights) -> float:
    """The share of known people's probes that miss where so many of strangers' pass."""
    strangers = ~found.mated
    threshold = metrics.threshold_at(found.highest[strangers], fpir, weights[strangers])
    if np.isnan(threshold):
        return threshold
    return metrics.share(found.genuine[found.mated] <= threshold, weights[found.mated])


def _curves(found: Searches) -> Iterator[Curve]:
    mated = found.mated
    if mated.any():
        ranks = tuple(range(1, _LONGEST_CMC + 1))
        reached = tuple(float((found.ranks[mated] <= rank).mean()) for rank in ranks)
        yield Curve("cmc", "CMC", "rank", "identification rate", ranks, reached)
    if mated.any() and not mated.all():
        fpir, fnir = _det(found)
        yield thinned(Curve("det", "DET", "FPIR", "FNIR", fpir, fnir))


def _det(found: Searches) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """FPIR, rising, and the FNIR at each: the ROC of own people against strangers' nearest."""
    scores = np.where(found.mated, found.genuine, found.highest)
    _, fpir, tpir = metrics.roc(scores, found.mated)
    return tuple(fpir.tolist()), tuple((1 - tpir).tolist())


def _counts(protocol: Identification, vectors: Vectors, found: Searches) -> dict[str, int]:
    probes, enrolled = protocol.probes, protocol.enrolled
    lost = ~vectors.found
    return {
        "people_enrolled": len(np.unique(enrolled.people)),
        "rounds": len(np.unique(probes.rounds)),
        "portraits": len(enrolled.photos),
        "portraits_without_face": int(lost[enrolled.photos].sum()),
        "probes": len(probes.photos),
        "probes_without_face": int(lost[probes.photos].sum()),
        "probes_of_strangers": int((~found.mated).sum()),
    }


def _hardest(protocol: Identification, found: Searches) -> Iterator[Example]:
    """Probes that another person was nearer to than their own, and strangers' nearest people."""
    portrait = dict(
        zip(protocol.enrolled.people.tolist(), protocol.enrolled.photos.tolist(), strict=True)
    )
    names = tuple(protocol.photos)
    wrong = found.mated & (found.ranks > 1) & (found.highest > FAILED)
    for what, rows in (("wrong person", wrong), ("stranger", ~found.mated)):
        places = np.flatnonzero(rows)
        for row in places[np.argsort(-found.highest[places], kind="stable")[:_HARDEST]]:
            nearest = names[portrait[int(found.nearest[row])]]
            probe = names[protocol.probes.photos[row]]
            yield Example(what, (probe, nearest), float(found.highest[row]))
