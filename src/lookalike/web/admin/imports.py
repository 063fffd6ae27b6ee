"""Imports of a folder, a table or a pack over HTTP: files one by one, then a job."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers.imports import ImportReport, ImportState
from lookalike.errors import ImageTooLarge, InvalidParameter, JobNotFound, NotFound
from lookalike.gallery.sources import columns, pack
from lookalike.gallery.sources.destination import Destination
from lookalike.video.jobs import Job, Jobs
from lookalike.web.admin.guarded import CollectionId, guarded
from lookalike.web.imports import folder
from lookalike.web.imports.folder import Upload
from lookalike.web.imports.work import OPERATION, Order
from lookalike.web.services import Services, UseServices, own_engine

router = guarded()

_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Import(BaseModel):
    """Where people are brought, and the credit of photos that state none."""

    model_config = ConfigDict(extra="forbid")

    collection: CollectionId | None = None
    thumbnails: bool = False
    show: bool = Field(
        default=False, description="Let the page show the photos that have a licence."
    )
    source: str = ""
    author: str = ""
    licence: str = ""
    licence_url: str = ""


@router.post("/imports", operation_id="beginImport", status_code=201)
def begin_import(services: UseServices) -> ImportState:
    """Begin to import a folder of photos, a table beside its photos, or a pack: send each file,
    then start.

    A folder of photos is a person, and so is a single photo; a pack is what `lookalike gallery
    export` wrote (docs/galleries.md). Files are kept until they were looked at, for a day at most.
    """
    return _uploading(folder.begin(services.settings, services.engine.database))


@router.put(
    "/imports/{import_id}/files",
    operation_id="sendImportFile",
    status_code=204,
    openapi_extra=_FILE,
    response_model=None,
)
async def send_file(
    request: Request,
    services: UseServices,
    import_id: str,
    name: Annotated[str, Query(description="Its path in the folder: `Barack Obama/1.jpg`.")],
) -> None:
    """Add an image (JPEG, PNG, WebP, HEIC, AVIF), a table (.csv, .tsv, .jsonl) or a pack
    (.pack.zip), of as many bytes as a photo may have."""
    upload = _unstarted(services, import_id)
    data = await request.body()
    most = services.settings.max_bytes
    if len(data) > most:
        raise ImageTooLarge(f"{name} has {len(data):,} bytes; at most {most:,} are allowed.")
    await services.executor.run(lambda: upload.keep(name, data))


@router.post("/imports/{import_id}/start", operation_id="startImport", status_code=202)
def start_import(services: UseServices, import_id: str, sent: Import) -> ImportState:
    """Bring the people of all files that were sent into a collection, by itself that of the pack or
    your own; what it has already is not added again."""
    upload = _unstarted(services, import_id)
    # What can be known to be wrong is told at once.
    if sent.collection:
        Destination.of(services.gallery, sent.collection)
    columns.credit(sent.model_dump(exclude={"collection", "thumbnails", "show"}))
    collection = _collection(services, upload, sent)
    order = Order(**sent.model_dump() | {"id": upload.id, "collection": collection})
    Jobs(services.engine.database).start(OPERATION, order.model_dump_json(), job_id=upload.id)
    return show_import(services, upload.id)


@router.get("/imports/{import_id}", operation_id="getImport")
def show_import(services: UseServices, import_id: str) -> ImportState:
    """How far an import is, and at its end what it did; for a week."""
    job = _job(services, import_id)
    if job is None:
        return _uploading(_opened(services, import_id))
    if job.status == "IN_PROGRESS":
        return _under_way(services, job)
    if job.status == "FAILED":
        return ImportState(id=job.id, status="failed", message=job.message)
    kept = Jobs(services.engine.database).results(job)
    report = ImportReport.model_validate_json(kept)
    return ImportState(
        id=job.id, status="done", photos=report.photos, total=report.photos, report=report
    )


@router.delete("/imports/{import_id}", operation_id="endImport", status_code=204)
def end_import(services: UseServices, import_id: str) -> None:
    """Delete the files. An import that is under way ends; who was added by then stays."""
    _opened(services, import_id).remove()


def _collection(services: Services, upload: Upload, sent: Import) -> str:
    """Where people are brought.

    Raises:
        InvalidParameter: nothing that can be imported was sent, or the collection is read-only.
        ContractMismatch: a pack of another model was sent.
    """
    named = services.own_collection
    with upload.source(pictures=False) as source:
        if pack.is_pack(source):
            named = pack.collection_of(source, own_engine(services).analyzer.embedder)
    if sent.collection:
        return sent.collection
    Destination.of(services.gallery, named)
    return named


def _opened(services: Services, import_id: str) -> Upload:
    return folder.opened(services.settings, services.engine.database, import_id)


def _unstarted(services: Services, import_id: str) -> Upload:
    """
    Raises:
        NotFound: there is no such import.
        InvalidParameter: it was started.
    """
    if _job(services, import_id) is not None:
        raise InvalidParameter(f"The import {import_id!r} was started; begin another.")
    return _opened(services, import_id)


def _job(services: Services, import_id: str) -> Job | None:
    try:
        return Jobs(services.engine.database).get(import_id, OPERATION)
    except JobNotFound:
        return None


def _uploading(upload: Upload) -> ImportState:
    return ImportState(id=upload.id, status="uploading")


def _under_way(services: Services, job: Job) -> ImportState:
    """One that was started: it waits for the process beside the server, or is at work."""
    with suppress(NotFound):
        progress = _opened(services, job.id).progress()
        if progress is not None:
            done, total = progress.done, progress.total
            return ImportState(id=job.id, status="running", photos=done, total=total)
    return ImportState(id=job.id, status="waiting")
