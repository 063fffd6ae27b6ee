"""What photos `find`, `detect` and `compare` take: files, folders, and standard input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from tests.support.commands import Commands


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    for name in ("obama.jpg", "biden.jpg", "t1.jpg"):
        (tmp_path / name).write_bytes(photos[name])
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), {"COLUMNS": "120"})


def test_standard_input_is_answered_as_its_file(cli: Commands, photos: Mapping[str, bytes]) -> None:
    for command, name in (("find", "obama.jpg"), ("detect", "t1.jpg")):
        typed = cli(command, "-", "--json", typed=photos[name])
        assert typed.returncode == 0, typed.stderr
        assert _untimed(typed.stdout) == _untimed(cli(command, name, "--json").stdout)
    one = cli("compare", "-", "biden.jpg", "--json", typed=photos["obama.jpg"])
    assert _untimed(one.stdout) == _untimed(
        cli("compare", "obama.jpg", "biden.jpg", "--json").stdout
    )


def test_standard_input_is_named_where_a_file_would_be(
    cli: Commands, photos: Mapping[str, bytes]
) -> None:
    found = cli("find", "biden.jpg", "--reference", "-", typed=photos["obama.jpg"])
    assert "standard input" in found.stdout
    compared = cli("compare", "obama.jpg", "-", typed=photos["biden.jpg"])
    assert "obama.jpg and standard input" in compared.stdout


def test_a_person_is_added_from_standard_input(cli: Commands, photos: Mapping[str, bytes]) -> None:
    added = cli("gallery", "add", "Somebody", "obama.jpg", "-", typed=photos["biden.jpg"])
    assert "with 2 portraits" in added.stdout


@pytest.mark.parametrize(
    ("typed", "why"),
    [(b"", "The photo is empty"), (b"words", "This is not an image"), (bytes(5000), "4,096 bytes")],
)
def test_standard_input_that_is_no_photo(cli: Commands, typed: bytes, why: str) -> None:
    cli.environment["LOOKALIKE_MAX_BYTES"] = "4096"
    done = cli("find", "-", typed=typed)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The photo cannot be used.")
    assert why in done.stderr


@pytest.mark.parametrize(
    "args",
    [("compare", "-", "-"), ("find", "-", "--reference", "-"), ("gallery", "add", "A", "-", "-")],
)
def test_standard_input_is_one_photo(
    cli: Commands, photos: Mapping[str, bytes], args: tuple[str, ...]
) -> None:
    done = cli(*args, typed=photos["obama.jpg"])
    assert done.returncode == 2
    assert "Standard input (-) can be one photo only." in done.stderr


def test_a_file_called_like_it_is_a_file(cli: Commands, photos: Mapping[str, bytes]) -> None:
    (cli.folder / "-").write_bytes(photos["t1.jpg"])
    assert "6 faces" in cli("detect", "./-").stdout


def test_several_photos_are_titled_blocks(cli: Commands) -> None:
    done = cli("find", "obama.jpg", "biden.jpg", "--limit", "1")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[:2] == ["obama.jpg", "Face 1 of 1"]
    assert lines[lines.index("biden.jpg") + 1] == "Face 1 of 1"
    assert lines.index("biden.jpg") < next(n for n, line in enumerate(lines) if "Joe Biden" in line)


def test_several_photos_are_a_list_with_their_files(cli: Commands) -> None:
    listed = json.loads(cli("find", "obama.jpg", "./biden.jpg", "--limit", "2", "--json").stdout)
    assert [each.pop("file") for each in listed] == ["obama.jpg", "./biden.jpg"]
    names = [each["faces"][0]["people"][0]["name"]["en"] for each in listed]
    assert names == ["Barack Obama", "Joe Biden"]
    one = cli("find", "obama.jpg", "--limit", "2", "--json").stdout
    assert _untimed(json.dumps(listed[0])) == _untimed(one)


def test_a_folder_is_a_list_of_what_is_in_it_and_below(
    cli: Commands, photos: Mapping[str, bytes]
) -> None:
    below = cli.folder / "album" / "summer"
    below.mkdir(parents=True)
    for path in (below.parent / "b.JPG", below / "a.jpg", below / ".hidden.jpg"):
        path.write_bytes(photos["obama.jpg"])
    (below / "notes.txt").write_text("no photo")
    listed = json.loads(cli("detect", "album", "--json").stdout)
    assert [each["file"] for each in listed] == ["album/b.JPG", "album/summer/a.jpg"]
    assert [len(each["faces"]) for each in listed] == [1, 1]
    (below / "a.jpg").unlink()
    (alone,) = json.loads(cli("detect", "album", "--json").stdout)
    assert alone["file"] == "album/b.JPG"


def test_a_folder_without_photos_is_named(cli: Commands) -> None:
    (cli.folder / "empty").mkdir()
    done = cli("find", "empty")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: There is no photo in the folder empty.\n"


def test_what_cannot_be_used_does_not_stop_the_others(cli: Commands) -> None:
    (cli.folder / "notes.txt").write_text("not a photo")
    said = cli("find", "notes.txt", "obama.jpg", "--limit", "1")
    assert said.returncode == 1
    assert "Barack Obama" in said.stdout
    assert said.stderr.startswith("notes.txt: The photo cannot be used. This is not an image")
    listed = cli("find", "notes.txt", "obama.jpg", "--limit", "1", "--json")
    assert listed.returncode == 1
    broken, whole = json.loads(listed.stdout)
    assert broken["file"] == "notes.txt"
    assert broken["problem"]["type"] == "urn:lookalike:problem:unsupported-format"
    assert broken["problem"]["status"] == 415
    assert len(whole["faces"]) == 1


def test_a_reference_that_cannot_be_used_is_of_all_of_them(cli: Commands) -> None:
    (cli.folder / "notes.txt").write_text("not a photo")
    done = cli("find", "obama.jpg", "biden.jpg", "--reference", "notes.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: The reference cannot be used.")


def _untimed(answer: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(answer)
    del found["timings_ms"]
    return found
