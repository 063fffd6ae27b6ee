"""The vector index against a slow search that looks at every vector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.codes import Codes
from lookalike.gallery.index.columns import Columns, encoded
from lookalike.gallery.index.vectors import Hit, VectorIndex

DIMENSION = 32
# Few enough that tests make codes in milliseconds, and as many as those are fitted to.
FROM = 1_000


def units(count: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    made: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made


def names(numbers: Iterable[int]) -> list[str]:
    return [f"사람{number}" for number in numbers]


def label(name: str) -> str:
    """Every third is of one kind, every hundredth of another, and so on."""
    number = int(name.removeprefix("사람"))
    return next((f"every {each}" for each in (100, 10, 3) if number % each == 0), "")


def columns(some: Sequence[str], vectors: Floats) -> Columns:
    halves = vectors.astype(np.float16)
    return Columns.of(encoded(some), encoded([label(each) for each in some]), halves)


def coded(some: Sequence[str], vectors: Floats) -> VectorIndex:
    made = columns(some, vectors)
    return VectorIndex(made, Codes.build(made.vectors, 1))


def pairs(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(each.name, each.cosine) for each in hits]


class Slow:
    """The reference search: one cosine after the other, over float16 as the index keeps them."""

    def __init__(self, some: Sequence[str], vectors: Floats) -> None:
        self.known: dict[str, Floats] = {}
        self.put(some, vectors)

    def put(self, some: Sequence[str], vectors: Floats) -> None:
        for name, vector in zip(some, vectors, strict=True):
            self.known[name] = vector.astype(np.float16).astype(np.float32)

    def remove(self, some: Sequence[str]) -> None:
        for name in some:
            self.known.pop(name, None)

    def nearest(self, probe: Floats, limit: int, wanted: str | None) -> list[tuple[str, float]]:
        cosines = [
            (name, float(np.vecdot(vector, probe)))
            for name, vector in self.known.items()
            if wanted in (None, label(name))
        ]
        return sorted(cosines, key=lambda each: (-each[1], each[0]))[:limit]


def check(index: VectorIndex, slow: Slow, probe: Floats, limit: int, wanted: str | None) -> None:
    """The index finds what the slow search finds: names, order and cosines to the last bit."""
    of = None if wanted is None else wanted.__eq__
    assert pairs(index.nearest(probe, limit, of)) == slow.nearest(probe, limit, wanted)


@pytest.mark.parametrize("count", [0, 1, 7, 600])
def test_searches_are_exact(count: int) -> None:
    some, vectors = names(range(count)), units(count)
    index, slow = VectorIndex(columns(some, vectors)), Slow(some, vectors)
    assert len(index) == count
    for probe in units(5, seed=9):
        for limit in (1, 10, 1000):
            for wanted in (None, "every 3", "every 100", "none"):
                check(index, slow, probe, limit, wanted)


def test_codes_find_what_the_slow_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    some, vectors = names(range(5_000)), units(5_000)
    index, slow = coded(some, vectors), Slow(some, vectors)
    for probe in units(20, seed=1):
        for wanted in (None, "every 3", "every 100", ""):
            check(index, slow, probe, 10, wanted)
        check(index, slow, probe, 5_000, None)


def test_a_filter_of_few_is_exact_by_codes_too() -> None:
    some, vectors = names(range(5_000)), units(5_000)
    index, slow = coded(some, vectors), Slow(some, vectors)
    for probe in units(20, seed=1):
        for wanted in ("every 3", "every 10", "every 100", "none"):
            check(index, slow, probe, 30, wanted)


def test_candidates_that_are_all_dead_lose_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    some, vectors = names(range(8_000)), units(8_000)
    index, slow = coded(some, vectors), Slow(some, vectors)
    probe = units(1, seed=5)[0]
    near = [name for name, _ in slow.nearest(probe, 4_000, None)]
    for store in (index, slow):
        store.remove(near)
    for wanted in (None, "every 3", "every 100"):
        check(index, slow, probe, 10, wanted)


def test_of_equals_the_first_by_name_comes_first() -> None:
    vectors = np.repeat(units(1), 12, axis=0)
    some = names(range(12))
    index = VectorIndex(columns(some[4:], vectors[4:]))
    index.put(columns(some[:4], vectors[:4]))
    assert [each.name for each in index.nearest(vectors[0], 12)] == sorted(some)


Change = tuple[str, int, int]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "fold"]), st.integers(0, 400), st.integers(1, 150)),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.integers(0, 2**31), st.booleans())
def test_any_changes_in_any_order(changes: list[Change], seed: int, by_codes: bool) -> None:
    some, vectors = names(range(700)), units(700)
    index = coded(some, vectors) if by_codes else VectorIndex(columns(some, vectors))
    slow = Slow(some, vectors)
    for number, (kind, start, count) in enumerate(changes):
        some = names(range(start, start + count))
        if kind == "put":
            vectors = units(count, seed=(seed + number) % 2**31)
            index.put(columns(some, vectors))
            slow.put(some, vectors)
        elif kind == "remove":
            index.remove(some)
            slow.remove(some)
        else:
            index = VectorIndex(index.columns())
        assert len(index) == len(slow.known)
        check(index, slow, units(1, seed=number)[0], 3, "every 10")
    for wanted in (None, "every 3", "every 100"):
        check(index, slow, units(1, seed=seed)[0], 5, wanted)
        assert index.labelled([wanted or ""]) == {
            n for n in slow.known if label(n) == (wanted or "")
        }
    assert "사람700" not in index
    for name, vector in slow.known.items():
        there = index.vector(name)
        assert there is not None
        assert np.array_equal(there, vector)


def test_much_that_is_dead_or_new_asks_for_other_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.vectors.SEALED_FROM", FROM)
    some, vectors = names(range(1_000)), units(1_000)
    assert VectorIndex(columns(some, vectors)).stale(), "so many are to have codes"
    index = coded(some, vectors)
    index.remove(names(range(90)))
    assert not index.stale()
    index.remove(names(range(90, 110)))
    assert index.stale()
    index = VectorIndex(index.columns())
    assert not index.stale()
    index.put(columns(names(range(2_000, 2_120)), units(120)))
    assert index.large
    assert index.stale()


def test_a_name_that_is_longer_than_all_is_not_there() -> None:
    index = VectorIndex(columns(names(range(3)), units(3)))
    assert index.vector("사람" * 100) is None
    (long,) = names([10**30])
    index.put(columns([long], units(1, seed=1)))
    vector = VectorIndex(index.columns()).vector(long)
    assert vector is not None
    assert np.array_equal(vector, units(1, seed=1)[0].astype(np.float16))
