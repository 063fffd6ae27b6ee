"""Who asks to be left out, over HTTP: taken down, with a receipt, and let in again by it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import changes
from lookalike.web.admin.guarded import guarded
from lookalike.web.services import UseKnown, UseServices
from lookalike.web.takedown import forget

router = guarded()


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", description="Kept with the entry, for yourself.", max_length=1000)


@router.post("/people/{person_id}/takedown", operation_id="takeDown")
def take_down(
    services: UseServices,
    known: UseKnown,
    person_id: str,
    sent: Annotated[Reason | None, Body()] = None,
) -> changes.Receipt:
    """Remove a person everywhere, hide them in the starter gallery, and keep them out.

    The answer is a receipt, whose `id` undoes it.
    """
    receipt = services.gallery.takedown(person_id, sent.reason if sent else "")
    forgotten = forget(services.settings, services.engine.database, receipt)
    return changes.receipt(receipt, forgotten.cached_files, forgotten.results, known)


@router.get("/takedowns", operation_id="listTakedowns")
def list_takedowns(services: UseServices) -> changes.Takedowns:
    """The receipts of all takedowns, the newest first; those that were undone too."""
    return changes.takedowns(services.gallery.store.takedowns())


@router.post("/takedowns/{receipt}/undo", operation_id="undoTakedown")
def undo_takedown(services: UseServices, known: UseKnown, receipt: str) -> changes.Undone:
    """Let somebody be added again. Who was hidden in the starter gallery is back at once; what
    was removed is gone."""
    return changes.undone(services.gallery.undo_takedown(receipt), known)
