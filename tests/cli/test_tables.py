"""Tables on a terminal of 80 columns: they fit, and nothing of them is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from lookalike.cli.terminal import print_table, table
from lookalike.config import Settings
from lookalike.faces.models.manifest import SFACE
from tests.support.commands import Commands


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    for name in ("obama.jpg", "t1.jpg"):
        (tmp_path / name).write_bytes(photos[name])
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), {"COLUMNS": "80"})


@pytest.mark.parametrize(
    ("args", "whole"),
    [
        (("find", "t1.jpg", "--reference", "obama.jpg"), r"1 stranger in [\d,]{3,}"),
        (("compare", "obama.jpg", "t1.jpg"), "no strong resemblance"),
        (("detect", "t1.jpg"), r"11[23]\d, 27\d"),
        (("detect", "t1.jpg", "--attributes"), r"female \(100%\)"),
        (("gallery", "list"), "K6RNCMG3TXB"),
        (("models", "list"), SFACE.contract),
    ],
)
def test_tables_fit_80_columns_and_keep_what_is_copied(
    cli: Commands, args: tuple[str, ...], whole: str
) -> None:
    printed = cli(*args).stdout
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert re.search(whole, printed)
    assert "…" not in printed


def test_access_keys_fit_80_columns(cli: Commands) -> None:
    made = cli("keys", "create", "--description", "of the campaign in spring, for its own people")
    key = made.stdout.splitlines()[1].split()[-1]
    printed = cli("keys", "list").stdout
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert key in printed


def test_what_has_room_keeps_its_lines(cli: Commands) -> None:
    cli.environment["COLUMNS"] = "120"
    printed = cli("find", "obama.jpg", "--limit", "1").stdout
    assert re.search(r"│ 1 │ Barack Obama · 버락 오바마 │ (?: 99|100)\.\d  same person │", printed)


@pytest.mark.parametrize("width", [80, 50, 30])
def test_nothing_is_lost_however_narrow(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    made = table("Title", "Id", "Name", "Score", "Says", whole=["Id", "Score"])
    cells = ("ABCDEFGHIJKLMNO", "버락오바마" * 3, "100.0  1 stranger in 100,000", "word " * 9)
    made.add_row(*cells)
    print_table(made)
    printed = capsys.readouterr().out
    assert max(map(cell_len, printed.splitlines())) <= width
    for each in "".join(cells).replace(" ", ""):
        assert printed.count(each) >= "".join(cells).count(each)
