"""Videos that take longer than they may are ended, and the next one is looked at."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from lookalike.database.database import opened
from lookalike.video import lateness
from lookalike.video.jobs import Job, Jobs
from lookalike.video.lateness import Progress, silent
from lookalike.video.runner import Runner, Work
from tests.support import PATIENCE_S
from tests.video.hostile import notify, perform

OPERATION = "StartFaceDetection"


@pytest.fixture
def jobs(home: Path) -> Iterator[Jobs]:
    database = opened(home)
    yield Jobs(database)
    database.close()


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ended(jobs: Jobs, job: str) -> Job:
    until(lambda: jobs.get(job, OPERATION).status != "IN_PROGRESS")
    return jobs.get(job, OPERATION)


def test_a_decoder_that_hangs_is_ended_and_the_next_video_looked_at(
    settings: Settings, home: Path, jobs: Jobs
) -> None:
    own = replace(settings, home=home, video_deadline=2)
    hanging, fine = (jobs.start(OPERATION, each) for each in ("hang", "fine"))
    with Runner(own, jobs, {OPERATION: Work(perform, notify)}):
        failed = ended(jobs, hanging)
        assert failed.status == "FAILED"
        assert failed.message == (
            "The video took longer than 2 seconds (LOOKALIKE_VIDEO_DEADLINE) and was given up."
        )
        assert ended(jobs, fine).status == "SUCCEEDED"
    assert (home / f"{hanging}.told").read_text().startswith("FAILED The video took longer")


def test_one_that_stops_every_thread_is_ended_by_the_server(
    settings: Settings,
    home: Path,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(lateness, "_SILENT_S", 5.0)
    jobs.start(OPERATION, "hold")
    with Runner(replace(settings, home=home), jobs, {OPERATION: Work(perform, notify)}):
        until(lambda: "says nothing any more" in caplog.text)
        until(lambda: "another follows" in caplog.text)


def test_what_goes_on_is_not_late() -> None:
    now = [0.0]
    progress = Progress(100, stall=10, clock=lambda: now[0])
    for time_s in (9.0, 18.0, 27.0):
        now[0] = time_s
        assert progress.lateness() is None
        progress.move()
    now[0] = 38.0
    assert progress.lateness() == "A frame of the video took longer than 10 seconds."
    now[0] = 101.0
    assert "LOOKALIKE_VIDEO_DEADLINE" in (progress.lateness() or "")


def test_a_process_is_silent_once_it_has_spoken() -> None:
    said = multiprocessing.get_context("spawn").Value("d", 0.0)
    assert not silent(said, lambda: 1000.0)
    said.value = 930.0
    assert silent(said, lambda: 1000.0)
    said.value = 950.0
    assert not silent(said, lambda: 1000.0)
