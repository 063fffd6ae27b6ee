"""Recall and speed of the index over synthetic identities around real embeddings.

The real embeddings are those of the starter gallery. An identity lies around one of them
("around"), or is a stranger drawn from their distribution ("strangers"), which is harder: nobody
then has neighbours to speak of. A probe is another photo of an identity, at a cosine of 0.73 to it
at the median, as two photos of one person have. Recall is the share of the ten nearest, by an exact
search, that were found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lookalike.evaluate.figures import Measured, Result
from lookalike.evaluate.intervals import estimate
from lookalike.evaluate.speed import milliseconds, timed
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery import starter
from lookalike.gallery.index import segments
from lookalike.gallery.index.codes import Codes
from lookalike.gallery.index.columns import Columns, encoded
from lookalike.gallery.index.vectors import SEALED_FROM, VectorIndex

POPULATIONS = ("around", "strangers")
PROBES = 300
NEAREST = 10
# Strengths of the scatter, in the distribution of the real embeddings: of identities around one of
# them, and of photos around an identity.
_AROUND, _PHOTO = 0.7, 0.95

# A (dimension,) probe -> the keys of the nearest.
Search = Callable[[Floats], list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Identities, probes for them, and what an exact search finds for each probe."""

    name: str
    vectors: Floats
    probes: Floats
    nearest: list[set[int]]


class Drawing:
    """Draws identities of one of `POPULATIONS`, and photos of them; the same every time."""

    def __init__(self, name: str) -> None:
        self.random = np.random.default_rng(0)
        self._real = starter.load(SFACE.contract).vectors
        dimension = self._real.shape[1]
        covariance = np.cov(self._real.T) + 1e-6 * np.eye(dimension)
        self._spread = np.linalg.cholesky(covariance).astype(np.float32)
        self._around = name == "around"

    def people(self, count: int) -> Floats:
        """(count, dimension) of length 1."""
        if self._around:
            centres = self._real[self.random.integers(0, len(self._real), count)]
            return unit(centres + np.float32(_AROUND) * self._scatter(count))
        return unit(self._real.mean(axis=0) + self._scatter(count))

    def photos(self, people: Floats) -> Floats:
        """One of each of those people."""
        return unit(people + np.float32(_PHOTO) * self._scatter(len(people)))

    def _scatter(self, rows: int) -> Floats:
        drawn: Floats = self.random.standard_normal((rows, len(self._spread)), np.float32)
        return drawn @ self._spread.T


def identities(name: str, count: int) -> Population:
    """`count` identities of one of `POPULATIONS`."""
    drawing = Drawing(name)
    vectors = drawing.people(count)
    probes = drawing.photos(vectors[drawing.random.integers(0, count, PROBES)])
    exact = exactly(vectors)
    return Population(f"{count:,} {name}", vectors, probes, [set(exact(each)) for each in probes])


def exactly(vectors: Floats) -> Search:
    """The slow reference: every cosine in float32."""

    def search(probe: Floats) -> list[int]:
        cosines = vectors @ probe
        most = min(NEAREST, len(vectors) - 1)
        top = np.argpartition(-cosines, most)[:NEAREST]
        return top[np.argsort(-cosines[top])].tolist()  # type: ignore[no-any-return]

    return search


def measured(who: Population, name: str, search: Search, mib: float, build: float = 0.0) -> Result:
    """Recall and times of one way to search; intervals are by probe.

    Args:
        mib: what it takes, in MiB.
        build: seconds that it took to prepare.
    """
    found = [set(search(probe)) for probe in who.probes]
    times = [timed(lambda p=probe: search(p)) for probe in who.probes]  # type: ignore[misc]
    shares = np.array(
        [len(mine & right) / len(right) for mine, right in zip(found, who.nearest, strict=True)]
    )
    count = len(shares)
    recall = estimate(lambda w: float(w @ shares / w.sum()), np.arange(count))
    return Result(
        kind="search",
        drawn="probes",
        protocol=f"{who.name}, {name}",
        contract=SFACE.contract,
        data_sha256="",
        counts={"identities": len(who.vectors), "mib": round(mib), "build_s": round(build)},
        figures=(
            Measured("recall_at_10", "Recall at 10", recall, count, count),
            milliseconds("p50", "Median", times),
            milliseconds("p99", "99 of 100 searches", times, 0.99),
        ),
    )


def search_index(count: int, population: str = "around", threads: int = 1) -> tuple[Result, ...]:
    """An exact search, the index as it scans, and from `SEALED_FROM` identities on by its codes.

    Args:
        population: one of `POPULATIONS`.
        threads: to make the codes with; searches run on one.
    """
    return tuple(searches(identities(population, count), threads))


def searches(who: Population, threads: int = 1) -> Iterator[Result]:
    """The same among a population."""
    mib = who.vectors.size / 2**20
    yield measured(who, "numpy, float32, exact", exactly(who.vectors), 4 * mib)
    columns = columns_of(who)
    yield measured(who, "scan, float16, exact", _by(VectorIndex(columns)), 2 * mib)
    if len(columns) >= SEALED_FROM:
        started = time.perf_counter()
        codes = Codes.build(columns.vectors, threads)
        build = time.perf_counter() - started
        name = f"codes, {segments.CANDIDATES} ranked again"
        more = sum(each.nbytes for each in codes.arrays.values()) / 2**20
        yield measured(who, name, _by(VectorIndex(columns, codes)), 2 * mib + more, build)


def columns_of(who: Population) -> Columns:
    """Identities by their row, with leading zeros, so that their order is kept."""
    names = encoded([f"{row:09}" for row in range(len(who.vectors))])
    return Columns.of(names, encoded([""] * len(names)), who.vectors.astype(np.float16))


def _by(index: VectorIndex) -> Search:
    return lambda probe: [int(each.name) for each in index.nearest(probe, NEAREST)]
