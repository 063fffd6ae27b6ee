"""Whether portraits prove who people of the starter are, and whether a namesake ever passes for
one.

    python -m benchmarks.proving ../shared/data

`celebs` has photos, which were not enrolled, of Korean people who are in the starter without a
Wikidata id: each stands for the portrait that Wikidata has of them. Namesakes are other people of
that gender, called the same: those of the starter with what it states of them, but for people of
one group, who never share a name; and everybody in photos of celebs, of whom nothing is stated.
What is decided is decided by the code that decides of Wikidata's (`gallery/wikimedia/finding`).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.people import Person
from lookalike.gallery.spelling import letters
from lookalike.gallery.wikimedia.finding.candidates import bar, may_be
from lookalike.gallery.wikimedia.finding.proof import AGREED, ALONE, SAME_YEAR, Unproved, chosen
from lookalike.gallery.wikimedia.wikidata import Item
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import Calibration

# Spelt otherwise in celebs than in the starter.
_SPELT = {"Chaeyong": "Chaeyoung"}
# The same photo as the one that is enrolled would prove nothing.
_SAME_PHOTO = 0.95
_BARS = (AGREED, 65.0, SAME_YEAR, 80.0, ALONE)
# Namesakes with a portrait beside the right person, and how often they are drawn.
_BESIDE, _DRAWS = 3, 20
# An occupation of each field that the people here have.
_OCCUPATIONS = {
    "acting": "Q33999",
    "music": "Q177220",
    "comedy": "Q245068",
    "presenting": "Q947873",
    "sport": "Q2066131",
    "modelling": "Q4610556",
}

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Somebody of the starter without an id, and the (dimension,) vector that it has of them."""

    person: Person
    vector: Floats


def everybody(contract: str) -> list[Known]:
    shipped = starter.load(contract)
    pairs = zip(shipped.people, shipped.vectors, strict=True)
    return [Known(person, vector) for person, vector in pairs if not person.wikidata]


def photos(data: Path, analyzer: Analyzer) -> dict[str, list[Floats]]:
    """The faces of the Korean people of celebs, by name as the starter spells it."""
    return {
        _SPELT.get(name, name): list(_faces(folder, analyzer))
        for folder in sorted(data.glob("celebs/KR_*"))
        for name in [folder.name.removeprefix("KR_")]
    }


def _faces(folder: Path, analyzer: Analyzer) -> Iterator[Floats]:
    for path in sorted(folder.iterdir()):
        try:
            yield analyzer.analyze(path.read_bytes()).main_face().embedding
        except PhotoError:
            continue


def reached(
    people: Sequence[Known], seen: Mapping[str, list[Floats]], scores: Calibration
) -> tuple[list[tuple[Known, list[Floats]]], str]:
    """Those of whom there are photos, with them; and how many of these, and of other people's,
    reach some similarities."""
    named = {letters(each.person.name.en or ""): each for each in people}
    own = [
        (known, [each for each in faces if each @ known.vector < _SAME_PHOTO])
        for name, faces in seen.items()
        if (known := named.get(letters(name)))
    ]
    right = np.array([s for known, faces in own for s in _similarities(known, faces, scores)])
    wrong = np.array(
        [
            similarity
            for known in people
            if known.person.gender == "female"
            for similarity in _similarities(known, _of_others(known, seen), scores)
        ]
    )
    rows = [(f"{bar:.0f}", _share(right >= bar), _share(wrong >= bar, 3)) for bar in _BARS]
    header = (
        "similarity",
        f"their photos ({len(right)})",
        f"of other women ({len(wrong):,} pairs)",
    )
    return own, table(header, rows)


def _of_others(known: Known, seen: Mapping[str, list[Floats]]) -> list[Floats]:
    """The photos of everybody else."""
    name = letters(known.person.name.en or "")
    return [face for other, faces in seen.items() if letters(other) != name for face in faces]


def _similarities(known: Known, faces: Sequence[Floats], scores: Calibration) -> list[float]:
    if not faces:
        return []
    return [each.similarity for each in scores.compare(known.vector, np.array(faces))]


def proved(
    own: Sequence[tuple[Known, list[Floats]]],
    seen: Mapping[str, list[Floats]],
    scores: Calibration,
) -> tuple[str, str, str, str]:
    """Who is shown where the right person has a portrait, and some namesakes do."""
    rng = np.random.default_rng(0)
    shown = Counter[str]()
    for known, faces in own:
        needed = bar(known.person, as_item(known.person), groups_of(known.person))
        others = np.array(_similarities(known, _of_others(known, seen), scores))
        for similarity in _similarities(known, faces, scores):
            for _ in range(_DRAWS):
                beside = rng.choice(others, _BESIDE, replace=False)
                best = _first([similarity, *beside], [needed, *[ALONE] * _BESIDE])
                shown["nobody" if best is None else "right" if best == 0 else "namesake"] += 1
    return _row(f"the right one and {_BESIDE} namesakes", shown)


def stated(people: Sequence[Known], scores: Calibration) -> tuple[str, str, str, str]:
    """Whom everybody of the starter would be taken for who is called alike."""
    shown = Counter[str]()
    vectors = np.array([each.vector for each in people])
    for known in people:
        similarities = scores.compare(known.vector, vectors)
        for other, score in zip(people, similarities, strict=True):
            if other is not known and _may_share_a_name(known.person, other.person):
                shown[_taken(known.person, other.person, score.similarity)] += 1
    return _row("one namesake, with facts", shown)


def unstated(
    people: Sequence[Known], seen: Mapping[str, list[Floats]], scores: Calibration
) -> tuple[str, str, str, str]:
    """The same of people in photos, of whom nothing is stated."""
    shown = Counter[str]()
    for known in people:
        if known.person.gender == "female":
            for similarity in _similarities(known, _of_others(known, seen), scores):
                shown["namesake" if similarity >= ALONE else "nobody"] += 1
    return _row("one namesake, nothing stated", shown)


def _may_share_a_name(one: Person, other: Person) -> bool:
    return one.gender == other.gender and set(one.groups).isdisjoint(other.groups)


def _taken(person: Person, other: Person, similarity: float) -> str:
    item, groups = as_item(other), groups_of(other)
    if not may_be(person, item, groups):
        return "nobody"
    return "nobody" if _first([similarity], [bar(person, item, groups)]) is None else "namesake"


def _first(similarities: Sequence[float], bars: Sequence[float]) -> int | None:
    try:
        return chosen(similarities, bars)
    except Unproved:
        return None


def groups_of(person: Person) -> dict[str, tuple[str, ...]]:
    return {each: (each,) for each in person.groups}


def as_item(person: Person) -> Item:
    """Somebody as Wikidata would describe them."""
    return Item(
        id=person.id,
        name=person.name,
        description=person.description,
        not_a_person=None,
        gender=person.gender,
        country=person.country,
        born=person.born,
        died=person.died,
        occupations=tuple(_OCCUPATIONS[each] for each in person.fields if each in _OCCUPATIONS),
        groups=person.groups,
        images=("portrait.jpg",),
        websites=(),
        external_ids=(),
    )


def _row(who: str, shown: Counter[str]) -> tuple[str, str, str, str]:
    total = shown.total()
    right, wrong = shown["right"], shown["namesake"]
    proved = f"{100 * right / total:.1f} %" if right else ""
    return who, f"{total:,}", proved, f"{100 * wrong / total:.3f} % ({wrong:,})"


def _share(of: Bits, digits: int = 1) -> str:
    return f"{100 * of.mean():.{digits}f} %"


def main() -> None:
    data = Path(sys.argv[1])
    analyzer = Analyzer(config.load())
    contract = analyzer.embedder.contract
    scores = calibration(contract)
    people, seen = everybody(contract), photos(data, analyzer)
    own, bars = reached(people, seen, scores)
    rows = [proved(own, seen, scores), stated(people, scores), unstated(people, seen, scores)]
    decided = table(("candidates on Wikidata", "times", "proved", "namesake shown"), rows)
    print(machine(), f"{len(own)} people", bars, decided, sep="\n\n")


if __name__ == "__main__":
    main()
