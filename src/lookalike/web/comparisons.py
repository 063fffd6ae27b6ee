"""The JSON API's comparisons of faces: why two are alike, all with all, a child and parents.

All of them are made with our own networks, and refused where Amazon Rekognition is the engine.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import photos, shapes
from lookalike.answers.embeddings import MOST_OTHERS, Embeddings, Scores, embeddings, scores
from lookalike.answers.explanations import Explanation, explanation
from lookalike.answers.shapes import Answer, Score
from lookalike.engine import cross_comparison
from lookalike.engine.local import LocalEngine
from lookalike.scores import features, similarity
from lookalike.web import problems
from lookalike.web.admission import FormCollection
from lookalike.web.services import PORTRAIT_SIDE, UploadedPhoto, UseServices, own_engine

Mesh = Annotated[bool, Form(description="Tell the 468 points of every face.")]
UseOwnEngine = Annotated[LocalEngine, Depends(own_engine)]

router = APIRouter(prefix="/api/v1", tags=["photos"], responses=problems.OF_PHOTOS)


class Compared(BaseModel):
    """Embeddings to be compared, as `/api/v1/embed` answered them."""

    model_config = ConfigDict(extra="forbid")

    embedding: list[float]
    others: list[list[float]] = Field(description=f"At most {MOST_OTHERS}.")


class Place(Answer):
    photo: int
    face: int


class Matrix(Answer):
    photos: tuple[shapes.Reference, ...]
    faces: tuple[Place, ...] = Field(description="Those of all photos in turn.")
    scores: tuple[tuple[Score | None, ...], ...] = Field(
        description="A row and a column for each of `faces`; null where a face meets itself."
    )
    model: shapes.Model


class Inherited(Answer):
    feature: features.Feature
    parent: int | None = Field(
        description="The parent, 0 or 1, who has it more alike; null: too close to tell."
    )


class Family(Answer):
    photos: tuple[shapes.Reference, ...] = Field(
        description="The child's and those of both parents; the first face of each counts."
    )
    scores: tuple[Score, Score] = Field(description="Of the child with each parent.")
    closer: int | None = Field(
        description="The parent, 0 or 1, whom the child resembles more; null: too close to tell."
    )
    features: tuple[Inherited, ...] = Field(
        description="The same of eyes, nose and mouth, each seen alone."
    )
    model: shapes.Model


@router.post("/explain", operation_id="explainResemblance")
async def explain_resemblance(
    engine: UseOwnEngine,
    services: UseServices,
    collection: FormCollection,
    photo: UploadedPhoto,
    face: Annotated[int, Form(ge=0, description="Which face of the photo.")] = 0,
    person: Annotated[str | None, Form(description="Compare with this person.")] = None,
    reference: Annotated[UploadFile | None, File(description="Or with this photo.")] = None,
) -> Explanation:
    """Which regions of a face carry its resemblance to a person or to another photo."""
    data = await services.read(photo, "photo")
    other = None if reference is None else await services.read(reference, "reference")
    return await services.executor.run(
        lambda: explanation(
            engine, data, face, person=person, collection=collection, reference=other
        )
    )


@router.post("/embed", operation_id="embedFaces")
async def embed_faces(
    engine: UseOwnEngine, services: UseServices, photo: UploadedPhoto
) -> Embeddings:
    """The embedding of every face of a photo, to be compared without the photo; nothing is kept."""
    data = await services.read(photo, "photo")
    return await services.executor.run(lambda: embeddings(engine, data))


@router.post("/scores", operation_id="scoreEmbeddings")
async def compare_embeddings(engine: UseOwnEngine, services: UseServices, sent: Compared) -> Scores:
    """How alike one face is to each of others, by their embeddings."""
    services.shares.photo()
    return await services.executor.run(lambda: scores(engine, sent.embedding, sent.others))


@router.get("/people/{person_id}/portrait/mesh", operation_id="getPortraitMesh")
async def show_portrait_mesh(services: UseServices, person_id: str) -> shapes.PortraitMesh:
    """The points of the face in somebody's portrait, to make one face out of it and another.

    There are none of a portrait whose licence is not known or allows nothing new to be made of it.
    """
    services.shares.photo()
    found = await services.portrait_mesh(services.gallery.person(person_id))
    return shapes.PortraitMesh(side=PORTRAIT_SIDE, points=photos.points(found))


@router.post("/matrix", operation_id="compareAll")
async def compare_all(
    engine: UseOwnEngine,
    services: UseServices,
    photo: Annotated[list[UploadFile], File()],
    mesh: Mesh = False,
) -> Matrix:
    """Every face of 2 to 9 photos with every other."""
    data = [await services.read(each, "photo", number) for number, each in enumerate(photo)]
    found = await services.executor.run(lambda: cross_comparison.matrix(engine, data))
    return Matrix(
        photos=tuple(photos.reference(each, mesh=mesh) for each in found.photos),
        faces=tuple(Place.model_validate(each) for each in found.faces),
        scores=tuple(tuple(map(_score, row)) for row in found.scores),
        model=shapes.Model.model_validate(engine.model),
    )


@router.post("/family", operation_id="compareFamily")
async def compare_family(
    engine: UseOwnEngine,
    services: UseServices,
    child: UploadedPhoto,
    parent: Annotated[list[UploadFile], File(description="Two photos, a parent each.")],
    mesh: Mesh = False,
) -> Family:
    """Whom of two parents a child resembles more. The largest face of each photo counts."""
    data = await services.read(child, "child")
    parents = [await services.read(each, "parent", number) for number, each in enumerate(parent)]
    found = await services.executor.run(lambda: cross_comparison.family(engine, data, parents))
    return Family(
        photos=tuple(photos.reference(each, mesh=mesh) for each in found.photos),
        scores=(Score.model_validate(found.scores[0]), Score.model_validate(found.scores[1])),
        closer=found.closer,
        features=tuple(Inherited.model_validate(each) for each in found.features),
        model=shapes.Model.model_validate(engine.model),
    )


def _score(score: similarity.Score | None) -> Score | None:
    return None if score is None else Score.model_validate(score)
