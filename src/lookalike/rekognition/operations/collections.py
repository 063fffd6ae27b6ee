"""Collections and their tags: every gallery is a collection, the starter a read-only one that is
hidden unless the settings show it."""

from __future__ import annotations

from datetime import UTC, datetime

from lookalike.gallery import starter
from lookalike.gallery.gallery import Collection
from lookalike.rekognition.arns import collection_arn, collection_of
from lookalike.rekognition.context import Context
from lookalike.rekognition.paging import page
from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members

_MOST = 4096
# Tags of one collection (docs.aws.amazon.com/rekognition: quotas).
_MOST_TAGS = 50
# When a collection was made that came with the package.
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)


def create_collection(context: Context, request: Members) -> Members:
    """An empty collection. The page and the celebrities find it only when it is named."""
    collection = request["CollectionId"]
    context.engine.gallery.store.create(collection, request.get("Tags"), is_open=False)
    return {
        "StatusCode": 200,
        # Without "arn:", as Amazon answers here alone.
        "CollectionArn": collection_arn(context.region, collection).removeprefix("arn:"),
        "FaceModelVersion": context.model_version,
    }


def delete_collection(context: Context, request: Members) -> Members:
    context.engine.gallery.store.delete(request["CollectionId"])
    return {"StatusCode": 200}


def describe_collection(context: Context, request: Members) -> Members:
    found = context.engine.gallery.collection(request["CollectionId"])
    return {
        "FaceCount": found.faces,
        "UserCount": found.people,
        "FaceModelVersion": context.model_version,
        "CollectionARN": collection_arn(context.region, found.id),
        "CreationTimestamp": found.created or _ALWAYS,
    }


def list_collections(context: Context, request: Members) -> Members:
    """By id."""
    found = context.engine.gallery.collections()
    shown = (each for each in found if context.shows_starter or each.id != starter.COLLECTION)
    everything = sorted(shown, key=lambda each: each.id)

    def after(last: str, limit: int) -> list[Collection]:
        return [each for each in everything if each.id > last][:limit]

    listed, token = page(request, _MOST, after, lambda each: each.id)
    return {
        "CollectionIds": [each.id for each in listed],
        "FaceModelVersions": [context.model_version for _ in listed],
        "NextToken": token,
    }


def tag_resource(context: Context, request: Members) -> Members:
    collection = context.engine.gallery.own_collection(_collection(request))
    collection.tag(request["Tags"], most=_MOST_TAGS)
    return {}


def untag_resource(context: Context, request: Members) -> Members:
    collection = context.engine.gallery.own_collection(_collection(request))
    collection.tag({}, request["TagKeys"], most=_MOST_TAGS)
    return {}


def list_tags_for_resource(context: Context, request: Members) -> Members:
    return {"Tags": context.engine.gallery.records(_collection(request)).tags()}


def _collection(request: Members) -> str:
    arn = request["ResourceArn"]
    collection = collection_of(arn)
    if collection is None:
        form = collection_arn("<region>", "<id>")
        raise Fault("InvalidParameterException", f"ResourceArn is {arn!r}; it must be {form}.")
    return collection
