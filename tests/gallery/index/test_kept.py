"""Files of large indexes: what is read again is what was written, or nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.database.changes import Mark
from lookalike.gallery.index import kept
from lookalike.gallery.index.codes import Codes, faiss
from lookalike.gallery.index.columns import Columns, encoded
from lookalike.gallery.index.keeper import Keeper
from lookalike.gallery.index.kept import Kept
from lookalike.gallery.index.lists import Lists
from lookalike.gallery.index.vectors import VectorIndex
from tests.gallery.index.test_index import DIMENSION, columns, names, pairs, units
from tests.support import PATIENCE_S

COUNT = 1_000
MARK = Mark(7, 123)


def written(path: Path, seed: int = 0, mark: Mark = MARK) -> Columns:
    made = columns(names(range(COUNT)), units(COUNT, seed))
    kept.write(path, made, Codes.build(made.vectors, 1), "mine/people", "sface/1", mark)
    return made


def found(path: Path) -> Kept:
    there = kept.read(path, "mine/people", "sface/1")
    assert there is not None
    return there


def test_what_was_written_is_read_and_searched_alike(tmp_path: Path) -> None:
    path = tmp_path / "new" / "index"
    made = written(path)
    again = found(path)
    assert (again.mark, again.erased) == (MARK, MARK)
    for name in ("names", "labels", "kinds", "vectors"):
        assert np.array_equal(getattr(again.columns, name), getattr(made, name)), name
    one = VectorIndex(made, Codes.build(made.vectors, 1))
    other = VectorIndex(again.columns, again.codes)
    for probe in units(10, seed=3):
        assert pairs(other.nearest(probe, 10)) == pairs(one.nearest(probe, 10))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["index"]


def test_the_vectors_are_mapped_and_not_to_be_changed(tmp_path: Path) -> None:
    written(tmp_path / "index")
    vectors = found(tmp_path / "index").columns.vectors
    assert not vectors.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        vectors[0] = 0


def test_a_file_of_another_model_or_index_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "index"
    assert kept.read(path, "mine/people", "sface/1") is None
    written(path)
    assert kept.read(path, "mine/people", "other/1") is None
    assert kept.read(path, "fans/people", "sface/1") is None
    found(path)


@pytest.mark.parametrize("place", [0, 5, 22, 40, 150, 4096, 4096 + 8_990, 4096 + 9_100])
def test_a_damaged_file_is_not_read(tmp_path: Path, place: int) -> None:
    """Its first line, what it says of itself, names, labels and kinds."""
    path = tmp_path / "index"
    written(path)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert kept.read(path, "mine/people", "sface/1") is None


@pytest.mark.parametrize("length", [0, 10, 4096, 50_000, -1])
def test_a_file_that_is_cut_off_is_not_read(tmp_path: Path, length: int) -> None:
    path = tmp_path / "index"
    written(path)
    path.write_bytes(path.read_bytes()[:length])
    assert kept.read(path, "mine/people", "sface/1") is None
    path.write_bytes(path.read_bytes() + b"more")
    assert kept.read(path, "mine/people", "sface/1") is None


def test_whoever_is_erased_is_not_in_the_file_and_all_others_are(tmp_path: Path) -> None:
    path = tmp_path / "index"
    made = written(path)
    one, other = found(path), found(path)
    gone = names([3, 4, 999])
    rows = made.rows(gone)
    secrets = [made.vectors[row].tobytes() for row in rows]
    assert all(each in path.read_bytes() for each in secrets)
    one.erase([*gone, "nobody"], Mark(9, 99))
    assert not any(each in path.read_bytes() for each in secrets)
    assert not other.columns.vectors[rows].any(), "whoever has mapped it, has it no more"
    stay = np.setdiff1d(np.arange(COUNT), rows)
    assert np.array_equal(other.columns.vectors[stay], made.vectors[stay])
    assert (found(path).mark, found(path).erased) == (MARK, Mark(9, 99))
    codes, before = (each.codes.arrays["codes"] for each in (found(path), one))
    assert not any(code_of(codes, row).any() for row in rows)
    assert all(np.array_equal(code_of(codes, row), code_of(before, row)) for row in stay)


def test_codes_in_lists_are_kept_searched_and_erased_alike(tmp_path: Path) -> None:
    path = tmp_path / "index"
    made = columns(names(range(COUNT)), units(COUNT))
    one = Lists.build(made.vectors, 1)
    kept.write(path, made, one, "mine/people", "sface/1", MARK)
    again = found(path).codes
    assert isinstance(again, Lists)
    for name, array in one.arrays.items():
        assert np.array_equal(again.arrays[name], array), name
    probes = units(20, seed=3)
    for probe in probes:
        assert np.array_equal(again.nearest(probe, 100), one.nearest(probe, 100))
    gone = made.rows(names([3, 4, 999]))
    found(path).erase(names([3, 4, 999]), Mark(9, 99))
    codes = found(path).codes.arrays
    erased = np.isin(codes["order"], gone)
    assert erased.sum() == 3
    assert not codes["codes"][erased].any()
    assert np.array_equal(codes["codes"][~erased], one.arrays["codes"][~erased])


def test_lists_find_what_the_slow_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.gallery.index.segments._FEW_ALLOWED", 10)
    made = columns(names(range(COUNT)), units(COUNT))
    slow, fast = VectorIndex(made), VectorIndex(made, Lists.build(made.vectors, 1))
    for probe in units(20, seed=3):
        assert pairs(fast.nearest(probe, 2)) == pairs(slow.nearest(probe, 2))


def code_of(packed: NDArray[np.uint8], row: int) -> NDArray[np.uint8]:
    """The code of one row, as faiss takes it out of where it lies beside others."""
    packer = faiss.IndexPQFastScan(DIMENSION, DIMENSION // 2, 4).get_CodePacker()
    block, offset = divmod(int(row), packer.nvec)
    code: NDArray[np.uint8] = packer.unpack_1(
        packed.reshape(-1, packer.block_size)[block:][:1], offset
    )
    return code


def test_nobody_is_erased_in_a_file_that_took_the_place(tmp_path: Path) -> None:
    path = tmp_path / "index"
    written(path)
    old = found(path)
    newer = written(path, seed=1, mark=Mark(8, 5))
    old.erase(names([3]), Mark(9, 99))
    assert np.array_equal(found(path).columns.vectors, newer.vectors)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
    monkeypatch.setattr("lookalike.gallery.index.vectors.SEALED_FROM", COUNT)
    return VectorIndex(columns(names(range(COUNT)), units(COUNT)))


def seen_to(keeper: Keeper, vectors: VectorIndex, known: Kept | None = None) -> Kept:
    done = threading.Event()
    made: list[Kept] = []

    def take(there: Kept) -> None:
        made.append(there)
        done.set()

    keeper.see_to("mine/people", vectors, MARK, known, take)
    assert done.wait(PATIENCE_S)
    return made[0]


def test_of_two_processes_one_makes_the_file_and_both_open_it(
    tmp_path: Path, large: VectorIndex
) -> None:
    one, other = Keeper(tmp_path, "sface/1"), Keeper(tmp_path, "sface/1")
    first = seen_to(one, large)
    second = seen_to(other, large)
    assert first.file == second.file
    third = seen_to(one, large, known=first)
    assert third.file != first.file, "the one that is open is to be another"
    assert seen_to(other, large, known=second).file == third.file
    one.close()
    other.close()


def test_what_cannot_be_used_or_is_of_nobody_is_removed(tmp_path: Path, large: VectorIndex) -> None:
    keeper = Keeper(tmp_path, "sface/1")
    path = seen_to(keeper, large).path
    (tmp_path / ".left.part").write_bytes(b"by a process that was killed")
    assert keeper.read("mine/people") is not None
    assert Keeper(tmp_path, "other/1").read("mine/people") is None
    assert not path.exists()
    seen_to(keeper, large)
    (tmp_path / "of an earlier version").mkdir()
    keeper.keep_only(["mine/people", "mine/faces"])
    keeper.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([path.name, "making.lock"])
    keeper.keep_only(["fans/people"])
    assert [each.name for each in tmp_path.iterdir()] == ["making.lock"]


def test_a_folder_that_cannot_be_written_leaves_the_search_as_it_is(
    tmp_path: Path, large: VectorIndex
) -> None:
    (tmp_path / "file").write_bytes(b"")
    keeper = Keeper(tmp_path / "file" / "folder", "sface/1")
    keeper.see_to("mine/people", large, MARK, None, lambda _: None)
    keeper.close()
    assert keeper.read("mine/people") is None
    assert large.nearest(units(1)[0], 1)[0].name == names([0])[0]


def test_encoded_names_are_in_the_order_of_their_bytes() -> None:
    made = Columns.of(encoded(["나", "a", "가"]), encoded(["x", "y", "x"]), np.zeros((3, 2), "<f2"))
    assert [each.decode() for each in made.names.tolist()] == ["a", "가", "나"]
    assert made.rows(["나", "b", "가"]).tolist() == [2, 1]
    assert made.labelled(["x", "z"]).tolist() == [1, 2]
