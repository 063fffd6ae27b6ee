"""Time, memory and recall of the index, beside the graph that was considered for it.

    python -m benchmarks.search 200000 1000000

What `lookalike evaluate search` measures, and an HNSW graph over 8 bits a dimension. Searches run
on one thread, what they need is built with two; a graph takes minutes and is compared up to
--graphs identities.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import faiss
import numpy as np

from benchmarks.report import machine, table
from lookalike.evaluate import Result
from lookalike.evaluate.protocols.search import (
    NEAREST,
    POPULATIONS,
    Population,
    identities,
    measured,
    searches,
)
from lookalike.faces.vectors import Floats

# How far a search of the graph looks: as long as codes take among a million.
_BREADTH = 400


def graph(who: Population, threads: int) -> Result:
    """The alternative that was measured: an HNSW graph over 8 bits a dimension."""
    started = time.perf_counter()
    faiss.omp_set_num_threads(threads)
    built: Any = faiss.index_factory(who.vectors.shape[1], "HNSW32,SQ8", faiss.METRIC_INNER_PRODUCT)
    built.train(who.vectors[:100_000])
    built.add(who.vectors)
    faiss.omp_set_num_threads(1)
    build = time.perf_counter() - started
    built.hnsw.efSearch = _BREADTH

    def search(probe: Floats) -> list[int]:
        return built.search(probe[np.newaxis], NEAREST)[1][0].tolist()  # type: ignore[no-any-return]

    size = faiss.serialize_index(built).nbytes / 2**20
    return measured(who, f"graph HNSW32,SQ8, efSearch {_BREADTH}", search, size, build)


def row(found: Result) -> list[str]:
    recall = found.figure("recall_at_10").estimate
    return [
        found.protocol,
        f"{found.counts['build_s']}",
        f"{found.counts['mib']}",
        f"{found.figure('p50').estimate.value:.2f}",
        f"{found.figure('p99').estimate.value:.2f}",
        f"{recall.value:.3f} ({recall.low:.3f} to {recall.high:.3f})",
    ]


def section(counts: list[int], threads: int, graphs: int) -> str:
    rows = []
    for count in counts:
        for name in POPULATIONS:
            who = identities(name, count)
            rows += [row(each) for each in searches(who, threads)]
            rows += [row(graph(who, threads))] if count <= graphs else []
    header = ("identities, search", "build s", "MiB", "p50 ms", "p99 ms", "recall@10")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return f"{table(header, rows)}\n\nPeak memory of the whole run: {peak:,.0f} MiB."


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="*", default=[200_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=2, help="while building")
    parser.add_argument("--graphs", type=int, default=200_000)
    given = parser.parse_args()
    print(machine(), section(given.count, given.threads, given.graphs), sep="\n\n")


if __name__ == "__main__":
    main()
