"""Jobs: videos to look at and people to import, who is at which, and when another takes one over.

A worker claims a job and says every few seconds that it is still at it. When it has been silent
for `STALE`, another one may claim the job and begins anew; a job whose workers died `TRIES` times
is given up with a reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from lookalike.database import tokens
from lookalike.database.clock import now
from lookalike.database.database import Database
from lookalike.database.schema import JOBS
from lookalike.database.tokens import Token
from lookalike.errors import JobNotFound, TooManyJobs

# Called in the midst of the work on a job; raises when that is to end.
CheckStop = Callable[[], None]

Status = Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"]

# Amazon's: jobs of an account that may be under way, and how long results are kept.
MOST = 20
KEPT = timedelta(days=7)
STALE = timedelta(seconds=10)
TRIES = 3

_GIVEN_UP = (
    f"The process that looked at the video ended {TRIES} times before it was done, perhaps for "
    "lack of memory."
)
# What of the database is changed with a job.
_PART = "jobs"
_UNDER_WAY = JOBS.c.status == "IN_PROGRESS"
# Everything but the results, which may be large.
_SHOWN = tuple(column for column in JOBS.columns if column.name != "results")


@dataclass(frozen=True, slots=True)
class Job:
    """
    Attributes:
        operation: what was asked for, such as `StartFaceDetection`.
        request: its parameters, JSON.
        message: why it failed, or what is to be said of the results.
        video: about the video, JSON; None until it succeeded.
        ended: with a time zone.
    """

    id: str
    operation: str
    request: str
    status: Status
    message: str | None
    video: str | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of a worker: how often it was claimed, and the name of the worker."""

    job: Job
    worker: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """
    Attributes:
        video: about the video, JSON.
        results: see `result_pages.py`.
        message: what is to be said of them.
    """

    video: str
    results: bytes
    message: str | None = None


class Jobs:
    """Every method raises StoreUnavailable when the store cannot be used; nothing has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self, operation: str, request: str, token: Token | None = None, job_id: str | None = None
    ) -> str:
        """Keep a new job; its id, which is made up unless given. The same token with the same
        request is the same job.

        Raises:
            TokenMismatch: the token came with another request.
            TooManyJobs: 20 are under way.
        """
        with self._database.changing(_PART) as connection:
            known = tokens.answered(connection, token)
            if known is not None:
                return known
            _check_room(connection)
            row = {"id": job_id or uuid.uuid4().hex, "operation": operation, "request": request}
            connection.execute(
                insert(JOBS).values(**row, status="IN_PROGRESS", created=now(connection))
            )
            tokens.remember(connection, token, row["id"])
        return row["id"]

    def get(self, job_id: str, operation: str) -> Job:
        """
        Raises:
            JobNotFound: there is none of that id and operation.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                select(*_SHOWN).where(JOBS.c.id == job_id, JOBS.c.operation == operation)
            ).first()
        if row is None:
            raise JobNotFound(
                f"There is no job {job_id!r} of {operation}, or it ended over {KEPT.days} days ago."
            )
        return _job(row)

    def results(self, job: Job) -> bytes:
        """What was found by a job that succeeded."""
        with self._database.reading() as connection:
            found = select(JOBS.c.results).where(JOBS.c.id == job.id)
            return bytes(connection.execute(found).scalar_one())

    def waiting(self) -> bool:
        """Whether any job is under way, claimed or not."""
        with self._database.reading() as connection:
            return connection.execute(select(JOBS.c.id).where(_UNDER_WAY)).first() is not None

    def counts(self) -> dict[str, int]:
        """How many there are, by status."""
        with self._database.reading() as connection:
            counted = select(JOBS.c.status, func.count()).group_by(JOBS.c.status)
            rows = connection.execute(counted.order_by(JOBS.c.status)).all()
        return {row[0]: row[1] for row in rows}

    def claim(self, name: str) -> Claim | None:
        """The oldest job that nobody is at; `name` tells this worker from others."""
        with self._database.changing(_PART) as connection:
            for row in _free(connection):
                if _tries(row) < TRIES:
                    claim = Claim(_job(row), f"{_tries(row) + 1} {name}")
                    values = {"worker": claim.worker, "alive": now(connection)}
                    connection.execute(update(JOBS).where(JOBS.c.id == row.id).values(**values))
                    return claim
        return None

    def give_up(self) -> tuple[Job, ...]:
        """Fail the jobs whose workers died `TRIES` times; which they were."""
        with self._database.changing(_PART) as connection:
            lost = [row.id for row in _free(connection) if _tries(row) >= TRIES]
            failed = JOBS.c.id.in_(lost)
            values = {"status": "FAILED", "message": _GIVEN_UP, "ended": now(connection)}
            connection.execute(update(JOBS).where(failed).values(**values))
            return tuple(_job(row) for row in connection.execute(select(*_SHOWN).where(failed)))

    def beat(self, claim: Claim) -> bool:
        """Say that the worker is still at it; False if the job is no longer its own."""
        return self._changed(claim, "alive")

    def release(self, claim: Claim) -> None:
        """Hand a job back that could not be finished through no fault of its own."""
        tries = int(claim.worker.split()[0]) - 1
        self._changed(claim, None, worker=f"{tries} nobody", alive=None)

    def finish(self, claim: Claim, found: JobResult) -> Job | None:
        """Keep what was found; the job as it is now, None if it was no longer the worker's."""
        return self._end(
            claim, "SUCCEEDED", message=found.message, video=found.video, results=found.results
        )

    def fail(self, claim: Claim, message: str) -> Job | None:
        """End a job without results; as `finish`."""
        return self._end(claim, "FAILED", message=message)

    def forget_old(self) -> None:
        """Remove what ended more than `KEPT` ago."""
        old = select(JOBS.c.id).where(JOBS.c.ended < self._database.now() - KEPT)
        with self._database.reading() as connection:
            ids = connection.execute(old).scalars().all()
        if not ids:
            return
        with self._database.changing(_PART) as connection:
            connection.execute(delete(JOBS).where(JOBS.c.id.in_(ids)))
        self._database.forget_deleted()

    def _end(self, claim: Claim, status: Status, **values: object) -> Job | None:
        if self._changed(claim, "ended", status=status, **values):
            return self.get(claim.job.id, claim.job.operation)
        return None

    def _changed(self, claim: Claim, at: str | None, **values: object) -> bool:
        """
        Args:
            at: the column that says when.
        """
        mine = and_(JOBS.c.id == claim.job.id, JOBS.c.worker == claim.worker, _UNDER_WAY)
        with self._database.changing(_PART) as connection:
            if at is not None:
                values[at] = now(connection)
            return connection.execute(update(JOBS).where(mine).values(**values)).rowcount == 1


def _check_room(connection: Connection) -> None:
    count = connection.execute(select(func.count()).where(_UNDER_WAY)).scalar_one()
    if count >= MOST:
        raise TooManyJobs(f"{count} video jobs are under way, which is the most; try again later.")


def _free(connection: Connection) -> Sequence[Row[Any]]:
    """Jobs that nobody is at, the oldest first."""
    silent = or_(JOBS.c.alive.is_(None), JOBS.c.alive < now(connection) - STALE)
    chosen = select(*_SHOWN).where(_UNDER_WAY, silent).order_by(JOBS.c.created, JOBS.c.id)
    return connection.execute(chosen).all()


def _tries(row: Row[Any]) -> int:
    """How often a job was claimed: what its worker begins with."""
    return int(row.worker.split()[0]) if row.worker else 0


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        operation=row.operation,
        request=row.request,
        status=row.status,
        message=row.message,
        video=row.video,
        ended=row.ended and row.ended.replace(tzinfo=UTC),
    )
