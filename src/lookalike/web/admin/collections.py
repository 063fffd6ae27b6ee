"""Collections as a whole, made and deleted over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from lookalike.answers import shapes
from lookalike.web.admin.guarded import CollectionId, guarded
from lookalike.web.services import UseServices

router = guarded()


class NewCollection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: CollectionId


@router.post("/collections", operation_id="createCollection", status_code=201)
def create_collection(services: UseServices, sent: NewCollection) -> shapes.Collection:
    """Add an empty collection."""
    services.gallery.store.create(sent.id)
    return shapes.Collection(id=sent.id, people=0, faces=0, read_only=False)


@router.delete("/collections/{collection}", operation_id="deleteCollection", status_code=204)
def delete_collection(services: UseServices, collection: Annotated[CollectionId, Path()]) -> None:
    """Delete one of your own collections with everyone in it."""
    services.gallery.store.delete(collection)
