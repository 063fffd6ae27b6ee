"""SearchFaces, SearchUsers, and both ByImage: who in a collection is nearest, above a threshold."""

from __future__ import annotations

from heapq import nlargest

from lookalike.errors import NotFound
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.quality_filter import reasons
from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members

_THRESHOLD = 80.0
# AWS states no default for MaxFaces and MaxUsers; these are the most that may be asked for.
_MOST_FACES, _MOST_USERS = 4096, 500


def search_faces(context: Context, request: Members) -> Members:
    """The faces most like one of the collection, without that one."""
    collection, face = request["CollectionId"], request["FaceId"]
    probe = _indexed(context, face, collection)
    return {
        "SearchedFaceId": face,
        "FaceMatches": face_matches(context, request, probe, without=face),
        "FaceModelVersion": context.model_version,
    }


def search_faces_by_image(context: Context, request: Members) -> Members:
    """The faces of the collection most like the largest face of an image."""
    photo = _photo(context, request)
    face, _ = _searched(photo, request)
    if face is None:
        raise Fault(
            "InvalidParameterException", "There are no faces in the image. Should be at least 1."
        )
    box = shapes.face_box(face, photo)
    return {
        "SearchedFaceBoundingBox": box["BoundingBox"],
        "SearchedFaceConfidence": box["Confidence"],
        "FaceMatches": face_matches(context, request, face.embedding),
        "FaceModelVersion": context.model_version,
    }


def search_users(context: Context, request: Members) -> Members:
    """The users most like a face, or like another user, who is left out."""
    gallery, collection = context.engine.gallery, request["CollectionId"]
    if ("FaceId" in request) == ("UserId" in request):
        raise Fault("InvalidParameterException", "Give either FaceId or UserId, not both.")
    if "FaceId" in request:
        probe: Floats | None = _indexed(context, request["FaceId"], collection)
        searched = {"SearchedFace": {"FaceId": request["FaceId"]}}
    else:
        probe = gallery.person_vector(request["UserId"], collection)
        searched = {"SearchedUser": {"UserId": request["UserId"]}}
    return {
        "UserMatches": _user_matches(context, request, probe, without=request.get("UserId")),
        "FaceModelVersion": context.model_version,
        **searched,
    }


def search_users_by_image(context: Context, request: Members) -> Members:
    """The users most like the largest face of an image; without a face, nobody."""
    photo = _photo(context, request)
    face, others = _searched(photo, request)
    answer: Members = {
        "UserMatches": _user_matches(context, request, face.embedding if face else None),
        "FaceModelVersion": context.model_version,
        "UnsearchedFaces": others,
    }
    if face:
        answer["SearchedFace"] = {"FaceDetail": shapes.face(face, photo)}
    return answer


def _indexed(context: Context, face: str, collection: str) -> Floats:
    """The vector of a face that was indexed. One that is not there is a wrong parameter for Amazon,
    and programs that look for its words ask again."""
    context.engine.gallery.collection(collection)
    try:
        return context.engine.gallery.face_vector(face, collection)
    except NotFound as error:
        message = "faceId was not found in the collection."
        raise Fault("InvalidParameterException", message) from error


def _photo(context: Context, request: Members) -> Photo:
    # A collection that is not there is said before the work of looking at the image.
    context.engine.gallery.collection(request["CollectionId"])
    return images.analyze(context, images.content(context, request["Image"], "Image"), "Image")


def _searched(photo: Photo, request: Members) -> tuple[Face | None, list[Members]]:
    """The largest face that passes the QualityFilter, and why the others are not searched."""
    searched: Face | None = None
    others: list[Members] = []
    for face in photo.faces:
        why: list[str] = list(reasons(face, request.get("QualityFilter", "NONE")))
        if searched is None and not why:
            searched = face
            continue
        others.append(
            {"FaceDetails": shapes.face(face, photo), "Reasons": why or ["FACE_NOT_LARGEST"]}
        )
    return searched, others


def face_matches(
    context: Context, request: Members, probe: Floats, without: str | None = None
) -> list[Members]:
    """The faces of a collection most like a (dimension,) probe, as the request asks for them."""
    gallery, collection = context.engine.gallery, request["CollectionId"]
    most = request.get("MaxFaces", _MOST_FACES)
    hits = gallery.nearest_faces(probe, most + 1, collection)
    hits = [hit for hit in hits if hit.name != without]
    scores = context.engine.matcher.scores(probe, [hit.vector for hit in hits])
    threshold = request.get("FaceMatchThreshold", _THRESHOLD)
    alike = {
        hit.name: score.similarity
        for hit, score in zip(hits, scores, strict=True)
        if score.similarity >= threshold
    }
    ids = nlargest(most, alike, key=alike.__getitem__)
    records = {each.id: each for each in gallery.records(collection).faces("", most, ids=ids)}
    return [
        {"Similarity": alike[face], "Face": shapes.record(records[face], context)}
        for face in ids
        if face in records
    ]


def _user_matches(
    context: Context, request: Members, probe: Floats | None, without: str | None = None
) -> list[Members]:
    if probe is None:
        return []
    collection = request["CollectionId"]
    most = request.get("MaxUsers", _MOST_USERS)
    threshold = request.get("UserMatchThreshold", _THRESHOLD)
    matches = context.engine.matcher.rank(probe, most + 1, collection)
    return [
        {
            "Similarity": match.score.similarity,
            "User": {"UserId": match.person.id, "UserStatus": "ACTIVE"},
        }
        for match in matches
        if match.person.id != without and match.score.similarity >= threshold
    ][:most]
