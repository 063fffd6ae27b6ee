"""Users of a collection: several faces that are one person, found by their mean."""

from __future__ import annotations

from lookalike.database.tokens import Token, token_of
from lookalike.gallery.records import UserRecord
from lookalike.rekognition import shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.paging import page
from lookalike.rekognition.wire.validation import Members

_MOST = 500
# Faces of one user (docs.aws.amazon.com/rekognition: quotas).
_MOST_FACES = 100
_USER_MATCH_THRESHOLD = 75.0


def create_user(context: Context, request: Members) -> Members:
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    collection.create_user(request["UserId"], _token("CreateUser", request))
    return {}


def delete_user(context: Context, request: Members) -> Members:
    """The user's faces stay in the collection, as nobody's."""
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    collection.delete_user(request["UserId"], _token("DeleteUser", request))
    return {}


def list_users(context: Context, request: Members) -> Members:
    records = context.engine.gallery.records(request["CollectionId"])
    found, token = page(request, _MOST, records.users, lambda each: each.id)
    return {"Users": [_user(each) for each in found], "NextToken": token}


def associate_faces(context: Context, request: Members) -> Members:
    """Give faces to a user; to one who has some, only those that are alike enough."""
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    outcome = collection.associate(
        request["UserId"],
        request["FaceIds"],
        _unlike(context, request),
        _token("AssociateFaces", request),
        most=_MOST_FACES,
    )
    return {
        "AssociatedFaces": [{"FaceId": each} for each in outcome.done],
        "UnsuccessfulFaceAssociations": [
            {**shapes.refused(each), "Confidence": each.similarity} for each in outcome.refused
        ],
        "UserStatus": _status(outcome.faces),
    }


def disassociate_faces(context: Context, request: Members) -> Members:
    """Take faces from a user; they stay in the collection, as nobody's."""
    collection = context.engine.gallery.own_collection(request["CollectionId"])
    token = _token("DisassociateFaces", request)
    outcome = collection.disassociate(request["UserId"], request["FaceIds"], token)
    return {
        "DisassociatedFaces": [{"FaceId": each} for each in outcome.done],
        "UnsuccessfulFaceDisassociations": [shapes.refused(each) for each in outcome.refused],
        "UserStatus": _status(outcome.faces),
    }


def _unlike(context: Context, request: Members) -> dict[str, float]:
    """The faces that are too unlike a user who has some, with their similarity."""
    gallery, collection = context.engine.gallery, request["CollectionId"]
    own = gallery.person_vector(request["UserId"], collection)
    if own is None:
        return {}
    threshold = request.get("UserMatchThreshold", _USER_MATCH_THRESHOLD)
    found: dict[str, float] = {}
    for record in gallery.records(collection).faces(
        "", len(request["FaceIds"]), ids=request["FaceIds"]
    ):
        vector = gallery.face_vector(record.id, collection)
        similarity = context.engine.matcher.compare(vector, own).similarity
        if record.person is None and similarity < threshold:
            found[record.id] = similarity
    return found


def _user(user: UserRecord) -> Members:
    return {"UserId": user.id, "UserStatus": _status(user.faces)}


def _status(faces: int) -> str:
    """A user is updated within the call, so that UPDATING and CREATING are never seen."""
    return "ACTIVE" if faces else "CREATED"


def _token(operation: str, request: Members) -> Token | None:
    parameters = {k: v for k, v in request.items() if k != "ClientRequestToken"}
    return token_of(operation, request.get("ClientRequestToken"), parameters)
