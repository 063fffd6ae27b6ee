"""The folder in which workers count together."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from lookalike.watch import board

NAME = "PROMETHEUS_MULTIPROC_DIR"


def test_it_is_there_as_long_as_they_are() -> None:
    environ: dict[str, str] = {}
    with board.shared(environ):
        place = Path(environ[NAME])
        (place / "counter_1.db").write_bytes(b"x")
        assert place.stat().st_mode & 0o077 == 0
    assert not place.exists()
    assert environ == {}


def test_what_was_set_before_is_set_again() -> None:
    environ = {NAME: "/elsewhere"}
    with board.shared(environ):
        assert environ[NAME] != "/elsewhere"
    assert environ == {NAME: "/elsewhere"}


def test_without_a_place_workers_are_served_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    environ: dict[str, str] = {}
    with board.shared(environ):
        assert environ == {}
    assert "No space left on device" in caplog.text
