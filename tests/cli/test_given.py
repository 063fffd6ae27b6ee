"""What photos `find`, `detect` and `compare` take: files, and standard input."""

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


def _untimed(answer: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(answer)
    del found["timings_ms"]
    return found
