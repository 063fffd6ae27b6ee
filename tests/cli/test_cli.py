"""The command line as a user runs it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import PIL.Image
import pytest

from lookalike.config import Settings
from tests.support import coverings
from tests.support.commands import Commands


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    for name, data in photos.items():
        (tmp_path / name).write_bytes(data)
    PIL.Image.new("RGB", (300, 300), "teal").save(tmp_path / "blank.png")
    (tmp_path / "notes.txt").write_text("not a photo")
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), {"COLUMNS": "120"})


def test_find_prints_a_table(cli: Commands) -> None:
    done = cli.alone("find", "obama.jpg", "--reference", "obama2.jpg", "--limit", "3")
    assert done.returncode == 0, done.stderr
    assert "Barack Obama · 버락 오바마" in done.stdout
    assert "same person" in done.stdout
    assert "obama2.jpg" in done.stdout
    assert "1 stranger in 100,000" in done.stdout
    assert done.stderr == ""


def test_find_prints_the_shape_of_the_api(cli: Commands) -> None:
    found = json.loads(cli("find", "t1.jpg", "--limit", "2", "--json").stdout)
    assert [len(face["people"]) for face in found["faces"]] == [2] * 6
    assert found["model"]["contract"] == "sface-2021dec/1"


def test_find_says_what_is_perhaps_no_human_face(cli: Commands) -> None:
    (cli.folder / "cat.png").write_bytes(coverings.cat())
    said = "This may not be a human face; these are the closest people all the same.\n"
    found = cli("find", "cat.png", "--limit", "2")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.endswith(said)
    (face,) = json.loads(cli("find", "cat.png", "--limit", "2", "--json").stdout)["faces"]
    assert (face["coverage"]["human"], len(face["people"])) == (False, 2)
    assert said not in cli("find", "t1.jpg", "--limit", "2").stdout


def test_compare_and_detect(cli: Commands) -> None:
    assert "same person" in cli("compare", "obama.jpg", "obama3.jpg").stdout
    compared = json.loads(cli("compare", "obama.jpg", "biden.jpg", "--json").stdout)
    assert compared["faces"][0]["score"]["similarity"] < 80
    assert "6 faces in 1280 x 886 pixels" in cli("detect", "t1.jpg").stdout
    assert len(json.loads(cli("detect", "t1.jpg", "--json").stdout)["faces"]) == 6
    assert "0 faces" in cli("detect", "blank.png").stdout


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("find", "blank.png"), "The photo cannot be used. No face was found"),
        (("find", "notes.txt"), "The photo cannot be used. This is not an image"),
        (("find", "obama.jpg", "--reference", "blank.png"), "The reference cannot be used."),
        (("compare", "obama.jpg", "blank.png"), "The target cannot be used."),
        (("find", "obama.jpg", "--collection", "x"), "There is no collection 'x'"),
        (("gallery", "show", "Q0"), "Nobody in the gallery has the id or name 'Q0'."),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_code_1(
    cli: Commands, args: tuple[str, ...], line: str
) -> None:
    done = cli(*args)
    assert done.returncode == 1
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ("find",),
        ("find", "missing.jpg"),
        ("find", "obama.jpg", "--limit", "0"),
        ("find", "obama.jpg", "--what"),
        ("compare", "obama.jpg"),
        ("nonsense",),
    ],
)
def test_wrong_usage_is_exit_code_2(cli: Commands, args: tuple[str, ...]) -> None:
    done = cli(*args)
    assert done.returncode == 2
    assert "Usage: lookalike" in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "problem"),
    [
        (("find", "blank.png"), 1, ("no-face", 422, "photo")),
        (("find", "notes.txt"), 1, ("unsupported-format", 415, "photo")),
        (("find", "obama.jpg", "--reference", "blank.png"), 1, ("no-face", 422, "reference")),
        (("compare", "obama.jpg", "blank.png"), 1, ("no-face", 422, "target")),
        (("find", "obama.jpg", "--collection", "x"), 1, ("collection-not-found", 404, None)),
        (("gallery", "show", "Q0"), 1, ("person-not-found", 404, None)),
        (("find", "missing.jpg"), 2, ("invalid-parameter", 422, None)),
        (("detect", "obama.jpg", "--what"), 2, ("invalid-parameter", 422, None)),
        (("models", "add", "my-model"), 2, ("invalid-parameter", 422, None)),
        (("evaluate", "lfw", "missing"), 2, ("invalid-parameter", 422, None)),
    ],
)
def test_errors_are_json_too(
    cli: Commands, args: tuple[str, ...], code: int, problem: tuple[str, int, str | None]
) -> None:
    done, said = cli(*args, "--json"), cli(*args)
    assert done.returncode == said.returncode == code
    assert done.stderr == said.stderr
    told = json.loads(done.stdout)
    assert (told["type"], told["status"], told["subject"]) == (
        f"urn:lookalike:problem:{problem[0]}",
        *problem[1:],
    )
    assert told["detail"] in said.stderr
    assert said.stdout == ""


def test_wrong_settings_are_json_too(cli: Commands) -> None:
    cli.environment["LOOKALIKE_RUNTIME"] = "tpu"
    told = json.loads(cli("detect", "obama.jpg", "--json").stdout)
    assert told["type"] == "urn:lookalike:problem:invalid-parameter"
    assert told["detail"].startswith("LOOKALIKE_RUNTIME is 'tpu'")


def test_a_file_called_as_the_option_asks_for_nothing(cli: Commands) -> None:
    done = cli("find", "--", "--json")
    assert (done.returncode, done.stdout) == (2, "")


def test_wrong_settings_are_named(cli: Commands) -> None:
    cli.environment["LOOKALIKE_RUNTIME"] = "tpu"
    done = cli.alone("detect", "obama.jpg")
    assert done.returncode == 1
    allowed = "it must be one of: fastest, openvino, onnxruntime."
    assert f"LOOKALIKE_RUNTIME is 'tpu'; {allowed}" in done.stderr


@pytest.mark.parametrize(
    "args", [("--help",), ("--version",), ("find", "--help"), ("gallery", "build", "--help")]
)
def test_help_needs_no_settings(cli: Commands, args: tuple[str, ...]) -> None:
    cli.environment["LOOKALIKE_RUNTIME"] = "tpu"
    done = cli(*args)
    assert done.returncode == 0, done.stderr


def test_json_is_utf_8_wherever_it_goes(cli: Commands) -> None:
    cli.environment["PYTHONIOENCODING"] = "ascii"
    shown = cli.alone("gallery", "show", "Q76", "--json")
    assert json.loads(shown.stdout)["name"] == {"ko": "버락 오바마", "en": "Barack Obama"}


def test_the_gallery_grows_and_shrinks(cli: Commands) -> None:
    added = cli("gallery", "add", "아일린 콜린스", "astronaut.png", "--licence", "public domain")
    assert added.returncode == 0, added.stderr
    person_id = added.stdout.split(" as ")[1].split()[0]
    assert "아일린 콜린스" in cli("find", "astronaut.png", "--limit", "1").stdout
    listed = json.loads(cli("gallery", "list", "--collection", "mine", "--json").stdout)
    assert [person["id"] for person in listed["people"]] == [person_id]
    assert "아일린 콜린스" in cli("gallery", "show", person_id).stdout
    assert cli("gallery", "remove", person_id).returncode == 0
    assert cli("gallery", "show", person_id).returncode == 1
    refused = cli("gallery", "add", "Six", "t1.jpg")
    assert refused.returncode == 1
    assert "several faces" in refused.stderr


def test_takedown_prints_a_receipt_and_lasts(cli: Commands) -> None:
    cached = cli.folder / "cache" / "portraits"
    cached.mkdir(parents=True)
    for ending in ("json", "image"):
        (cached / f"Q76.{ending}").write_text("{}")
    models = cli.settings.cache
    (cli.folder / "cache" / "models").symlink_to(models / "models")
    cli.environment["LOOKALIKE_CACHE"] = str(cli.folder / "cache")
    done = cli("gallery", "takedown", "Q76", "--reason", "asked by mail")
    assert done.returncode == 0, done.stderr
    assert "Taken down: Barack Obama · 버락 오바마 (Q76)" in done.stdout
    assert "2 cached files" in done.stdout
    assert "wikidata:Q76" in done.stdout
    assert list(cached.iterdir()) == []
    assert cli("gallery", "show", "Q76").returncode == 1
    assert "Obama" not in cli("find", "obama.jpg", "--limit", "5").stdout
    again = cli("gallery", "add", "Barack Obama", "obama.jpg")
    assert again.returncode == 1
    assert "Barack Obama asked to be left out" in again.stderr


def test_the_gallery_is_listed_and_shown(cli: Commands) -> None:
    for words in ("오바마", unicodedata.normalize("NFD", "오바마"), "ＯＢＡＭＡ"):
        assert "Barack Obama" in cli("gallery", "list", "--query", words).stdout
    shown = cli("gallery", "show", "Q76").stdout
    assert "1961-08-04" in shown
    assert "https://www.wikidata.org/wiki/Q76" in shown
