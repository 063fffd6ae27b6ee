"""Large galleries: what opening takes, what people cost in memory, how long a search is.

    python -m benchmarks.large 1000000 10000000 --store 50000 --store 200000

Of the counts, people are drawn around real ones (`lookalike evaluate search`) and put into the
file of a large collection, 2 % of them in a group. Two processes open it at once, as workers do,
and search it for other photos of people in it, one thread each. The memory is what both grow by,
pages that they share counted once. Recall is against an exact search of the float16 vectors.

With `--store` a gallery of one's own is made, as it lies in SQLite with names and groups, and asked
by its own methods: before there is a file and after, and when somebody was added.

Ten million people take some 7 GB of memory while the file is made, and 4 GB on the disk.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import psutil
from sqlalchemy import insert
from threadpoolctl import threadpool_limits

from benchmarks.report import machine, median_ms, table, timed
from lookalike import config
from lookalike.database import changes
from lookalike.database.changes import Change, Mark
from lookalike.database.clock import now
from lookalike.database.schema import FACES, PEOPLE
from lookalike.evaluate.protocols.search import NEAREST, Drawing
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.index import kept
from lookalike.gallery.index.codes import BLOCK
from lookalike.gallery.index.collection import label_of
from lookalike.gallery.index.columns import Columns, encoded
from lookalike.gallery.index.keeper import coding_of
from lookalike.gallery.index.vectors import VectorIndex
from lookalike.gallery.people import Facts, Person, Text, Who
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.rows import face_row, person_row
from lookalike.gallery.store import Store

_INDEX = "large/people"
_WORKERS = 2
_PROBES = 200
# One person in so many is in the group that a search is narrowed to.
_FILTERED = 50
# Seconds that nothing takes.
_PATIENCE = 1_800
_AT_ONCE = 10_000

# What one worker measured: load in ms, the first search, a median and a 99th percentile without a
# filter, the same of the first search with one and of the median, memory in bytes, and what was
# found.
Figures = tuple[float, float, float, float, float, float, int, list[list[int]]]


@dataclass(frozen=True, slots=True)
class Few:
    """The label of those who are in the group."""

    def __call__(self, label: str) -> bool:
        return bool(json.loads(label)[1])


def columns_of(drawing: Drawing, count: int) -> Columns:
    """People by their number, with leading zeros: they are in order already."""
    vectors = np.empty((count, SFACE.dimension), np.float16)
    names = np.empty(count, "S9")
    for start in range(0, count, BLOCK):
        rows = range(start, min(start + BLOCK, count))
        vectors[start : rows.stop] = drawing.people(len(rows))
        names[start : rows.stop] = encoded([f"{row:09}" for row in rows])
    labels = (np.arange(count) % _FILTERED == 0).astype(np.int32)
    kinds = encoded([label_of(Facts()), label_of(Facts(groups=("few",)))])
    return Columns(names, labels, kinds, vectors)


def exactly(columns: Columns, probes: Floats) -> list[set[int]]:
    """The nearest of each probe, by every cosine."""
    rows = np.zeros((NEAREST, len(probes)), np.int64)
    cosines = np.full((NEAREST, len(probes)), -1, np.float32)
    for start in range(0, len(columns), BLOCK):
        block = columns.vectors[start : start + BLOCK].astype(np.float32) @ probes.T
        best = np.argpartition(-block, NEAREST, axis=0)[:NEAREST]
        rows = np.vstack([rows, start + best])
        cosines = np.vstack([cosines, np.take_along_axis(block, best, axis=0)])
        best = np.argpartition(-cosines, NEAREST, axis=0)[:NEAREST]
        rows = np.take_along_axis(rows, best, axis=0)
        cosines = np.take_along_axis(cosines, best, axis=0)
    return [set(each.tolist()) for each in rows.T]


def work(path: Path, probes: Floats, together: Barrier, answer: Callable[[Figures], None]) -> None:
    """What one worker does."""
    threadpool_limits(1)
    before = _pss()
    together.wait(_PATIENCE)
    opened: list[VectorIndex] = []

    def load() -> None:
        there = kept.read(path, _INDEX, SFACE.contract)
        assert there is not None
        opened.append(VectorIndex(there.columns, there.codes))

    loading = timed(load)
    (index,) = opened
    first = timed(lambda: index.nearest(probes[0], NEAREST))
    found = [[int(each.name) for each in index.nearest(probe, NEAREST)] for probe in probes]
    together.wait(_PATIENCE)
    memory = _pss() - before
    together.wait(_PATIENCE)
    times = [timed(lambda p=p: index.nearest(p, NEAREST)) for p in probes]  # type: ignore[misc]
    cold = timed(lambda: index.nearest(probes[0], NEAREST, Few()))
    few = [timed(lambda p=p: index.nearest(p, NEAREST, Few())) for p in probes]  # type: ignore[misc]
    p50, p99 = (float(np.quantile(times, share)) for share in (0.5, 0.99))
    answer((loading, first, p50, p99, cold, float(np.median(few)), memory, found))


def workers(path: Path, probes: Floats) -> list[Figures]:
    context = multiprocessing.get_context("spawn")
    together, answers = context.Barrier(_WORKERS), context.SimpleQueue()
    started = [
        context.Process(target=work, args=(path, probes, together, answers.put))
        for _ in range(_WORKERS)
    ]
    for each in started:
        each.start()
    found: list[Figures] = [answers.get() for _ in started]
    for each in started:
        each.join()
    return found


def make(path: Path, columns: Columns) -> None:
    kept.write(path, columns, coding_of(columns), _INDEX, SFACE.contract, Mark())


def drawn(path: Path, count: int) -> tuple[Floats, list[set[int]], float]:
    """Make the file of so many people: probes, who is nearest to each, seconds that it took."""
    drawing = Drawing("around")
    columns = columns_of(drawing, count)
    chosen = np.sort(drawing.random.integers(0, count, _PROBES))
    probes = drawing.photos(columns.vectors[chosen].astype(np.float32))
    return probes, exactly(columns, probes), timed(lambda: make(path, columns)) / 1000


def row(count: int, folder: Path) -> list[str]:
    path = folder / "index"
    probes, right, build = drawn(path, count)
    size = path.stat().st_size
    found = workers(path, probes)
    path.unlink()
    recall = np.mean([len(set(f) & r) / NEAREST for f, r in zip(found[0][-1], right, strict=True)])
    medians = [float(np.median([each[place] for each in found])) for place in range(6)]
    loading, first, p50, p99, cold, few = (f"{each:,.1f}" for each in medians)
    memory = sum(each[6] for each in found)
    return [
        f"{count:,}",
        f"{build:,.0f}",
        f"{size / count:.0f}",
        loading,
        first,
        f"{memory / 2**20:,.0f} ({memory / count:.0f})",
        p50,
        p99,
        f"{recall:.3f}",
        f"{cold}, {few}",
    ]


def fill(store: Store, count: int) -> None:
    """Put so many people into a collection, past what one addition checks."""
    drawing = Drawing("around")
    store.create("large")
    for start in range(0, count, _AT_ONCE):
        people = list(_people(range(start, start + _AT_ONCE)))
        vectors = drawing.people(_AT_ONCE)
        with store.database.changing("large") as connection:
            created = now(connection)
            faces = [
                face_row("large", each.id, Portrait(vector, image_id=uuid.uuid4().hex), created)
                for each, vector in zip(people, vectors, strict=True)
            ]
            connection.execute(insert(PEOPLE), [person_row(each) for each in people])
            connection.execute(insert(FACES), faces)
            changes.record(connection, [Change("large", each.id) for each in people])


def _people(rows: Sequence[int]) -> Iterator[Person]:
    for number in rows:
        groups = () if number % _FILTERED else ("few",)
        name = Text(f"사람 {number}", f"Person {number}")
        yield Person(f"U{uuid.uuid4().hex[:15]}", "large", name, groups=groups)


def gallery_row(count: int, home: Path) -> list[str]:
    settings = replace(config.load(), home=home, cache=home / "cache")
    Store(home, SFACE.contract).close()
    store = Store(home, SFACE.contract)
    fill(store, count)
    probe = Drawing("around").people(1)[0]
    firsts = []
    for _ in range(2):
        own = Gallery.open(settings, SFACE)
        own.nearest(probe, NEAREST, "starter")
        firsts.append(timed(partial(own.nearest, probe, NEAREST, "large")))
        # It waits for the file that is being made.
        own.close()
    own = Gallery.open(settings, SFACE)
    few = Who("few")
    plain = median_ms(own.nearest, probe, NEAREST, "large")
    cold = timed(lambda: own.nearest(probe, NEAREST, "large", few))
    narrowed = median_ms(own.nearest, probe, NEAREST, "large", few)
    store.add(Person("U1", "large", Text("새 사람")), [Portrait(probe)])
    after = timed(lambda: own.nearest(probe, NEAREST, "large"))
    assert own.nearest(probe, 1, "large")[0].person.id == "U1"
    own.close()
    store.close()
    return [f"{count:,}", *(f"{each:,.1f}" for each in (*firsts, plain, cold, narrowed, after))]


def _pss() -> int:
    """Bytes of this process: shared pages by how many processes share them."""
    return int(psutil.Process().memory_full_info().pss)


def section(counts: Sequence[int], stores: Sequence[int]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        made = [row(each, Path(folder)) for each in counts]
        asked = [gallery_row(each, Path(folder) / str(each)) for each in stores]
    header = (
        "people",
        "made in s",
        "bytes each on disk",
        "opened in ms",
        "first search ms",
        "MiB of two workers (bytes a person)",
        "p50 ms",
        "p99 ms",
        "recall@10",
        "of 2 %: first, median ms",
    )
    gallery = (
        "people in SQLite",
        "first search without a file, ms",
        "with one",
        "median ms",
        "of 2 %: first",
        "median",
        "first after an addition",
    )
    return "\n\n".join([table(header, made), table(gallery, asked)])


def main() -> None:
    threadpool_limits(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--store", type=int, action="append", default=[])
    given = parser.parse_args()
    print(machine(), section(given.count, given.store), sep="\n\n")


if __name__ == "__main__":
    main()
