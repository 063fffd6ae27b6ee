"""Imports as jobs, which the process beside the server does, as it does videos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, LookalikeError, NotFound, StoreUnavailable
from lookalike.gallery.sources import columns
from lookalike.video.jobs import CheckStop, Job, JobResult
from lookalike.video.runner import Work
from lookalike.web.imports import folder
from lookalike.web.imports.folder import Progress, Upload

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.sources.candidate import Found
    from lookalike.gallery.sources.importing import Importer
    from lookalike.gallery.sources.report import Report

OPERATION = "ImportPeople"
# Photos between two words on how far it is.
_OFTEN = 5
_CREDIT = ("source", "author", "licence", "licence_url")


class Order(BaseModel):
    """What is to be done with the files of an import."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    collection: str
    thumbnails: bool = False
    show: bool = False
    source: str = ""
    author: str = ""
    licence: str = ""
    licence_url: str = ""


class _Import:
    """One import under way: it tells how far it is, and ends where its files were removed."""

    def __init__(self, upload: Upload, total: int, check_stop: CheckStop) -> None:
        self._upload = upload
        self._total = total
        self._check_stop = check_stop
        self._done = 0

    def advance(self) -> None:
        self._check_stop()
        if not self._upload.is_there:
            raise NotFound("The import was ended; who was added by then is there.")
        self._done += 1
        if self._done % _OFTEN == 0 or self._done == self._total:
            self._upload.tell(Progress(self._done, self._total))


def _perform(engine: LocalEngine, job: Job, check_stop: CheckStop) -> JobResult:
    from lookalike.answers.imports import import_report

    order = Order.model_validate_json(job.request)
    upload = folder.opened(engine.settings, engine.database, order.id)
    try:
        report = _imported(engine, order, upload, check_stop)
        if report.portraits_added:
            engine.matcher.keep_standings(report.collection)
    except StoreUnavailable:
        # It is done once more when the store can be used.
        raise
    except LookalikeError:
        upload.remove()
        raise
    upload.remove()
    return JobResult("{}", import_report(report).model_dump_json().encode())


def _imported(engine: LocalEngine, order: Order, upload: Upload, check_stop: CheckStop) -> Report:
    from lookalike.faces.apart.workers import Workers
    from lookalike.gallery.sources import pack
    from lookalike.gallery.sources.candidate import Candidate

    def importer(total: int) -> Importer:
        upload.tell(Progress(0, total))
        return _importer(engine, order, _Import(upload, total, check_stop))

    with upload.source() as source:
        if pack.is_pack(source):
            read = pack.read(source, order.collection, engine.analyzer.embedder)
            packed = importer(sum(len(own) for _, own in read.people))
            if read.contract == engine.contract:
                return packed.packed(read.people)
            with Workers(engine.settings) as workers:
                return packed.remade(read.people, workers)
        everyone = _everyone(order, source)
        total = sum(len(each.pictures) for each in everyone if isinstance(each, Candidate))
        with Workers(engine.settings) as workers:
            return importer(total).photos(everyone, workers)


def _importer(engine: LocalEngine, order: Order, under_way: _Import) -> Importer:
    from lookalike.gallery.sources.destination import Destination
    from lookalike.gallery.sources.importing import Importer

    return Importer(
        Destination.of(engine.gallery, order.collection),
        thumbnails=order.thumbnails,
        show=order.show,
        alike=engine.calibration.similarity,
        advance=under_way.advance,
    )


def _everyone(order: Order, source: Path) -> list[Found]:
    from lookalike.gallery.sources import found

    credit = columns.credit(order.model_dump(include={*_CREDIT}))
    try:
        return list(found(source, order.collection, credit))
    except OSError as error:
        raise InvalidParameter(f"The files cannot be read: {error}.") from None


def _notify(settings: Settings, job: Job) -> None:
    """Nobody waits to be told."""


# The files are of whoever runs the site, and take as long as they take.
WORKS = {OPERATION: Work(_perform, _notify, bounded=False)}
