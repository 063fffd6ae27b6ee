"""The vector index against a slow search that looks at every vector."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.segments import Sealed
from lookalike.gallery.index.vectors import Hit, VectorIndex
from tests.support import PATIENCE_S

DIMENSION = 32
# Small enough that tests make codes in milliseconds.
FROM = 200


def units(count: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    made: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made


def names(numbers: Iterable[int]) -> list[str]:
    return [str(number) for number in numbers]


def pairs(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(each.name, each.cosine) for each in hits]


class Slow:
    """The reference search: one cosine after the other, over float16 as the index keeps them."""

    def __init__(self) -> None:
        self.known: dict[str, Floats] = {}

    def put(self, some: list[str], vectors: Floats) -> None:
        for name, vector in zip(some, vectors, strict=True):
            self.known[name] = vector.astype(np.float16).astype(np.float32)

    def remove(self, some: list[str]) -> None:
        for name in some:
            self.known.pop(name, None)

    def cosines(self, probe: Floats, among: list[str] | None = None) -> dict[str, float]:
        wanted = self.known.keys() if among is None else self.known.keys() & set(among)
        return {name: float(self.known[name] @ probe) for name in wanted}


def check(
    index: VectorIndex, slow: Slow, probe: Floats, limit: int, among: list[str] | None
) -> None:
    """What the index finds is as near as what the slow search finds, rank by rank."""
    cosines = slow.cosines(probe, among)
    best = sorted(cosines.values(), reverse=True)[:limit]
    found = index.nearest(probe, limit, among)
    assert len({each.name for each in found}) == len(found) == len(best)
    assert [each.cosine for each in found] == pytest.approx(best, abs=1e-4)
    for each in found:
        assert each.cosine == pytest.approx(cosines[each.name], abs=1e-4)


@pytest.mark.parametrize("count", [0, 1, 7, 600])
def test_searches_are_exact(count: int) -> None:
    vectors = units(count)
    index, slow = VectorIndex.of(names(range(count)), vectors), Slow()
    slow.put(names(range(count)), vectors)
    assert len(index) == count
    for probe in units(5, seed=9):
        for limit in (1, 10, 1000):
            check(index, slow, probe, limit, None)
            check(index, slow, probe, limit, names(range(0, count, 3)))
            check(index, slow, probe, limit, names([10**9]))


def test_codes_find_what_the_slow_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    vectors = units(5_000)
    index, slow = VectorIndex.of(names(range(5_000)), vectors, FROM), Slow()
    slow.put(names(range(5_000)), vectors)
    assert index.stale()
    index.seal()
    assert not index.stale()
    assert index.sealed is not None
    for probe in units(20, seed=1):
        check(index, slow, probe, 10, None)
        check(index, slow, probe, 10, names(range(0, 5_000, 500)))
        check(index, slow, probe, 5_000, None)


def test_candidates_that_are_all_dead_or_filtered_out_lose_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    vectors = units(8_000)
    index, slow = VectorIndex.of(names(range(8_000)), vectors, FROM), Slow()
    slow.put(names(range(8_000)), vectors)
    index.seal()
    probe = units(1, seed=5)[0]
    cosines = slow.cosines(probe)
    order = sorted(cosines, key=lambda name: -cosines[name])
    check(index, slow, probe, 10, order[4_000:])
    for store in (index, slow):
        store.remove(order[:4_000])
    check(index, slow, probe, 10, None)


def test_a_filter_keeps_every_row_it_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    vectors = units(8_000)
    index, slow = VectorIndex.of(names(range(8_000)), vectors, FROM), Slow()
    slow.put(names(range(8_000)), vectors)
    index.seal()
    for share in (2, 10, 50, 1_000):
        for probe in units(5, seed=share):
            found = index.nearest(probe, 10, names(range(0, 8_000, share)))
            assert len(found) == min(10, 8_000 // share)
            assert all(int(each.name) % share == 0 for each in found)
            check(index, slow, probe, 1, names(range(0, 8_000, share)))


Change = tuple[str, int, int]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "seal"]), st.integers(0, 400), st.integers(1, 150)),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.integers(0, 2**31))
def test_any_changes_in_any_order(changes: list[Change], seed: int) -> None:
    index, slow = VectorIndex(DIMENSION, FROM), Slow()
    for number, (kind, start, count) in enumerate(changes):
        some = names(range(start, start + count))
        if kind == "put":
            vectors = units(count, seed=(seed + number) % 2**31)
            index.put(some, vectors)
            slow.put(some, vectors)
        elif kind == "remove":
            index.remove(some)
            slow.remove(some)
        else:
            index.seal()
        assert len(index) == len(slow.known)
    probe = units(1, seed=seed)[0]
    check(index, slow, probe, 5, None)
    check(index, slow, probe, 5, names(range(0, 400, 7)))
    for name, vector in slow.known.items():
        assert index.vector(name) == pytest.approx(vector, abs=1e-3)


def test_changes_go_on_while_codes_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = units(2_000)
    index, slow = VectorIndex.of(names(range(1_500)), vectors[:1_500], FROM), Slow()
    slow.put(names(range(1_500)), vectors[:1_500])
    begun, go_on = threading.Event(), threading.Event()
    build = Sealed.build

    def slowly(halves: np.ndarray[tuple[int, int], np.dtype[np.float16]], threads: int) -> Sealed:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return build(halves, threads)

    monkeypatch.setattr(Sealed, "build", slowly)
    thread = threading.Thread(target=index.seal)
    thread.start()
    assert begun.wait(PATIENCE_S)
    for store in (index, slow):
        store.put(names(range(1_500, 2_000)), vectors[1_500:])
        store.put(names([3, 4]), units(2, seed=5))
        store.remove(names([5, 6, 1_501]))
    check(index, slow, units(1, seed=6)[0], 10, None)
    go_on.set()
    thread.join()
    assert len(index) == len(slow.known) == 1_997
    for probe in [*units(5, seed=7), *units(2, seed=5), vectors[5], vectors[1_501]]:
        check(index, slow, probe, 10, None)


def test_much_that_is_dead_or_new_asks_for_other_codes() -> None:
    index = VectorIndex.of(names(range(1_000)), units(1_000), FROM)
    index.seal()
    index.remove(names(range(90)))
    assert not index.stale()
    index.remove(names(range(90, 200)))
    assert index.stale()
    index.seal()
    assert not index.stale()
    index.put(names(range(2_000, 2_090)), units(90))
    assert index.stale()


def test_codes_are_kept_in_files(tmp_path: Path) -> None:
    vectors = units(1_000)
    index = VectorIndex.of(names(range(1_000)), vectors, FROM)
    index.seal()
    index.remove(names([7]))
    assert index.sealed is not None
    sealed, rows = index.sealed
    assert rows.count(None) == 1
    sealed.save(tmp_path)
    again = VectorIndex.resume(DIMENSION, Sealed.load(tmp_path), rows)
    assert len(again) == 999
    for probe in [*units(5, seed=3), vectors[7]]:
        assert pairs(again.nearest(probe, 10)) == pairs(index.nearest(probe, 10))
    again.put(names([7]), vectors[7:8])
    assert again.nearest(vectors[7], 1)[0].name == "7"
    (tmp_path / "codes.faiss").write_bytes(b"nonsense")
    with pytest.raises(RuntimeError):
        Sealed.load(tmp_path)
