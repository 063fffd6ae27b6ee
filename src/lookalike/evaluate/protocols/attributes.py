"""Attributes of faces against labels that people gave them: glasses, beards, smiles and the like.

A figure is the mean of how many faces with a trait are told so and how many without (balanced
accuracy), so that a rare one counts as much as a common one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, PhotoError
from lookalike.evaluate.figures import Figure, Result, measure
from lookalike.evaluate.metrics import Flags, Weights
from lookalike.evaluate.protocols import table
from lookalike.evaluate.vectors import Progress, Which, answered, reading, silent
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Lookers, Opener
from lookalike.faces.apart.workers import Workers
from lookalike.faces.photo import Face, Photo
from lookalike.faces.traits.eyes import AWAY
from lookalike.faces.traits.traits import Trait, Traits

# The people whom the shipped classifiers were fitted to are not held against them.
_LEARNT = "learn"
_YES, _NO, _DOUBT = "1", "0", "?"
_EMOTION, _LOOKING = "emotion", "looking"
# From here on a Confidence is taken to be high.
_SURE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """
    Attributes:
        files: (n,) below the folder of the photos.
        people: (n,) names.
        halves: (n,) `learn`, or the name of the group that is measured.
        known: of each trait (n,) 1, 0, or -1 where nobody could tell.
        emotions, looking: (n,) words; `?` where nobody could tell.
    """

    files: tuple[str, ...]
    people: tuple[str, ...]
    halves: tuple[str, ...]
    known: Mapping[Trait, NDArray[np.int8]]
    emotions: tuple[str, ...]
    looking: tuple[str, ...]

    def half(self, name: str) -> Labels:
        """Those of one half."""
        rows = [place for place, each in enumerate(self.halves) if each == name]
        return Labels(
            files=tuple(self.files[row] for row in rows),
            people=tuple(self.people[row] for row in rows),
            halves=tuple(self.halves[row] for row in rows),
            known={trait: of[rows] for trait, of in self.known.items()},
            emotions=tuple(self.emotions[row] for row in rows),
            looking=tuple(self.looking[row] for row in rows),
        )

    @staticmethod
    def face_of(photo: Photo) -> Face | None:
        """The face that was labelled: the one nearest to the middle."""
        return Which.CENTRAL.face_of(photo)


def read(path: Path) -> Labels:
    """A table with the columns file, person, and traits; half, emotion and looking if there are.

    Raises:
        InvalidParameter: it is no such table.
    """
    given = table.read(path, ("file", "person"))
    named = [each for each in Trait if each.value in given.columns]
    emotions = given.columns.get(_EMOTION, (_DOUBT,) * len(given))
    known = {each: _known(given, each) for each in named}
    if _EMOTION in given.columns:
        happy = {"happy": 1, "calm": 0}
        known[Trait.HAPPY] = np.array([happy.get(each, -1) for each in emotions], np.int8)
    if not known:
        raise InvalidParameter(
            f"{path.name} has no column of a trait; known: {', '.join(Trait)}, {_EMOTION}."
        )
    return Labels(
        files=given.columns["file"],
        people=given.columns["person"],
        halves=given.columns.get("half", ("all",) * len(given)),
        known=known,
        emotions=emotions,
        looking=given.columns.get(_LOOKING, (_DOUBT,) * len(given)),
    )


def _known(given: table.Table, trait: Trait) -> NDArray[np.int8]:
    words = {_YES: 1, _NO: 0, _DOUBT: -1, "": -1}
    for number, text in zip(given.numbers, given.columns[trait], strict=True):
        if text not in words:
            raise InvalidParameter(
                f"{given.path.name}, row {number}: {trait} is {text!r}; allowed: 1, 0, ?."
            )
    return np.array([words[text] for text in given.columns[trait]], np.int8)


def attributes(
    path: Path,
    folder: Path,
    settings: Settings,
    progress: Progress = silent,
    opener: Opener = Workers,
) -> tuple[Result, ...]:
    """What is told of the faces of each half but that which was learnt from.

    Raises:
        InvalidParameter: the table is none of labels, or photos are missing.
        SetupError: a worker process was stopped.
    """
    labels = read(path)
    halves = sorted({each for each in labels.halves if each != _LEARNT}, reverse=True)
    if not halves:
        raise InvalidParameter(f"Everyone in {path.name} was learnt from; nobody can be measured.")
    missing = [each for each in labels.files if not (folder / each).is_file()]
    if missing:
        raise InvalidParameter(
            f"{len(missing)} photos of {path.name} are not below {folder}; the first is "
            f"{missing[0]!r}."
        )
    with opener(settings) as lookers:
        return tuple(
            _measured(f"{path.name}, {each}", labels.half(each), folder, lookers, progress)
            for each in halves
        )


def _measured(
    name: str, labels: Labels, folder: Path, lookers: Lookers, progress: Progress
) -> Result:
    digest, told = hashlib.sha256(), []
    seen = lookers.through((reading(folder / each) for each in labels.files), _traits)
    for known_by, traits in answered(progress(seen, len(labels.files)), {}):
        digest.update(bytes.fromhex(known_by))
        told.append(traits)
    rows = _Rows(labels, told)
    figures, _ = measure(list(rows.figures()), table.numbered(labels.people))
    return Result(
        kind="attributes",
        protocol=name,
        contract="",
        data_sha256=digest.hexdigest(),
        counts=rows.counts(),
        figures=figures,
        failed=tuple(file for file, each in zip(labels.files, told, strict=True) if each is None),
    )


def _traits(analyzer: Analyzer, data: bytes) -> Traits | None:
    """Runs in a worker process."""
    try:
        face = Labels.face_of(analyzer.analyze(data, traits=True))
    except PhotoError:
        return None
    return face.traits if face else None


class _Rows:
    """Labels beside what was told; a face that was not found tells nothing, which is wrong."""

    def __init__(self, labels: Labels, told: list[Traits | None]) -> None:
        self._labels = labels
        self._told = told

    def figures(self) -> Iterator[Figure]:
        for trait, known in self._labels.known.items():
            likely = self._likely(trait)
            right = np.where(known == 1, likely > 0.5, likely <= 0.5)
            yield _balanced(f"balanced/{trait}", _name(trait), known == 1, known == 0, right)
            sure = np.maximum(likely, 1 - likely) >= _SURE
            yield _balanced(
                f"sure/{trait}",
                f"{_name(trait)}: right where the Confidence is 90 or more",
                (known == 1) & sure,
                (known == 0) & sure,
                right,
                of_all=True,
            )
        yield from self._of_gaze()

    def _of_gaze(self) -> Iterator[Figure]:
        looking = np.array(self._labels.looking)
        left, right, camera = (looking == each for each in ("left", "right", "camera"))
        yaws = np.array([each.gaze.yaw if each else np.nan for each in self._told])
        if left.any() and right.any():
            hit = np.where(left, yaws < 0, yaws > 0)
            yield _balanced("balanced/eye_side", "Eye direction: which side", left, right, hit)
        if camera.any() and (left | right).any():
            hit = np.where(camera, np.abs(yaws) < AWAY, np.abs(yaws) >= AWAY)
            name = f"Eye direction: within {AWAY:.0f} degrees of the camera, or not"
            yield _balanced("balanced/eye_camera", name, camera, left | right, hit)

    def _likely(self, trait: Trait) -> NDArray[np.float64]:
        return np.array([each.likely[trait] if each else np.nan for each in self._told])

    def counts(self) -> dict[str, int]:
        """Of labels, and how often each emotion that was seen was told as happy, and as calm."""
        found = {"faces": len(self._told), "not_found": sum(each is None for each in self._told)}
        for trait, known in self._labels.known.items():
            found[f"{trait}_with"] = int((known == 1).sum())
            found[f"{trait}_without"] = int((known == 0).sum())
        happy = self._likely(Trait.HAPPY) > 0.5
        emotions = np.array(self._labels.emotions)
        for each in sorted(set(self._labels.emotions) - {_DOUBT}):
            found[f"{each}_told_happy"] = int((happy & (emotions == each)).sum())
            found[f"{each}_told_calm"] = int((~happy & (emotions == each)).sum())
        return found


def _name(trait: Trait) -> str:
    return trait.value.replace("_", " ").capitalize()


def _balanced(
    key: str, name: str, one: Flags, other: Flags, right: Flags, *, of_all: bool = False
) -> Figure:
    """The mean of the shares of both kinds of rows that are right.

    Args:
        of_all: of both together, each counting as if there were as many of it as of the other in
            all that is labelled.
    """
    rows = one | other
    parts = [(each.astype(np.float64), (each & right).astype(np.float64)) for each in (one, other)]

    def value(weights: Weights) -> float:
        totals = [(float(weights @ hit), float(weights @ every)) for every, hit in parts]
        if of_all:
            return _share(sum(hit for hit, _ in totals), sum(every for _, every in totals))
        return float(np.mean([_share(hit, every) for hit, every in totals]))

    return Figure(key, name, rows, value)


def _share(hit: float, every: float) -> float:
    return hit / every if every else float("nan")
