"""Every hole that was found is tried again, in the short form of `python -m benchmarks.attack`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attack.__main__ import rows
from benchmarks.attack.hole import Open, check
from lookalike.config import Settings


def test_no_attack_succeeds(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(settings.cache))
    found = list(rows(tmp_path, short=True))
    assert [row for row in found if row[2] != "closed"] == []
    assert {row[0] for row in found} == {"1", "2", "3", "4", "5", "6", "7", "8", "9"}
    assert len(found) == 32


def test_an_attack_that_succeeds_is_told() -> None:
    assert check(True, 403) == "403"
    with pytest.raises(Open, match="200 made"):
        check(False, "200 made")
