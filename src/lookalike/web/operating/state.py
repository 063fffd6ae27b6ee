"""The state of a server, as whoever runs it sees it: gathered from where it is known, when asked.

What cannot be read now (a store that is away, above all) is left out and does not keep the rest.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import Field
from sqlalchemy import select

from lookalike.answers.shapes import Answer
from lookalike.database.database import Database
from lookalike.database.schema import KEYS
from lookalike.errors import StoreUnavailable
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.video.jobs import Jobs
from lookalike.web.operating.health import health
from lookalike.web.services import Services

Known = TypeVar("Known")

# Days of the site's own counts that are shown.
_DAYS = 7


class Queue(Answer):
    """Photos of all workers."""

    waiting: int
    under_way: int
    most: int = Field(description="That may wait in one worker (LOOKALIKE_QUEUE).")


class Disk(Answer):
    folder: str = Field(description="`home` or `cache`.")
    size: int = Field(description="Bytes of the disk that it is on.")
    free: int = Field(description="Bytes of it that are free.")


class Step(Answer):
    name: str
    count: int
    mean_ms: float


class Totals(Answer):
    """Since the server started, of all its workers."""

    requests: dict[str, int] = Field(description="By the kind of their status: `2xx`.")
    photos: int
    faces: int
    answers: dict[str, int] = Field(description="Faces by the verdict on their best match.")
    refusals: dict[str, int] = Field(description="By the code of the error.")
    steps: tuple[Step, ...]


class Indexed(Answer):
    id: str
    people: int
    faces: int
    read_only: bool


class Key(Answer):
    id: str
    description: str
    enabled: bool
    rate: float | None = Field(description="Requests a second; null: as LOOKALIKE_RATE says.")
    created: datetime


class Refused(Answer):
    at: datetime
    method: str
    route: str
    status: int
    kind: str
    who: str | None = Field(description="A hash of the address, where LOOKALIKE_LOG_ADDRESSES is.")


class Day(Answer):
    day: date
    visits: int
    uploads: int
    matches: int
    shares: int


class State(Answer):
    status: str = Field(description="`ready`, or what is not.")
    started: datetime
    workers: int
    load: tuple[float, float, float] = Field(
        description="Processes that want a core: means of 1, 5 and 15 minutes."
    )
    cores: int
    queue: Queue
    totals: Totals
    disks: tuple[Disk, ...]
    collections: tuple[Indexed, ...]
    jobs: dict[str, int] = Field(description="Videos that are looked at, by status.")
    keys: tuple[Key, ...]
    portraits: int = Field(description="That were fetched and are kept.")
    results: int = Field(description="Shared results that are kept.")
    results_bytes: int
    aws_calls: dict[str, int] = Field(description="Of this worker, by operation.")
    days: tuple[Day, ...] = Field(description="The site's own counts, the latest day first.")
    refusals: tuple[Refused, ...] = Field(description="The newest first.")


def state(services: Services) -> State:
    """That of the server now."""
    settings, totals = services.settings, services.meters.totals()
    database = services.engine.database
    results, results_bytes = services.results.size()
    return State(
        status=health(services),
        started=services.started,
        workers=settings.workers,
        load=_load(),
        cores=os.cpu_count() or 1,
        queue=Queue(waiting=totals.waiting, under_way=totals.under_way, most=settings.queue),
        totals=Totals.model_validate(totals),
        disks=tuple(_disks((("home", settings.home), ("cache", settings.cache)))),
        collections=_known(lambda: _collections(services), ()),
        jobs=_known(Jobs(database).counts, {}),
        keys=_known(lambda: _keys(database), ()),
        portraits=portrait_cache.count(portrait_cache.folder(settings)),
        results=results,
        results_bytes=results_bytes,
        aws_calls=services.engine.calls,
        days=_days(services),
        refusals=tuple(Refused.model_validate(asdict(each)) for each in services.refusals.last()),
    )


def _known(read: Callable[[], Known], otherwise: Known) -> Known:
    with suppress(StoreUnavailable):
        return read()
    return otherwise


def _collections(services: Services) -> tuple[Indexed, ...]:
    return tuple(map(Indexed.model_validate, services.gallery.collections()))


def _keys(database: Database) -> tuple[Key, ...]:
    shown = (KEYS.c.id, KEYS.c.description, KEYS.c.enabled, KEYS.c.rate, KEYS.c.created)
    with database.reading() as connection:
        rows = connection.execute(select(*shown).order_by(KEYS.c.created, KEYS.c.id)).all()
    return tuple(
        Key(
            id=row.id,
            description=row.description,
            enabled=row.enabled,
            rate=row.rate,
            created=row.created.replace(tzinfo=UTC),
        )
        for row in rows
    )


def _days(services: Services) -> tuple[Day, ...]:
    if services.counts is None:
        return ()
    return tuple(map(Day.model_validate, services.counts.days(_DAYS)))


def _disks(folders: Iterable[tuple[str, Path]]) -> Iterable[Disk]:
    for name, folder in folders:
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        usage = shutil.disk_usage(there)
        yield Disk(folder=name, size=usage.total, free=usage.free)


def _load() -> tuple[float, float, float]:
    """Zeros where the system tells none."""
    return os.getloadavg() if hasattr(os, "getloadavg") else (0.0, 0.0, 0.0)
