"""Collections, faces, users and searches through boto3, on a server of their own."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageFilter
import pytest
from botocore.exceptions import ClientError

from tests.support import coverings, patient
from tests.support.amazon.clients import client
from tests.support.serving import Server

Faces = Mapping[str, str]


@pytest.fixture(scope="module")
def own_server(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serve(home=tmp_path_factory.mktemp("collections")) as started:
        yield started


@pytest.fixture(scope="module")
def aws(own_server: Server) -> Iterator[Any]:
    with client(own_server.url) as opened:
        yield opened


@pytest.fixture
def collection(aws: Any) -> Iterator[str]:
    """An empty collection."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    aws.create_collection(CollectionId=name)
    yield name
    aws.delete_collection(CollectionId=name)


@pytest.fixture
def filled(aws: Any, collection: str, photos: Mapping[str, bytes]) -> Faces:
    """Obama three times, Biden and Eileen Collins; the ids of their faces by photo."""
    names = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
    return {name: index(aws, collection, photos[name], name) for name in names}


def index(aws: Any, collection: str, photo: bytes, name: str) -> str:
    answer = aws.index_faces(
        CollectionId=collection, Image={"Bytes": photo}, ExternalImageId=name, MaxFaces=1
    )
    face: str = answer["FaceRecords"][0]["Face"]["FaceId"]
    return face


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_collection_from_its_making_to_its_end(aws: Any) -> None:
    made = aws.create_collection(CollectionId="team.1", Tags={"stage": "beta"})
    assert made["StatusCode"] == 200
    assert made["CollectionArn"] == "aws:rekognition:eu-west-1:000000000000:collection/team.1"
    assert made["FaceModelVersion"] == "1.0"
    described = aws.describe_collection(CollectionId="team.1")
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert described["CollectionARN"] == f"arn:{made['CollectionArn']}"
    assert abs(datetime.now(UTC) - described["CreationTimestamp"]) < timedelta(minutes=1)
    assert refused(aws.create_collection, CollectionId="team.1") == (
        "ResourceAlreadyExistsException",
        "The collection id: team.1 already exists",
    )
    assert aws.delete_collection(CollectionId="team.1")["StatusCode"] == 200
    for call in (aws.delete_collection, aws.describe_collection, aws.list_faces):
        code, message = refused(call, CollectionId="team.1")
        assert code == "ResourceNotFoundException"
        assert message == "The collection id: team.1 does not exist"


def test_collections_are_listed_page_by_page(aws: Any) -> None:
    names = [f"page-{number:02}" for number in range(7)]
    for name in names:
        aws.create_collection(CollectionId=name)
    pages = list(aws.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 3}))
    assert len(pages) == 3
    listed = [each for page in pages for each in page["CollectionIds"]]
    assert listed == sorted(names)
    versions = {each for page in pages for each in page["FaceModelVersions"]}
    assert versions == {"1.0"}
    code, _ = refused(aws.list_collections, NextToken="bm9uc2Vuc2U=")
    assert code == "InvalidPaginationTokenException"
    for name in names:
        aws.delete_collection(CollectionId=name)


def test_tags(aws: Any, collection: str) -> None:
    arn = aws.describe_collection(CollectionId=collection)["CollectionARN"]
    aws.tag_resource(ResourceArn=arn, Tags={"팀": "얼굴", "stage": "beta"})
    aws.untag_resource(ResourceArn=arn.removeprefix("arn:"), TagKeys=["stage", "none"])
    assert aws.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"팀": "얼굴"}
    many = {f"k{number}": "v" for number in range(50)}
    code, message = refused(aws.tag_resource, ResourceArn=arn, Tags=many)
    assert (code, "at most 50" in message) == ("ServiceQuotaExceededException", True)
    wrong = "arn:aws:rekognition:eu-west-1:000000000000:project/x"
    assert refused(aws.list_tags_for_resource, ResourceArn=wrong)[0] == "InvalidParameterException"


def test_faces_are_indexed_with_what_is_known_of_them(
    aws: Any, collection: str, photos: Mapping[str, bytes]
) -> None:
    answer = aws.index_faces(
        CollectionId=collection,
        Image={"Bytes": photos["t1.jpg"]},
        ExternalImageId="six:people",
        MaxFaces=4,
        DetectionAttributes=["DEFAULT"],
    )
    assert answer["FaceModelVersion"] == "1.0"
    assert len(answer["FaceRecords"]) == 4
    left_out = [each["Reasons"] for each in answer["UnindexedFaces"]]
    assert left_out == [["EXCEEDS_MAX_FACES"]] * 2
    widths = [each["Face"]["BoundingBox"]["Width"] for each in answer["FaceRecords"]]
    heights = [each["Face"]["BoundingBox"]["Height"] for each in answer["FaceRecords"]]
    areas = [width * height for width, height in zip(widths, heights, strict=True)]
    assert areas == sorted(areas, reverse=True)
    for each in answer["FaceRecords"]:
        face, detail = each["Face"], each["FaceDetail"]
        assert face["ExternalImageId"] == "six:people"
        assert face["IndexFacesModelVersion"] == "1.0"
        assert face["BoundingBox"] == pytest.approx(detail["BoundingBox"], abs=1e-6)
        assert face["Confidence"] == pytest.approx(detail["Confidence"], abs=1e-4)
        assert "UserId" not in face
    assert len({each["Face"]["ImageId"] for each in answer["FaceRecords"]}) == 1
    assert aws.describe_collection(CollectionId=collection)["FaceCount"] == 4
    listed = aws.list_faces(CollectionId=collection)["Faces"]
    by_id = {each["FaceId"]: each for each in listed}
    for each in answer["FaceRecords"]:
        assert by_id[each["Face"]["FaceId"]]["ImageId"] == each["Face"]["ImageId"]


def test_the_same_image_again_adds_nothing(
    aws: Any, collection: str, photos: Mapping[str, bytes]
) -> None:
    first = index(aws, collection, photos["obama.jpg"], "a")
    assert index(aws, collection, photos["obama.jpg"], "a") == first
    assert index(aws, collection, photos["obama.jpg"], "b") != first
    assert aws.describe_collection(CollectionId=collection)["FaceCount"] == 2
    aws.delete_faces(CollectionId=collection, FaceIds=[first])
    assert index(aws, collection, photos["obama.jpg"], "a") != first


def blurred(photo: bytes) -> bytes:
    written = io.BytesIO()
    with PIL.Image.open(io.BytesIO(photo)) as image:
        image.filter(PIL.ImageFilter.GaussianBlur(8)).save(written, "JPEG")
    return written.getvalue()


def test_poor_faces_are_left_out_unless_asked_for(
    aws: Any, collection: str, photos: Mapping[str, bytes]
) -> None:
    image = {"Bytes": blurred(photos["obama.jpg"])}
    strict = aws.index_faces(CollectionId=collection, Image=image, QualityFilter="HIGH")
    assert strict["FaceRecords"] == []
    assert "LOW_SHARPNESS" in strict["UnindexedFaces"][0]["Reasons"]
    lenient = aws.index_faces(CollectionId=collection, Image=image, QualityFilter="NONE")
    assert len(lenient["FaceRecords"]) == 1
    empty = aws.index_faces(
        CollectionId=collection, Image={"Bytes": photos["free-mountain-vector-01.jpg"]}
    )
    assert (empty["FaceRecords"], empty["UnindexedFaces"]) == ([], [])


def test_faces_are_listed_page_by_page(aws: Any, collection: str, filled: Faces) -> None:
    paginator = aws.get_paginator("list_faces")
    pages = list(paginator.paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert [len(page["Faces"]) for page in pages] == [2, 2, 1]
    listed = {each["FaceId"] for page in pages for each in page["Faces"]}
    assert listed == set(filled.values())
    some = [filled["biden.jpg"], str(uuid.uuid4())]
    only = aws.list_faces(CollectionId=collection, FaceIds=some)["Faces"]
    assert [each["ExternalImageId"] for each in only] == ["biden.jpg"]
    three = sorted(filled.values())[1:4]
    pages = paginator.paginate(
        CollectionId=collection, FaceIds=three[::-1], PaginationConfig={"PageSize": 1}
    )
    assert [each["FaceId"] for page in pages for each in page["Faces"]] == three
    token = aws.list_faces(CollectionId=collection, MaxResults=2)["NextToken"]
    assert refused(aws.list_faces, CollectionId=collection, UserId="somebody", NextToken=token) == (
        "InvalidPaginationTokenException",
        "Invalid Pagination Token",
    )


def test_searching_by_a_face_of_the_collection(aws: Any, collection: str, filled: Faces) -> None:
    answer = aws.search_faces(CollectionId=collection, FaceId=filled["obama.jpg"])
    assert answer["SearchedFaceId"] == filled["obama.jpg"]
    found = [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]]
    assert sorted(found) == ["obama2.jpg", "obama3.jpg"]
    scores = [match["Similarity"] for match in answer["FaceMatches"]]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 80
    everyone = aws.search_faces(
        CollectionId=collection, FaceId=filled["obama.jpg"], FaceMatchThreshold=0, MaxFaces=3
    )
    assert len(everyone["FaceMatches"]) == 3


def test_a_face_that_is_not_there_is_a_wrong_parameter(aws: Any, collection: str) -> None:
    """As for Amazon: programs that have just indexed it look for these words and ask again."""
    for call in (aws.search_faces, aws.search_users):
        with pytest.raises(aws.exceptions.InvalidParameterException) as raised:
            call(CollectionId=collection, FaceId=str(uuid.uuid4()))
        message = raised.value.response["Error"]["Message"]
        assert message == "faceId was not found in the collection."


def test_searching_by_an_image(
    aws: Any, collection: str, filled: Faces, photos: Mapping[str, bytes]
) -> None:
    image = {"Bytes": photos["obama2.jpg"]}
    answer = aws.search_faces_by_image(CollectionId=collection, Image=image)
    assert answer["FaceMatches"][0]["Face"]["ExternalImageId"] == "obama2.jpg"
    assert answer["FaceMatches"][0]["Similarity"] == pytest.approx(100, abs=0.1)
    assert len(answer["FaceMatches"]) == 3
    assert answer["SearchedFaceConfidence"] > 80
    assert 0 < answer["SearchedFaceBoundingBox"]["Width"] < 1
    stranger = {"Bytes": photos["Tom_Hanks_54745.png"]}
    assert aws.search_faces_by_image(CollectionId=collection, Image=stranger)["FaceMatches"] == []
    empty = {"Bytes": photos["free-mountain-vector-01.jpg"]}
    assert refused(aws.search_faces_by_image, CollectionId=collection, Image=empty) == (
        "InvalidParameterException",
        "There are no faces in the image. Should be at least 1.",
    )


@pytest.mark.parametrize("name", ["obama.jpg", "cat"])
def test_a_face_keeps_its_confidence(
    aws: Any, collection: str, photos: Mapping[str, bytes], name: str
) -> None:
    """A cat is taken for a face, on which no mesh lies: less surely so wherever it is told of."""
    image = {"Bytes": coverings.cat() if name == "cat" else photos[name]}
    (detected,) = aws.detect_faces(Image=image)["FaceDetails"]
    (indexed,) = aws.index_faces(CollectionId=collection, Image=image, QualityFilter="NONE")[
        "FaceRecords"
    ]
    (listed,) = aws.list_faces(CollectionId=collection)["Faces"]
    (match,) = aws.search_faces_by_image(CollectionId=collection, Image=image)["FaceMatches"]
    told = {
        each["Confidence"]
        for each in (detected, indexed["Face"], indexed["FaceDetail"], listed, match["Face"])
    }
    assert len(told) == 1
    assert (told.pop() > 99) == (name == "obama.jpg")


def test_users_are_people_found_by_all_their_faces(
    aws: Any, collection: str, filled: Faces, photos: Mapping[str, bytes]
) -> None:
    aws.create_user(CollectionId=collection, UserId="barack:o", ClientRequestToken="once")
    aws.create_user(CollectionId=collection, UserId="barack:o", ClientRequestToken="once")
    assert refused(aws.create_user, CollectionId=collection, UserId="barack:o")[0] == (
        "ConflictException"
    )
    assert refused(
        aws.create_user, CollectionId=collection, UserId="other", ClientRequestToken="once"
    )[0] == ("IdempotentParameterMismatchException")
    users = aws.list_users(CollectionId=collection)["Users"]
    assert users == [{"UserId": "barack:o", "UserStatus": "CREATED"}]

    given = aws.associate_faces(
        CollectionId=collection, UserId="barack:o", FaceIds=[filled["obama.jpg"]]
    )
    assert given["AssociatedFaces"] == [{"FaceId": filled["obama.jpg"]}]
    assert given["UserStatus"] == "ACTIVE"
    missing = str(uuid.uuid4())
    more = aws.associate_faces(
        CollectionId=collection,
        UserId="barack:o",
        FaceIds=[filled["obama2.jpg"], filled["biden.jpg"], missing, filled["obama.jpg"]],
    )
    assert more["AssociatedFaces"] == [{"FaceId": filled["obama2.jpg"]}]
    why = {each["FaceId"]: each for each in more["UnsuccessfulFaceAssociations"]}
    assert why.keys() == {filled["biden.jpg"], missing}
    assert why[missing]["Reasons"] == ["FACE_NOT_FOUND"]
    assert why[filled["biden.jpg"]]["Reasons"] == ["LOW_MATCH_CONFIDENCE"]
    assert why[filled["biden.jpg"]]["Confidence"] < 75

    found = aws.search_users_by_image(
        CollectionId=collection, Image={"Bytes": photos["obama3.jpg"]}
    )
    assert [match["User"] for match in found["UserMatches"]] == [
        {"UserId": "barack:o", "UserStatus": "ACTIVE"}
    ]
    assert found["UserMatches"][0]["Similarity"] > 90
    assert found["SearchedFace"]["FaceDetail"]["Confidence"] > 80
    by_face = aws.search_users(CollectionId=collection, FaceId=filled["obama3.jpg"])
    assert by_face["SearchedFace"] == {"FaceId": filled["obama3.jpg"]}
    assert by_face["UserMatches"][0]["User"]["UserId"] == "barack:o"
    matched = aws.search_faces(CollectionId=collection, FaceId=filled["obama3.jpg"])
    assert {match["Face"].get("UserId") for match in matched["FaceMatches"]} == {"barack:o"}
    own = aws.list_faces(CollectionId=collection, UserId="barack:o")["Faces"]
    assert {each["FaceId"] for each in own} == {filled["obama.jpg"], filled["obama2.jpg"]}


def test_faces_belong_to_one_user(aws: Any, collection: str, filled: Faces) -> None:
    for user, face in (("o", "obama.jpg"), ("b", "biden.jpg")):
        aws.create_user(CollectionId=collection, UserId=user)
        aws.associate_faces(CollectionId=collection, UserId=user, FaceIds=[filled[face]])
    taken = aws.associate_faces(
        CollectionId=collection, UserId="o", FaceIds=[filled["biden.jpg"]], UserMatchThreshold=0
    )["UnsuccessfulFaceAssociations"]
    assert taken == [
        {
            "FaceId": filled["biden.jpg"],
            "UserId": "b",
            "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"],
        }
    ]
    kept = aws.delete_faces(
        CollectionId=collection,
        FaceIds=[filled["biden.jpg"], filled["astronaut.png"], filled["astronaut.png"]],
    )
    assert kept["DeletedFaces"] == [filled["astronaut.png"]]
    assert kept["UnsuccessfulFaceDeletions"][0]["Reasons"] == ["ASSOCIATED_TO_AN_EXISTING_USER"]
    assert kept["UnsuccessfulFaceDeletions"][0]["UserId"] == "b"
    alike = aws.search_users(CollectionId=collection, UserId="o", UserMatchThreshold=0)
    assert [match["User"]["UserId"] for match in alike["UserMatches"]] == ["b"]
    code, message = refused(aws.search_users, CollectionId=collection, UserId="o", FaceId=uid())
    assert (code, "not both" in message) == ("InvalidParameterException", True)

    left = aws.disassociate_faces(
        CollectionId=collection,
        UserId="b",
        FaceIds=[filled["biden.jpg"], filled["obama.jpg"], filled["obama2.jpg"]],
        ClientRequestToken="again",
    )
    assert left["DisassociatedFaces"] == [{"FaceId": filled["biden.jpg"]}]
    assert left["UserStatus"] == "CREATED"
    why = {each["FaceId"]: each["Reasons"] for each in left["UnsuccessfulFaceDisassociations"]}
    assert why == {
        filled["obama.jpg"]: ["ASSOCIATED_TO_A_DIFFERENT_USER"],
        filled["obama2.jpg"]: ["FACE_NOT_FOUND"],
    }
    again = aws.disassociate_faces(
        CollectionId=collection,
        UserId="b",
        FaceIds=[filled["biden.jpg"], filled["obama.jpg"], filled["obama2.jpg"]],
        ClientRequestToken="again",
    )
    assert again["DisassociatedFaces"] == left["DisassociatedFaces"]
    assert aws.search_users(CollectionId=collection, UserId="b")["UserMatches"] == []


def uid() -> str:
    return str(uuid.uuid4())


def test_a_user_who_is_deleted_leaves_their_faces(aws: Any, collection: str, filled: Faces) -> None:
    aws.create_user(CollectionId=collection, UserId="o")
    aws.associate_faces(CollectionId=collection, UserId="o", FaceIds=[filled["obama.jpg"]])
    aws.delete_user(CollectionId=collection, UserId="o")
    assert refused(aws.delete_user, CollectionId=collection, UserId="o")[0] == (
        "ResourceNotFoundException"
    )
    assert aws.describe_collection(CollectionId=collection)["FaceCount"] == 5
    assert (
        aws.search_users(CollectionId=collection, FaceId=filled["obama2.jpg"])["UserMatches"] == []
    )
    match = aws.search_faces(CollectionId=collection, FaceId=filled["obama2.jpg"])["FaceMatches"][0]
    assert "UserId" not in match["Face"]


def test_an_image_without_a_face_finds_no_user(
    aws: Any, collection: str, photos: Mapping[str, bytes]
) -> None:
    empty = {"Bytes": photos["free-mountain-vector-01.jpg"]}
    answer = aws.search_users_by_image(CollectionId=collection, Image=empty)
    assert answer["UserMatches"] == []
    assert "SearchedFace" not in answer


def test_others_in_the_image_are_said_not_to_be_searched(
    aws: Any, collection: str, photos: Mapping[str, bytes]
) -> None:
    answer = aws.search_users_by_image(CollectionId=collection, Image={"Bytes": photos["t1.jpg"]})
    assert [each["Reasons"] for each in answer["UnsearchedFaces"]] == [["FACE_NOT_LARGEST"]] * 5


def test_users_are_listed_page_by_page(aws: Any, collection: str) -> None:
    for number in range(5):
        aws.create_user(CollectionId=collection, UserId=f"u{number}")
    pages = list(
        aws.get_paginator("list_users").paginate(
            CollectionId=collection, PaginationConfig={"PageSize": 2}
        )
    )
    listed = [user["UserId"] for page in pages for user in page["Users"]]
    assert listed == [f"u{number}" for number in range(5)]
    assert len(pages) == 3


def test_a_collection_opens_on_the_page_when_it_is_named(
    aws: Any, own_server: Server, collection: str, filled: Faces, photos: Mapping[str, bytes]
) -> None:
    aws.create_user(CollectionId=collection, UserId="eileen")
    aws.associate_faces(CollectionId=collection, UserId="eileen", FaceIds=[filled["astronaut.png"]])
    find = f"{own_server.url}/api/v1/lookalikes"
    photo = {"photo": photos["astronaut.png"]}
    named = patient.post(find, files=photo, data={"collection": collection}).json()
    (best,) = named["faces"][0]["people"]
    assert (best["id"], best["score"]["verdict"]) == ("eileen", "same-person")
    everyone = patient.post(find, files=photo).json()
    assert all(each["collection"] == "starter" for each in everyone["faces"][0]["people"])
    celebrity = aws.recognize_celebrities(Image={"Bytes": photos["astronaut.png"]})
    assert celebrity["CelebrityFaces"] == []


def test_the_starter_is_hidden_and_its_people_are_known(
    aws: Any, photos: Mapping[str, bytes]
) -> None:
    """Programs that delete all collections that are listed meet no error."""
    image = {"Image": {"Bytes": photos["obama.jpg"]}}
    arn = "arn:aws:rekognition:eu-west-1:000000000000:collection/starter"
    for call, parameters in (
        (aws.describe_collection, {"CollectionId": "starter"}),
        (aws.delete_collection, {"CollectionId": "starter"}),
        (aws.search_faces_by_image, {"CollectionId": "starter"} | image),
        (aws.list_tags_for_resource, {"ResourceArn": arn}),
    ):
        assert refused(call, **parameters) == (
            "ResourceNotFoundException",
            "The collection id: starter does not exist",
        )
    code, message = refused(aws.create_collection, CollectionId="starter")
    assert (code, "already exists" in message) == ("ResourceAlreadyExistsException", True)
    assert aws.recognize_celebrities(**image)["CelebrityFaces"][0]["Id"] == "Q76"


@pytest.fixture(scope="module")
def showing(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """boto3, at a server whose starter is among the collections."""
    home = tmp_path_factory.mktemp("showing")
    with serve(rekognition_starter="on", home=home) as server, client(server.url) as opened:
        yield opened


def test_the_starter_is_a_collection_that_cannot_be_changed(
    showing: Any, photos: Mapping[str, bytes]
) -> None:
    aws = showing
    assert aws.list_collections()["CollectionIds"] == ["starter"]
    described = aws.describe_collection(CollectionId="starter")
    assert described["FaceCount"] == described["UserCount"] > 1_000
    found = aws.search_users_by_image(
        CollectionId="starter", Image={"Bytes": photos["obama.jpg"]}, MaxUsers=1
    )
    assert found["UserMatches"][0]["User"]["UserId"] == "Q76"
    face = aws.search_faces_by_image(CollectionId="starter", Image={"Bytes": photos["obama.jpg"]})
    match = face["FaceMatches"][0]["Face"]
    assert (match["UserId"], match["ExternalImageId"]) == ("Q76", "Q76")
    assert match["BoundingBox"] == {"Width": 1, "Height": 1, "Left": 0, "Top": 0}
    assert set(match) == set(aws.meta.service_model.shape_for("Face").members)
    assert aws.list_faces(CollectionId="starter", UserId="Q76")["Faces"] == [match]
    for call, parameters in (
        (aws.delete_collection, {}),
        (aws.delete_faces, {"FaceIds": [match["FaceId"]]}),
        (aws.create_user, {"UserId": "x"}),
        (aws.index_faces, {"Image": {"Bytes": photos["obama.jpg"]}}),
    ):
        code, message = refused(call, CollectionId="starter", **parameters)
        assert (code, "read-only" in message) == ("InvalidParameterException", True)


def test_everything_is_there_after_a_restart(
    serve: Callable[..., AbstractContextManager[Server]],
    tmp_path: Path,
    photos: Mapping[str, bytes],
) -> None:
    with serve(home=tmp_path) as server, client(server.url) as aws:
        aws.create_collection(CollectionId="kept")
        face = index(aws, "kept", photos["biden.jpg"], "b")
        aws.create_user(CollectionId="kept", UserId="joe")
        aws.associate_faces(CollectionId="kept", UserId="joe", FaceIds=[face])
    with serve(home=tmp_path) as server, client(server.url) as aws:
        found = aws.search_users_by_image(CollectionId="kept", Image={"Bytes": photos["biden.jpg"]})
        assert found["UserMatches"][0]["User"]["UserId"] == "joe"
        assert aws.list_faces(CollectionId="kept")["Faces"][0]["FaceId"] == face
