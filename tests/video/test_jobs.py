"""The store of jobs: none is lost, none is done twice, whatever happens to those who are at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from lookalike.database.database import opened
from lookalike.database.tokens import token_of
from lookalike.errors import JobNotFound, TokenMismatch, TooManyJobs
from lookalike.video import jobs as module
from lookalike.video.jobs import MOST, Claim, JobResult, Jobs
from lookalike.video.result_pages import read_page, result_text, write_pages

OPERATION = "StartFaceDetection"


class Clock:
    """Time as the store sees it; moved by the tests."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC).replace(tzinfo=None)

    def __call__(self, _connection: Connection) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "now", clock)
    return clock


@pytest.fixture
def jobs(home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    database = opened(home)
    monkeypatch.setattr(database, "now", lambda: clock.now)
    yield Jobs(database)
    database.close()


def claimed(jobs: Jobs, name: str = "one") -> Claim:
    claim = jobs.claim(name)
    assert claim is not None
    return claim


def test_a_job_from_beginning_to_end(jobs: Jobs, clock: Clock) -> None:
    assert not jobs.waiting()
    job_id = jobs.start(OPERATION, '{"a": 1}')
    assert jobs.waiting()
    claim = claimed(jobs)
    assert (claim.job.id, claim.job.request) == (job_id, '{"a": 1}')
    assert jobs.claim("two") is None
    clock.pass_by(timedelta(seconds=3))
    ended = jobs.finish(claim, JobResult("{}", b"found"))
    assert ended == jobs.get(job_id, OPERATION)
    assert ended is not None
    assert (ended.status, ended.video) == ("SUCCEEDED", "{}")
    assert ended.ended == datetime(2026, 1, 31, 12, 0, 3, tzinfo=UTC)
    assert jobs.results(ended) == b"found"
    assert not jobs.waiting()


def test_the_oldest_comes_first(jobs: Jobs, clock: Clock) -> None:
    started = []
    for _ in range(3):
        started.append(jobs.start(OPERATION, "{}"))
        clock.pass_by(timedelta(seconds=1))
    assert [claimed(jobs).job.id for _ in started] == started


def test_a_job_is_of_its_operation(jobs: Jobs) -> None:
    job_id = jobs.start(OPERATION, "{}")
    with pytest.raises(JobNotFound, match=r"no job .* of StartFaceSearch"):
        jobs.get(job_id, "StartFaceSearch")


def test_the_same_token_is_the_same_job(jobs: Jobs) -> None:
    token = token_of(OPERATION, "t", {"a": 1})
    first = jobs.start(OPERATION, '{"a": 1}', token)
    assert jobs.start(OPERATION, '{"a": 1}', token) == first
    assert jobs.start(OPERATION, '{"a": 1}') != first
    with pytest.raises(TokenMismatch):
        jobs.start(OPERATION, '{"a": 2}', token_of(OPERATION, "t", {"a": 2}))


def test_at_most_20_are_under_way(jobs: Jobs) -> None:
    for _ in range(MOST):
        jobs.start(OPERATION, "{}")
    with pytest.raises(TooManyJobs, match="20 video jobs"):
        jobs.start(OPERATION, "{}")
    jobs.fail(claimed(jobs), "no")
    jobs.start(OPERATION, "{}")


def test_a_silent_worker_loses_its_job(jobs: Jobs, clock: Clock) -> None:
    jobs.start(OPERATION, "{}")
    first = claimed(jobs, "one")
    clock.pass_by(timedelta(seconds=9))
    assert jobs.beat(first)
    clock.pass_by(timedelta(seconds=9))
    assert jobs.claim("two") is None
    clock.pass_by(timedelta(seconds=2))
    second = claimed(jobs, "two")
    assert not jobs.beat(first)
    assert jobs.finish(first, JobResult("{}", b"first")) is None
    ended = jobs.finish(second, JobResult("{}", b"second"))
    assert ended is not None
    assert jobs.results(ended) == b"second"


def test_a_job_that_kills_its_workers_fails_with_a_reason(jobs: Jobs, clock: Clock) -> None:
    job_id = jobs.start(OPERATION, "{}")
    for name in ("one", "two", "three"):
        assert jobs.give_up() == ()
        claimed(jobs, name)
        clock.pass_by(timedelta(seconds=11))
    assert jobs.claim("four") is None
    (failed,) = jobs.give_up()
    assert failed == jobs.get(job_id, OPERATION)
    assert failed.status == "FAILED"
    assert "ended 3 times" in (failed.message or "")


def test_a_job_that_is_handed_back_was_not_tried(jobs: Jobs) -> None:
    jobs.start(OPERATION, "{}")
    for _ in range(5):
        jobs.release(claimed(jobs))
    assert jobs.give_up() == ()
    assert jobs.fail(claimed(jobs), "damaged") is not None


def test_results_are_kept_for_a_week(jobs: Jobs, clock: Clock) -> None:
    old = jobs.start(OPERATION, "{}")
    jobs.fail(claimed(jobs), "no")
    clock.pass_by(timedelta(days=6))
    waiting = jobs.start(OPERATION, "{}")
    jobs.forget_old()
    assert jobs.get(old, OPERATION).status == "FAILED"
    clock.pass_by(timedelta(days=2))
    jobs.forget_old()
    with pytest.raises(JobNotFound, match="7 days"):
        jobs.get(old, OPERATION)
    assert jobs.get(waiting, OPERATION).status == "IN_PROGRESS"


def test_results_are_read_in_pages() -> None:
    numbers = [result_text({"n": number, "part": number / 3}) for number in range(2500)]
    packed = write_pages({"UP": numbers, "DOWN": numbers[::-1], "NONE": []})
    found, more = read_page(packed, "UP", 990, 20)
    assert [each["n"] for each in found] == list(range(990, 1010))
    assert found[1]["part"] == 330.333333
    assert more
    found, more = read_page(packed, "DOWN", 1500, 1000)
    assert [each["n"] for each in found] == list(range(999, -1, -1))
    assert not more
    assert read_page(packed, "NONE", 0, 10) == ([], False)
    assert read_page(packed, "UP", 5000, 10) == ([], False)
