"""What was refused last, known to every worker."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookalike.watch.refusals import MOST, Refusals


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_the_newest_come_first_and_no_more_than_may() -> None:
    refusals = Refusals(now=Clock())
    for number in range(MOST + 3):
        refusals.add("GET", f"/{number}", 404, "not-found")
    last = refusals.last()
    assert [each.route for each in last[:2]] == ["/52", "/51"]
    assert len(last) == MOST
    assert last[0].at == "2026-11-30T00:00:53.000+00:00"
    assert last[0].who is None


def test_workers_know_of_each_other(tmp_path: Path) -> None:
    clock = Clock()
    mine, other = Refusals(tmp_path, clock), Refusals(tmp_path, clock)
    other.add("POST", "/api/v1/detect", 429, "too-often", "5f2c")
    # That of another process.
    (tmp_path / f"refusals_{os.getpid()}").rename(tmp_path / "refusals_1")
    for number in range(MOST):
        mine.add("GET", f"/{number}", 404, "not-found")
    assert [each.status for each in mine.last()] == [404] * MOST
    mine.add("GET", "/" + "x" * 1000, 404, "not-found")
    assert other.last() == mine.last()
    assert len(other.last()[0].route) == 100
    mine.close()
    other.close()
    with (tmp_path / "refusals_1").open("ab") as torn:
        torn.write(b'{"at": "20')
    assert len(mine.last()) == MOST
    assert (tmp_path / "refusals_1").stat().st_mode & 0o077 == 0


def test_a_folder_that_is_gone_costs_nothing_else(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path / "gone")
    refusals.add("GET", "/", 404, "not-found")
    assert refusals.last() == ()
