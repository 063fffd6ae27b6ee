"""What is installed with each way of installing, on every platform at once: uv works it out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What release/tools.txt lists.
TOOLS = ROOT / ".venv" / "release" / "bin"
# The oldest Python that the project is for: uv writes down what later ones need besides.
OLDEST = "3.11"
_LINE = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pin:
    """
    Attributes:
        marker: on which platforms and Pythons it is installed; empty: on all.
    """

    name: str
    version: str
    marker: str


def locked(extras: Sequence[str]) -> tuple[Pin, ...]:
    """What the project and some extras of it bring, by `constraints.txt`."""
    named = [word for each in extras for word in ("--extra", each)]
    command = [
        str(TOOLS / "uv"),
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        OLDEST,
    ]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", *named]
    command += ["--constraint", "constraints.txt", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(_pins(done.stdout))


def _pins(text: str) -> Iterator[Pin]:
    for line in text.splitlines():
        if found := _LINE.fullmatch(line.strip()):
            name, version, marker = found.groups()
            yield Pin(name.lower(), version, marker or "")
