"""Time, memory and recall of the index over synthetic identities around real embeddings.

    python -m benchmarks.search 200000 1000000

The real embeddings are those of the starter gallery. An identity lies around one of them
("around"), or is a stranger drawn from their distribution ("strangers"), which is harder: nobody
then has neighbours to speak of. A probe is another photo of an identity, at a cosine of 0.73 to it
at the median, as two photos of one person of celebs have. Recall is the share of the ten nearest,
by an exact search, that were found. Searches run on one thread, what they need is built with
two; a graph takes minutes and is compared up to --graphs identities.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from benchmarks.report import machine, table, timed
from lookalike.faces.models import SFACE
from lookalike.faces.runtime import Floats
from lookalike.gallery import segments, starter
from lookalike.gallery.index import VectorIndex

_PROBES = 300
_NEAREST = 10
# How far a search of the graph looks: as long as codes take among a million.
_BREADTH = 400
# Strengths of the scatter, in the distribution of the real embeddings: of identities around one of
# them, and of photos around an identity.
_AROUND, _PHOTO = 0.7, 0.95

Search = Callable[[Floats], list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    name: str
    vectors: Floats
    probes: Floats
    nearest: list[set[int]]


def population(name: str, count: int) -> Population:
    """`count` identities and probes for them, with what an exact search finds."""
    random = np.random.default_rng(0)
    real = starter.load(SFACE.contract).vectors
    spread = np.linalg.cholesky(np.cov(real.T) + 1e-6 * np.eye(real.shape[1])).astype(np.float32)

    def scatter(rows: int) -> Floats:
        drawn: Floats = random.standard_normal((rows, real.shape[1]), np.float32) @ spread.T
        return drawn

    if name == "around":
        centres = real[random.integers(0, len(real), count)]
        vectors = _unit(centres + np.float32(_AROUND) * scatter(count))
    else:
        vectors = _unit(real.mean(axis=0) + scatter(count))
    chosen = vectors[random.integers(0, count, _PROBES)]
    probes = _unit(chosen + np.float32(_PHOTO) * scatter(_PROBES))
    return Population(name, vectors, probes, [set(_exact(vectors)(probe)) for probe in probes])


def _unit(vectors: Floats) -> Floats:
    made: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made


def _exact(vectors: Floats) -> Search:
    def search(probe: Floats) -> list[int]:
        cosines = vectors @ probe
        top = np.argpartition(-cosines, _NEAREST)[:_NEAREST]
        return top[np.argsort(-cosines[top])].tolist()  # type: ignore[no-any-return]

    return search


def _indexed(index: VectorIndex) -> Search:
    return lambda probe: [each.key for each in index.nearest(probe, _NEAREST)]


def _row(name: str, who: Population, search: Search, build: float, size: float) -> list[str]:
    found = [set(search(probe)) for probe in who.probes]
    times = sorted(timed(lambda p=probe: search(p)) for probe in who.probes)  # type: ignore[misc]
    recall = statistics.mean(
        len(mine & right) / _NEAREST for mine, right in zip(found, who.nearest, strict=True)
    )
    return [
        f"{len(who.vectors):,} {who.name}",
        name,
        f"{build:.0f}",
        f"{size:.0f}",
        f"{times[len(times) // 2]:.2f}",
        f"{times[int(len(times) * 0.99)]:.2f}",
        f"{recall:.3f}",
    ]


def _graph(who: Population, threads: int) -> list[str]:
    """The alternative that was measured: an HNSW graph over 8 bits a dimension."""
    started = time.perf_counter()
    faiss.omp_set_num_threads(threads)
    graph: Any = faiss.index_factory(who.vectors.shape[1], "HNSW32,SQ8", faiss.METRIC_INNER_PRODUCT)
    graph.train(who.vectors[:100_000])
    graph.add(who.vectors)
    faiss.omp_set_num_threads(1)
    build = time.perf_counter() - started
    graph.hnsw.efSearch = _BREADTH

    def search(probe: Floats) -> list[int]:
        return graph.search(probe[np.newaxis], _NEAREST)[1][0].tolist()  # type: ignore[no-any-return]

    size = faiss.serialize_index(graph).nbytes / 2**20
    return _row(f"graph HNSW32,SQ8, efSearch {_BREADTH}", who, search, build, size)


def rows(who: Population, threads: int, graphs: int) -> list[list[str]]:
    keys = np.arange(len(who.vectors), dtype=np.int64)
    mib = len(keys) * who.vectors.shape[1] / 2**20
    found = [_row("numpy, float32, exact", who, _exact(who.vectors), 0, 4 * mib)]
    index = VectorIndex.of(keys, who.vectors)
    found.append(_row("scan, float16, exact", who, _indexed(index), 0, 2 * mib))
    started = time.perf_counter()
    index.seal(threads)
    build = time.perf_counter() - started
    name = f"codes, {segments.CANDIDATES} ranked again"
    with tempfile.TemporaryDirectory() as folder:
        assert index.sealed is not None
        index.sealed[0].save(Path(folder))
        size = sum(each.stat().st_size for each in Path(folder).iterdir()) / 2**20
    found.append(_row(name, who, _indexed(index), build, size))
    return [*found, _graph(who, threads)] if len(keys) <= graphs else found


def section(counts: list[int], threads: int, graphs: int) -> str:
    found = []
    for count in counts:
        for name in ("around", "strangers"):
            found += rows(population(name, count), threads, graphs)
    header = ("identities", "search", "build s", "MiB", "p50 ms", "p99 ms", "recall@10")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return f"{table(header, found)}\n\nPeak memory of the whole run: {peak:,.0f} MiB."


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="*", default=[200_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=2, help="while building")
    parser.add_argument("--graphs", type=int, default=200_000)
    given = parser.parse_args()
    print(machine(), section(given.count, given.threads, given.graphs), sep="\n\n")


if __name__ == "__main__":
    main()
