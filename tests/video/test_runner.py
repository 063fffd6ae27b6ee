"""Ends in the middle of a video, of the runner and of the whole server: no job is lost."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import psutil
import pytest

from lookalike.config import Settings
from lookalike.video import runner
from lookalike.video.jobs import Jobs
from tests.support import PATIENCE_S
from tests.support.amazon.clients import client
from tests.support.amazon.cloud import Cloud
from tests.support.serving import environment, serving
from tests.support.videos import canvas, encoded, scaled, still

SECONDS = 12

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Place:
    """Where servers run one after the other, and the one video that they look at."""

    home: Path
    environment: Mapping[str, str]
    video: Mapping[str, Any]

    def worker(self) -> str:
        """Who is at the job: how often it was claimed, and by whom."""
        with closing(sqlite3.connect(self.home / "lookalike.sqlite3")) as database:
            (found,) = database.execute("SELECT coalesce(worker, '0 nobody') FROM jobs").fetchone()
        return str(found)


@dataclass(frozen=True, slots=True)
class Served:
    rekognition: Any
    process: psutil.Process


@pytest.fixture(scope="module")
def video(cloud: Cloud, photos: Mapping[str, bytes]) -> Mapping[str, Any]:
    picture = canvas(scaled(photos["obama.jpg"], 360), 640, 360)
    return {"S3Object": cloud.put("long.mp4", encoded(still(picture, SECONDS)))}


@pytest.fixture
def place(settings: Settings, home: Path, cloud: Cloud, video: Mapping[str, Any]) -> Place:
    given = environment(settings, home) | {"LOOKALIKE_S3_ENDPOINT_URL": cloud.url}
    return Place(home, given, video)


@contextmanager
def served_at(place: Place, workers: int = 1) -> Iterator[Served]:
    with (
        serving(place.environment, "--workers", str(workers)) as server,
        client(server.url) as opened,
    ):
        yield Served(opened, psutil.Process(server.process.pid))


def until(found: Callable[[], Found | None]) -> Found:
    """What `found` gives once it gives something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return answer


def started(served: Served, place: Place) -> str:
    job: str = served.rekognition.start_celebrity_recognition(Video=place.video)["JobId"]
    return job


def at_work(served: Served, place: Place, tries: int = 1) -> psutil.Process:
    """The runner, in the middle of the job."""
    until(lambda: place.worker().startswith(f"{tries} "))
    watcher = psutil.Process(int(place.worker().rpartition(":")[2]))
    assert watcher in served.process.children(recursive=True)
    assert watcher.nice() == 19
    before = watcher.cpu_times().user
    # Opening the networks and some of the 60 frames.
    until(lambda: watcher.cpu_times().user > before + 0.5)
    return watcher


def check_all_seen(served: Served, job: str) -> None:
    """Wait for the job; nothing of the video is missing, nothing is there twice."""

    def answer() -> Any:
        got = served.rekognition.get_celebrity_recognition(JobId=job)
        return None if got["JobStatus"] == "IN_PROGRESS" else got

    got = until(answer)
    assert got["JobStatus"] == "SUCCEEDED"
    assert {each["Celebrity"]["Name"] for each in got["Celebrities"]} == {"Barack Obama"}
    assert [each["Timestamp"] for each in got["Celebrities"]] == list(range(0, SECONDS * 1000, 200))


def is_under_way(served: Served, job: str) -> bool:
    got = served.rekognition.get_celebrity_recognition(JobId=job)
    return bool(got["JobStatus"] == "IN_PROGRESS" and got["Celebrities"] == [])


def test_the_runner_is_killed(place: Place) -> None:
    with served_at(place, workers=2) as served:
        job = started(served, place)
        at_work(served, place).kill()
        assert is_under_way(served, job)
        at_work(served, place, tries=2)
        check_all_seen(served, job)


def test_the_server_is_killed(place: Place) -> None:
    with served_at(place) as served:
        job = started(served, place)
        watcher = at_work(served, place)
        assert is_under_way(served, job)
        served.process.send_signal(signal.SIGKILL)
        # It ends by itself, and hands the job back.
        watcher.wait(PATIENCE_S)
    assert place.worker() == "0 nobody"
    with served_at(place) as served:
        check_all_seen(served, job)
    assert place.worker().startswith("1 ")


def test_both_are_killed(place: Place) -> None:
    with served_at(place) as served:
        job = started(served, place)
        watcher = at_work(served, place)
        for process in (served.process, watcher):
            process.send_signal(signal.SIGKILL)
    assert place.worker().startswith("1 ")
    with served_at(place) as served:
        check_all_seen(served, job)
    assert place.worker().startswith("2 ")


def test_the_server_is_stopped(place: Place) -> None:
    with served_at(place) as served:
        job = started(served, place)
        watcher = at_work(served, place)
    assert not watcher.is_running()
    assert place.worker() == "0 nobody"
    with served_at(place) as served:
        check_all_seen(served, job)


def test_looking_for_jobs_goes_on_after_an_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = threading.Semaphore(0)

    class Failing:
        def forget_old(self) -> None:
            asked.release()
            raise OSError("no more processes")

    monkeypatch.setattr(runner, "_LONGEST_PAUSE_S", 0.01)
    with runner.Runner(settings, cast(Jobs, Failing()), {}):
        assert all(asked.acquire(timeout=PATIENCE_S) for _ in range(2))
    assert "no more processes" in caplog.text
