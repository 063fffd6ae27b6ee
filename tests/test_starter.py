"""The starter gallery as a maintainer builds it; wikimedia/test_building.py has the rosters."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import PIL.Image

from lookalike.config import Settings
from tests.support import ROOT
from tests.support.processes import finished, started


def test_the_starter_is_built_from_folders(
    tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]
) -> None:
    for folder in ("portraits", "hangul", "tables", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "portraits" / "names.csv").write_text(
        "qid,name,birth,death,description,lfw_folder,file\n"
        "Q76,Barack Obama,1961-08-04,,44th president,,Q76.jpg\n"
        "Q1,Nobody,,,,,Q1.jpg\nQ2,Tyrant,,,,,Q76.jpg\n"
    )
    (tmp_path / "portraits" / "Q76.jpg").write_bytes(photos["obama.jpg"])
    PIL.Image.new("RGB", (300, 300), "teal").save(tmp_path / "portraits" / "Q1.jpg")
    (tmp_path / "hangul" / "여섯.jpg").write_bytes(photos["t1.jpg"])
    tables = tmp_path / "tables"
    (tables / "names_ko.csv").write_text("qid,en,ko\nQ76,Barack Obama,\nQ1,N,\nQ2,T,\n")
    (tables / "names_en.csv").write_text(
        "hangul,en,groups,description_ko,description_en\n여섯,Six,A;B,,\n"
    )
    (tables / "excluded.csv").write_text("id,name\nQ2,Tyrant\n")
    (tables / "faults.csv").write_text("id,name,reason\n")
    names = ("portraits", "hangul", "tables", "out")
    folders = (f"--{each}={tmp_path / each}" for each in names)
    environ = {**os.environ, "LOOKALIKE_CACHE": str(settings.cache), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "starter.build", *folders]
    with started(command, cwd=ROOT, env=environ) as process:
        out, _ = finished(process)
    assert "1 people; 3 left out" in out
    for reason in ("no face: Q1", "reviewed list: Q2", "several faces of like size"):
        assert reason in out
    (line,) = (tmp_path / "out" / "people.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["name"] == {"en": "Barack Obama"}
