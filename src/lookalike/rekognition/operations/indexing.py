"""IndexFaces, ListFaces, DeleteFaces: the faces of a collection, of which only vectors are kept."""

from __future__ import annotations

from lookalike.faces.photo import Face, Photo
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.records import FaceRecord
from lookalike.gallery.sources.image_file import image_id
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.paging import page
from lookalike.rekognition.quality_filter import reasons
from lookalike.rekognition.wire.validation import Members

_MAX_FACES = 100
_MOST = 4096


def index_faces(context: Context, request: Members) -> Members:
    """Keep the largest faces that pass the QualityFilter, and say of the others why not."""
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    data = images.content(context, request["Image"], "Image")
    asked = request.get("DetectionAttributes", ())
    photo = images.analyze(context, data, "Image", asked)
    kept, left_out = _chosen(photo, request)
    added = collection.add([_portrait(face, photo, data, request) for face in kept])
    details = shapes.details(context, photo, kept, asked)
    others = shapes.details(context, photo, [face for face, _ in left_out], asked)
    return {
        "FaceRecords": [
            {"Face": shapes.record(record, context), "FaceDetail": detail}
            for record, detail in zip(added, details, strict=True)
        ],
        "UnindexedFaces": [
            {"Reasons": why, "FaceDetail": detail}
            for (_, why), detail in zip(left_out, others, strict=True)
        ],
        "FaceModelVersion": context.model_version,
    }


def list_faces(context: Context, request: Members) -> Members:
    """In the order of the ids; only of a user, or only those of FaceIds, if asked."""
    records = context.engine.gallery.records(request["CollectionId"])

    def after(last: str, limit: int) -> tuple[FaceRecord, ...]:
        return records.faces(last, limit, request.get("UserId"), request.get("FaceIds"))

    found, token = page(request, _MOST, after, lambda each: each.id)
    return {
        "Faces": [shapes.record(each, context) for each in found],
        "NextToken": token,
        "FaceModelVersion": context.model_version,
    }


def delete_faces(context: Context, request: Members) -> Members:
    """Delete faces; one that belongs to a user is refused."""
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    outcome = collection.delete(request["FaceIds"])
    return {
        "DeletedFaces": list(outcome.done),
        "UnsuccessfulFaceDeletions": [shapes.refused(each) for each in outcome.refused],
    }


def _chosen(photo: Photo, request: Members) -> tuple[list[Face], list[tuple[Face, list[str]]]]:
    """The faces to index, and those left out with the reasons."""
    most = min(request.get("MaxFaces", _MAX_FACES), _MAX_FACES)
    quality_filter = request.get("QualityFilter", "AUTO")
    kept: list[Face] = []
    left_out: list[tuple[Face, list[str]]] = []
    for face in photo.faces:
        why: list[str] = list(reasons(face, quality_filter))
        if not why and len(kept) == most:
            why = ["EXCEEDS_MAX_FACES"]
        if why:
            left_out.append((face, why))
        else:
            kept.append(face)
    return kept, left_out


def _portrait(face: Face, photo: Photo, data: bytes, request: Members) -> Portrait:
    return Portrait(
        face.embedding,
        image_id=image_id(data),
        box=face.box,
        quality=face.quality,
        external_image_id=request.get("ExternalImageId"),
        image_size=(photo.width, photo.height),
    )
