"""A conversation of boto3 with a server that checks signatures: every operation is called.

Tests read off it what was answered: tests/rekognition/test_clients.py the values, and
test_compatibility.py which members there are at all.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

COLLECTION = "conversation"
PEOPLE = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
# Someone of whom the gallery says the gender.
COLLINS = "Q229687"
MISSING = str(uuid.uuid5(uuid.NAMESPACE_OID, "a face that is not there"))

Answers = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """
    Attributes:
        faces: the id of each person's face, by photo.
        answers: those of each operation, in their order, without ResponseMetadata.
    """

    faces: Mapping[str, str]
    answers: Mapping[str, Answers]


def held(aws: Any, photos: Mapping[str, bytes]) -> Conversation:
    """Hold it with a boto3 client; the collection is gone in the end."""
    answers: dict[str, Answers] = defaultdict(list)

    def record(model: Any, parsed: Mapping[str, Any], **_: object) -> None:
        if "Error" not in parsed:
            answers[model.name].append({k: v for k, v in parsed.items() if k != "ResponseMetadata"})

    aws.meta.events.register("after-call.rekognition", record)
    _look(aws, photos)
    faces = _fill(aws, photos)
    _associate(aws, faces)
    _search(aws, photos, faces)
    _tag(aws)
    _list(aws)
    _take_apart(aws, faces)
    return Conversation(MappingProxyType(faces), MappingProxyType(dict(answers)))


def _look(aws: Any, photos: Mapping[str, bytes]) -> None:
    """At photos, without a collection."""
    for name in ("obama.jpg", "t1.jpg", "astronaut.png"):
        aws.recognize_celebrities(Image={"Bytes": photos[name]})
    for person in ("Q76", COLLINS):
        aws.get_celebrity_info(Id=person)
    aws.detect_faces(Image={"Bytes": photos["obama.jpg"]}, Attributes=["ALL"])
    for threshold in (80, 0):
        aws.compare_faces(
            SourceImage={"Bytes": photos["obama.jpg"]},
            TargetImage={"Bytes": photos["t1.jpg"]},
            SimilarityThreshold=threshold,
        )


def _fill(aws: Any, photos: Mapping[str, bytes]) -> dict[str, str]:
    aws.create_collection(CollectionId=COLLECTION, Tags={"stage": "test"})
    faces = {}
    for name in PEOPLE:
        answer = _index(aws, photos, name)
        faces[name] = answer["FaceRecords"][0]["Face"]["FaceId"]
    _index(aws, photos, "t1.jpg", MaxFaces=1)
    aws.describe_collection(CollectionId=COLLECTION)
    return faces


def _index(aws: Any, photos: Mapping[str, bytes], name: str, **options: Any) -> Any:
    return aws.index_faces(
        CollectionId=COLLECTION,
        Image={"Bytes": photos[name]},
        ExternalImageId=name,
        DetectionAttributes=["ALL"],
        **options,
    )


def _associate(aws: Any, faces: Mapping[str, str]) -> None:
    for user, name in (("barack", "obama.jpg"), ("joe", "biden.jpg")):
        aws.create_user(CollectionId=COLLECTION, UserId=user)
        aws.associate_faces(CollectionId=COLLECTION, UserId=user, FaceIds=[faces[name]])
    others = [faces[name] for name in ("obama2.jpg", "biden.jpg", "astronaut.png")]
    aws.associate_faces(CollectionId=COLLECTION, UserId="barack", FaceIds=[*others, MISSING])
    aws.create_user(CollectionId=COLLECTION, UserId="nobody")


def _search(aws: Any, photos: Mapping[str, bytes], faces: Mapping[str, str]) -> None:
    where = {"CollectionId": COLLECTION}
    aws.search_faces(**where, FaceId=faces["obama3.jpg"])
    aws.search_faces_by_image(**where, Image={"Bytes": photos["obama2.jpg"]})
    aws.search_users(**where, FaceId=faces["obama3.jpg"])
    aws.search_users(**where, UserId="barack", UserMatchThreshold=0)
    for name in ("obama3.jpg", "t1.jpg"):
        aws.search_users_by_image(**where, Image={"Bytes": photos[name]})
    # It is there already, and somebody's by now.
    _index(aws, photos, "obama.jpg")


def _tag(aws: Any) -> None:
    arn = aws.describe_collection(CollectionId=COLLECTION)["CollectionARN"]
    aws.tag_resource(ResourceArn=arn, Tags={"팀": "얼굴"})
    aws.untag_resource(ResourceArn=arn, TagKeys=["stage"])
    aws.list_tags_for_resource(ResourceArn=arn)


def _list(aws: Any) -> None:
    """With boto3's paginators, a row a page."""
    one = {"PageSize": 1}
    list(aws.get_paginator("list_collections").paginate(PaginationConfig=one))
    for name in ("list_faces", "list_users"):
        pages = aws.get_paginator(name).paginate(CollectionId=COLLECTION, PaginationConfig=one)
        list(pages)


def _take_apart(aws: Any, faces: Mapping[str, str]) -> None:
    theirs = [faces["obama.jpg"], faces["biden.jpg"], MISSING]
    aws.disassociate_faces(CollectionId=COLLECTION, UserId="barack", FaceIds=theirs)
    aws.delete_faces(CollectionId=COLLECTION, FaceIds=theirs)
    aws.delete_user(CollectionId=COLLECTION, UserId="joe")
    aws.delete_collection(CollectionId=COLLECTION)
