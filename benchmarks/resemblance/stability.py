"""How often the first look-alike stays when a photo is sent again, in either order.

    python -m benchmarks.resemblance.stability DATA [--photos 100]

Strangers of the trial from LFW, against the starter gallery; and how alike the first is by number.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from benchmarks.report import table
from benchmarks.resemblance import photos
from lookalike import config
from lookalike.engine.interface import Match, Order
from lookalike.engine.local import LocalEngine
from lookalike.evaluate.intervals import estimate
from lookalike.evaluate.resent import CHANGES
from lookalike.evaluate.vectors import Which
from lookalike.faces.image import decode
from lookalike.gallery import starter
from lookalike.scores.similarity import Score

_FIRST = 3
_ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Firsts:
    """The first people in each order."""

    by: dict[Order, tuple[Match[Score], ...]]

    def ids(self, order: Order) -> list[str]:
        return [each.person.id for each in self.by[order]]


def firsts(engine: LocalEngine, data: bytes) -> Firsts | None:
    found = engine.analyzer.analyze(data, appearances=True)
    if not found.faces:
        return None
    face = Which.CENTRAL.face_of(found)
    if face is None:
        return None
    rank = engine.matcher.rank
    return Firsts(
        {
            "identity": rank(face.embedding, _FIRST, starter.COLLECTION),
            "look": rank(face.embedding, _FIRST, starter.COLLECTION, look=face.appearance),
        }
    )


def section(data: Path, count: int) -> str:
    engine = LocalEngine(config.load())
    kept: dict[tuple[str, Order], list[tuple[bool, bool]]] = {}
    resemblances: dict[Order, list[float]] = {order: [] for order in _ORDERS}
    for shown in photos.strangers(data, count):
        photo = shown.path.read_bytes()
        before = firsts(engine, photo)
        if before is None:
            continue
        pixels = decode(photo, engine.limits, engine.limits.max_side).pixels
        for order in _ORDERS:
            resemblances[order].append(before.by[order][0].score.resemblance)
        for name, changed in CHANGES.items():
            now = firsts(engine, changed(pixels))
            for order in _ORDERS:
                first = before.ids(order)[0]
                again = now.ids(order) if now else [""]
                kept.setdefault((name, order), []).append((again[0] == first, first in again))
    engine.close()
    return "\n\n".join([_stays(kept), _resemblances(resemblances)])


def _stays(kept: dict[tuple[str, Order], list[tuple[bool, bool]]]) -> str:
    rows = [
        (name, *(_share(kept[name, order], place) for order in _ORDERS for place in (0, 1)))
        for name in CHANGES
    ]
    header = [f"{order}: {what}" for order in _ORDERS for what in ("first stays", "among three")]
    return table(("change", *header), rows)


def _share(rows: list[tuple[bool, bool]], place: int) -> str:
    values = np.array([each[place] for each in rows], np.float64)
    found = estimate(
        lambda weights: float(np.average(values, weights=weights)), np.arange(len(rows))
    )
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _resemblances(found: dict[Order, list[float]]) -> str:
    rows = [
        (order, len(each), *(f"{np.quantile(each, share):.0f}" for share in (0.25, 0.5, 0.75)))
        for order, each in found.items()
    ]
    return table(("order", "photos", "resemblance of the first: 25 %", "median", "75 %"), rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=100)
    asked = parser.parse_args()
    print(section(asked.data, asked.photos))


if __name__ == "__main__":
    main()
