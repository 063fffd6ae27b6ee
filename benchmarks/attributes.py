"""How well the guesses of gender and age hold, and what they take.

    python -m benchmarks.attributes ../shared/data

Gender: LFW's photos of people whose first name is on a short list of names that are given to women
or to men alone; who a name misleads about counts as an error. Korean idols of celebs are told by
their groups. Age: nothing here states when a photo was taken, so that only this can be measured:
how far the guesses for two photos of one person lie apart, and how often their ranges meet.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.lfw import central
from benchmarks.report import machine, median_ms, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.photo import Face

WOMEN = frozenset(
    [
        "Amanda",
        "Amy",
        "Angela",
        "Ann",
        "Anna",
        "Anne",
        "Barbara",
        "Betty",
        "Catherine",
        "Christina",
        "Cindy",
        "Condoleezza",
        "Diana",
        "Elizabeth",
        "Emma",
        "Gloria",
        "Hillary",
        "Jane",
        "Janet",
        "Jennifer",
        "Jessica",
        "Joan",
        "Julia",
        "Julianne",
        "Julie",
        "Karen",
        "Kate",
        "Katie",
        "Laura",
        "Linda",
        "Lisa",
        "Margaret",
        "Maria",
        "Marie",
        "Martha",
        "Mary",
        "Megawati",
        "Meryl",
        "Michelle",
        "Monica",
        "Nancy",
        "Naomi",
        "Natalie",
        "Nicole",
        "Patricia",
        "Rachel",
        "Rebecca",
        "Rosa",
        "Sandra",
        "Sarah",
        "Serena",
        "Sharon",
        "Sophia",
        "Susan",
        "Tina",
        "Vanessa",
        "Venus",
        "Victoria",
        "Winona",
    ]
)
MEN = frozenset(
    [
        "Alan",
        "Albert",
        "Alvaro",
        "Andre",
        "Andrew",
        "Anthony",
        "Arnold",
        "Ben",
        "Bill",
        "Bob",
        "Brad",
        "Brian",
        "Carlos",
        "Charles",
        "Colin",
        "Daniel",
        "David",
        "Dick",
        "Donald",
        "Edward",
        "Eric",
        "Frank",
        "Fred",
        "Gary",
        "George",
        "Gerhard",
        "Gordon",
        "Gray",
        "Hamid",
        "Hans",
        "Hugo",
        "Jack",
        "Jacques",
        "James",
        "Jason",
        "Jeff",
        "Jeremy",
        "Jim",
        "Joe",
        "John",
        "Jose",
        "Joseph",
        "Juan",
        "Kevin",
        "Kofi",
        "Lance",
        "Larry",
        "Lleyton",
        "Luis",
        "Mark",
        "Martin",
        "Matthew",
        "Michael",
        "Mike",
        "Mohammed",
        "Paul",
        "Pete",
        "Peter",
        "Ray",
        "Richard",
        "Robert",
        "Roger",
        "Ronald",
        "Rudolph",
        "Sergio",
        "Silvio",
        "Steve",
        "Steven",
        "Thomas",
        "Tim",
        "Tom",
        "Tommy",
        "Tony",
        "Vicente",
        "Vladimir",
        "William",
    ]
)
_MOST = 1500


def lfw(folder: Path, analyzer: Analyzer) -> list[tuple[bool, bool]]:
    """Whether a woman was meant, and found, one photo a person."""
    found = []
    people = [each for each in sorted(folder.iterdir()) if each.is_dir()]
    for person in people:
        first = person.name.split("_")[0]
        photo = next(iter(sorted(person.glob("*.jpg"))), None)
        if photo is None or first not in WOMEN | MEN:
            continue
        face = _central(analyzer, photo)
        if face is not None:
            (guess,) = analyzer.attributes([face])
            found.append((first in WOMEN, guess.female > 0.5))
        if len(found) == _MOST:
            break
    return found


def _central(analyzer: Analyzer, path: Path) -> Face | None:
    try:
        photo = analyzer.analyze(path.read_bytes())
    except PhotoError:
        return None
    return central(photo) if photo.faces else None


def ages(folder: Path, analyzer: Analyzer) -> tuple[list[float], list[bool]]:
    """For neighbouring photos of one person: years between the guesses, and whether ranges meet."""
    apart, meet = [], []
    for person in sorted(each for each in folder.iterdir() if each.is_dir()):
        faces = [_central(analyzer, each) for each in sorted(person.glob("*.jpg"))]
        guesses = analyzer.attributes([each for each in faces if each is not None])
        for one, other in pairwise(guesses):
            middles = [(each.age_low + each.age_high) / 2 for each in (one, other)]
            apart.append(abs(middles[0] - middles[1]))
            meet.append(one.age_low <= other.age_high and other.age_low <= one.age_high)
    return apart, meet


def section(data: Path) -> str:
    analyzer = Analyzer(config.load())
    told = lfw(data / "lfw" / "lfw-deepfunneled", analyzer)
    rows = [
        (name, sum(meant is woman for meant, _ in told), f"{_share(told, woman):.1%}")
        for name, woman in (("women", True), ("men", False))
    ]
    right = np.mean([meant == seen for meant, seen in told])
    apart, meet = ages(data / "celebs", analyzer)
    face = analyzer.analyze(next((data / "celebs").rglob("*.jpg")).read_bytes()).faces[0]
    return "\n\n".join(
        [
            table(
                ("LFW, by first names", "photos", "right"),
                [*rows, ("all", len(told), f"{right:.1%}")],
            ),
            table(
                ("pairs of photos of one person", "years apart, median", "90 %", "ranges meet"),
                [(len(apart), np.median(apart), np.quantile(apart, 0.9), f"{np.mean(meet):.0%}")],
            ),
            f"Both networks take {median_ms(analyzer.attributes, [face]):.1f} ms for a face.",
        ]
    )


def _share(told: list[tuple[bool, bool]], woman: bool) -> float:
    return float(np.mean([meant == seen for meant, seen in told if meant is woman]))


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
