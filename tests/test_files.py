"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

import pytest

from lookalike import files


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    place = tmp_path / "a.json"
    files.write(place, b"old")
    with files.replacing(place) as file:
        file.write(b"new")
        assert place.read_bytes() == b"old"
    assert place.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [place]


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    place = tmp_path / "a.json"
    files.write(place, b"old")
    with suppress(ValueError), files.replacing(place) as file:
        file.write(b"ne")
        raise ValueError
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


def test_several_may_write_one_file_at_once(tmp_path: Path) -> None:
    place = tmp_path / "a.json"
    with files.replacing(place) as one, files.replacing(place) as other:
        one.write(b"one")
        other.write(b"other")
    assert place.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [place]


def test_a_private_file_never_is_anyone_elses(tmp_path: Path) -> None:
    place = tmp_path / "secret.key"
    with files.replacing(place, mode=0o600, synced=True) as file:
        (partial,) = tmp_path.iterdir()
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
        file.write(b"key")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_long_name_is_no_hindrance(tmp_path: Path) -> None:
    place = tmp_path / ("가" * 83 + ".json")
    files.write(place, b"{}")
    assert place.read_bytes() == b"{}"


def test_a_folder_is_there_as_a_whole(tmp_path: Path) -> None:
    place = tmp_path / "results" / "x"
    with files.staging(place, mode=0o700) as folder:
        (folder / "a").write_bytes(b"a")
        assert not place.exists()
        files.move(folder, place)
    assert (place / "a").read_bytes() == b"a"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert list(place.parent.iterdir()) == [place]


def test_a_folder_that_is_not_moved_is_deleted(tmp_path: Path) -> None:
    with files.staging(tmp_path / "x") as folder:
        (folder / "a").write_bytes(b"a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_replaces_none(tmp_path: Path) -> None:
    place = tmp_path / "x"
    place.mkdir()
    (place / "theirs").write_bytes(b"")
    with files.staging(place) as folder, pytest.raises(OSError, match="x"):
        files.move(folder, place)
    assert [each.name for each in place.iterdir()] == ["theirs"]
