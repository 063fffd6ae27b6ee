"""How surely the self-test of models tells in which order of colours a recogniser is better.

    python -m benchmarks.colours ../shared/data [--dlib FOLDER]

Draws people of LFW with one photo or several, as somebody may give them to `models add`, and asks
which order is better: of SFace, and of dlib's network (see improvements/dlib.py), both trained on
RGB. Prints how often an order is kept for surely better, and how often that is the wrong one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.improvements.dlib import CUT, CUT_MARGIN, Dlib
from benchmarks.report import machine, table
from lookalike import config
from lookalike.faces.align import align
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.embed import FaceEmbedder
from lookalike.faces.image import FINE, Pixels, decode
from lookalike.faces.models import runtime
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.models.selftest import SURELY_BETTER, Looks, advantage, as_it_is, look
from lookalike.faces.vectors import Floats, unit

_PEOPLE = 120
_DRAWS = 400
# People, and photos of each.
_SETS = ((3, 1), (5, 1), (12, 1), (12, 2), (12, 3), (40, 3))

Embed = Callable[[list[Pixels]], Floats]


def photos(lfw: Path) -> Iterator[tuple[str, Path]]:
    """Three photos of each of so many people, drawn by chance."""
    people = [each for each in sorted(lfw.iterdir()) if len(list(each.glob("*.jpg"))) >= 3]
    for place in np.random.default_rng(1).permutation(len(people))[:_PEOPLE]:
        for path in sorted(people[place].glob("*.jpg"))[:3]:
            yield people[place].name, path


def rates(people: Sequence[str], embed: Embed, cuts: list[Pixels]) -> Iterator[tuple[str, ...]]:
    """How often an order is kept, and wrongly, for each of `_SETS`."""
    right, wrong = look(embed, cuts), look(embed, [each[..., ::-1] for each in cuts])
    chance = np.random.default_rng(0)
    names = np.array(people)
    for count, each in _SETS:
        leads = []
        for _ in range(_DRAWS):
            drawn = chance.permutation(np.unique(names))[:count]
            rows = np.concatenate([np.flatnonzero(names == name)[:each] for name in drawn])
            leads.append(advantage(_of(right, rows), _of(wrong, rows), names[rows].tolist()))
        kept = np.abs(leads) >= SURELY_BETTER
        lost = np.array(leads) <= -SURELY_BETTER
        yield f"{count} x {each}", f"{kept.mean():.0%}", f"{lost.mean():.2%}"


def _of(looks: Looks, rows: np.typing.NDArray[np.intp]) -> Looks:
    return Looks(looks.plain[rows], looks.mirrored[rows], looks.recompressed[rows])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--dlib", type=Path)
    given = parser.parse_args()
    settings = config.load(precision="float32")
    analyzer = Analyzer(settings)
    opener = runtime.create(replace(settings, threads=2))
    people, crops, cuts = [], [], []
    for person, path in photos(given.data / "lfw" / "lfw-deepfunneled"):
        data = path.read_bytes()
        faces = analyzer.analyze(data).faces
        if faces:
            pixels = decode(data, analyzer.limits, FINE).pixels
            people.append(person)
            crops.append(faces[0].crop)
            cuts.append(align(pixels, faces[0].landmarks.array, CUT, CUT_MARGIN))
    networks: dict[str, tuple[Embed, list[Pixels]]] = {
        "SFace": (as_it_is(FaceEmbedder(opener, SFACE)), crops)
    }
    if given.dlib:
        dlib = Dlib(given.dlib)
        networks["dlib"] = lambda faces: unit(dlib.embed(faces)), cuts
    rows = [
        (name, *row)
        for name, (embed, faces) in networks.items()
        for row in rates(people, embed, faces)
    ]
    print(machine(), table(("network", "people x photos", "kept", "wrongly"), rows), sep="\n\n")


if __name__ == "__main__":
    main()
