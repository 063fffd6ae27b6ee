"""The notebooks run, and print what their texts say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.support.notebooks import FOLDER, NAMES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both, executed; in a process of its own, for Jupyter leaves sockets open."""
    folder = tmp_path_factory.mktemp("notebooks")
    subprocess.run([sys.executable, "-m", "tests.support.notebooks", str(folder)], check=True)
    return folder


def printed(notebook: Any) -> str:
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    return "".join(out.text for out in outputs if out.output_type == "stream")


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_its_readers_see(made: Path, name: str) -> None:
    """But for numbers, which another processor may round otherwise."""
    text, committed = (
        printed(nbformat.read(folder / f"{name}.ipynb", as_version=4)) for folder in (made, FOLDER)
    )
    words = re.compile(r"[\d.,%]+")
    assert words.sub("#", text).split() == words.sub("#", committed).split()
    check = _thresholds if name == "embeddings_and_thresholds" else _galleries
    check(text)


def _thresholds(text: str) -> None:
    rarities = re.findall(r"cosine: 1 in +(\d+) +among the cohort: 1 in +(\d+)", text)
    (narrow, narrow_seen), (wide, wide_seen) = [tuple(map(int, each)) for each in rarities]
    assert wide < 15 < wide_seen < narrow < narrow_seen < 150
    assert re.search(r"obama2\.jpg +similarity +9\d\.\d", text)
    assert re.search(r"biden\.jpg .* no-strong-resemblance", text)


def _galleries(text: str) -> None:
    assert "('class', 2, 3)" in text
    assert re.search(r"obama2\.jpg +Obama +similarity +9\d\.\d +same-person", text)
    rates = [float(each) for each in re.findall(r"enrolled: FPIR .* 80 +([\d.]+)%", text)]
    assert len(rates) == 4
    assert rates == sorted(rates)
    assert rates[-1] > rates[0]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_shown(name: str) -> None:
    """Drawings may be committed, faces may not: they take far more room."""
    file = Path(FOLDER / f"{name}.ipynb")
    cells = nbformat.read(file, as_version=4).cells
    assert all(not cell.outputs for cell in cells if "if SHOW_FACES" in cell.source)
    assert file.stat().st_size < 200_000
