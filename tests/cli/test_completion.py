"""Completion in the shell, as docs/cli.md says to set it up."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from tests.support import ROOT
from tests.support.commands import Commands

SHELLS = re.findall(
    r"^_LOOKALIKE_COMPLETE=(\w+)_source lookalike", (ROOT / "docs/cli.md").read_text(), re.M
)


@pytest.fixture
def cli(tmp_path: Path, settings: Settings) -> Commands:
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"))


def test_every_shell_of_the_documentation_gets_a_script(cli: Commands) -> None:
    assert SHELLS == ["bash", "zsh", "fish"]
    for shell in SHELLS:
        cli.environment["_LOOKALIKE_COMPLETE"] = f"{shell}_source"
        script = cli.alone().stdout
        assert f"_LOOKALIKE_COMPLETE={shell}_complete" in script
        found = shutil.which(shell)
        if found:
            assert subprocess.run([found, "-n"], input=script.encode()).returncode == 0


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("lookalike ga", ["plain,gallery"]),
        ("lookalike gallery mi", ["plain,migrate"]),
        (
            "lookalike find --gender ",
            ["plain,female", "plain,male", "plain,nonbinary", "plain,other"],
        ),
        ("lookalike find --ref", ["plain,--reference"]),
        ("lookalike find oba", ["file,oba"]),
        ("lookalike find --reference oba", ["file,oba"]),
        ("lookalike evaluate lfw da", ["dir,da"]),
    ],
)
def test_what_is_offered(cli: Commands, words: str, offered: list[str]) -> None:
    # Settings that are wrong do not matter.
    cli.environment["LOOKALIKE_RUNTIME"] = "tpu"
    cli.environment["_LOOKALIKE_COMPLETE"] = "bash_complete"
    cli.environment["COMP_WORDS"] = words
    cli.environment["COMP_CWORD"] = str(words.count(" "))
    assert cli.alone().stdout.split() == offered
