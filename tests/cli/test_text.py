"""Names in any script and with any signs, printed on any terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from tests.support import PATIENCE_S
from tests.support.commands import Commands
from tests.support.processes import LOOKALIKE

# Names that a library for terminals could take for instructions.
SIGNS = ("[bold]Ann", "Bo [/red]", "Cy :smile:", r"Di \[x]", "[link=https://x.example]Ed[/]")


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    for name in ("obama.jpg", "astronaut.png"):
        (tmp_path / name).write_bytes(photos[name])
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), {"COLUMNS": "200"})


@pytest.mark.parametrize("name", SIGNS)
def test_names_are_printed_as_they_are(cli: Commands, name: str) -> None:
    (cli.folder / "people.csv").write_text(
        f"name,groups,images\n{name},The {name},astronaut.png\n", "utf-8"
    )
    done = cli("gallery", "import", "people.csv", "--collection", "mine")
    assert done.returncode == 0, done.stderr
    listed = cli("gallery", "list", "--collection", "mine").stdout
    assert f"{name} " in listed
    assert f"The {name} " in listed
    assert f"{name} " in cli("find", "astronaut.png", "--collection", "mine").stdout
    assert f"{name}\n" in cli("gallery", "show", _only(cli)).stdout


def _only(cli: Commands) -> str:
    listed = json.loads(cli("gallery", "list", "--collection", "mine", "--json").stdout)
    person: str = listed["people"][0]["id"]
    return person


@pytest.mark.parametrize("name", ["[bold]a[red].jpg", "[reset].jpg", ":smile:.jpg"])
def test_files_are_printed_as_they_are(cli: Commands, name: str) -> None:
    (cli.folder / "obama.jpg").rename(cli.folder / name)
    assert f"{name} and astronaut.png" in cli("compare", name, "astronaut.png").stdout
    assert f"{name} " in cli("find", "astronaut.png", "--reference", name, "--limit", "1").stdout


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "비욘세"),
        ("cp949", "비욘세"),
        ("cp949", r"Beyonc\xe9"),
        ("latin-1", "Beyoncé"),
        ("latin-1", r"\ube44\uc698\uc138"),
        ("ascii", r"\ube44\uc698\uc138"),
    ],
)
def test_tables_fit_the_encoding_of_the_terminal(cli: Commands, encoding: str, name: str) -> None:
    listed = _printed(cli, encoding, "gallery", "list", "--query", "beyonc")
    assert f" {name} " in listed.decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_lines_fit_the_encoding_of_the_terminal(cli: Commands, encoding: str) -> None:
    assert b"Beyonc" in _printed(cli, encoding, "gallery", "show", "Q36153")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_no_locale_is_no_trouble(cli: Commands, locale: dict[str, str]) -> None:
    assert b"Q36153" in _printed(cli, None, "gallery", "list", "--query", "beyonc", **locale)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_of_files_that_are_no_text(cli: Commands, encoding: str) -> None:
    name = os.fsdecode(b"\xff.jpg")
    (cli.folder / "obama.jpg").rename(cli.folder / name)
    assert rb"\udcff.jpg and " in _printed(cli, encoding, "compare", name, "astronaut.png")
    people = cli.folder / "people"
    people.mkdir()
    (people / name).write_text("no photo")
    report = json.loads(_printed(cli, encoding, "gallery", "import", "people", "--json"))
    assert name in json.dumps(report, ensure_ascii=False)


def _printed(cli: Commands, encoding: str | None, *args: str, **environment: str) -> bytes:
    """What a command prints on a terminal of that encoding, without a word on stderr."""
    home = {"LOOKALIKE_HOME": str(cli.settings.home), "LOOKALIKE_CACHE": str(cli.settings.cache)}
    own = environment | ({"PYTHONIOENCODING": encoding} if encoding else {})
    env = os.environ | cli.environment | home | {"PYTHONWARNINGS": "error"} | own
    done = subprocess.run(
        [LOOKALIKE, *args], env=env, cwd=cli.folder, capture_output=True, timeout=PATIENCE_S
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout
