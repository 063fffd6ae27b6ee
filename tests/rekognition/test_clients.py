"""Amazon's own clients against a server that checks signatures: boto3, the AWS CLI, and the SDK
for JavaScript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lookalike.rekognition.access.keys import Unlocked
from tests.support import ROOT
from tests.support.amazon.conversation import COLLECTION, MISSING, PEOPLE, Conversation
from tests.support.amazon.service_model import immediate
from tests.support.serving import Server

SCRIPT = ROOT / "tests" / "support" / "js" / "client.cjs"
ARN = f"aws:rekognition:eu-west-1:000000000000:collection/{COLLECTION}"


def users(matches: list[Mapping[str, Any]]) -> list[str]:
    return [each["User"]["UserId"] for each in matches]


def photos_of(faces: list[Mapping[str, Any]]) -> list[str]:
    return [each["ExternalImageId"] for each in faces]


def test_boto3_has_called_every_operation(conversation: Conversation) -> None:
    assert conversation.answers.keys() == set(immediate())


def test_boto3_looks_at_photos(conversation: Conversation) -> None:
    said = conversation.answers
    known, strangers, woman = said["RecognizeCelebrities"]
    assert woman["CelebrityFaces"][0]["KnownGender"] == {"Type": "Female"}
    (celebrity,) = known["CelebrityFaces"]
    assert (celebrity["Name"], celebrity["Id"]) == ("Barack Obama", "Q76")
    assert celebrity["MatchConfidence"] > 90
    assert len(strangers["CelebrityFaces"]) + len(strangers["UnrecognizedFaces"]) == 6
    info, hers = said["GetCelebrityInfo"]
    assert (hers["Name"], hers["KnownGender"]) == ("Eileen Collins", {"Type": "Female"})
    assert info["KnownGender"] == {"Type": "Male"}
    assert (info["Name"], info["Urls"]) == ("Barack Obama", celebrity["Urls"])
    (detected,) = said["DetectFaces"]
    (face,) = detected["FaceDetails"]
    assert face["BoundingBox"] == celebrity["Face"]["BoundingBox"]
    alike, everyone = said["CompareFaces"]
    assert (len(alike["FaceMatches"]), len(alike["UnmatchedFaces"])) == (0, 6)
    assert (len(everyone["FaceMatches"]), len(everyone["UnmatchedFaces"])) == (6, 0)
    assert everyone["SourceImageFace"]["BoundingBox"] == face["BoundingBox"]


def test_boto3_fills_a_collection(conversation: Conversation) -> None:
    said, faces = conversation.answers, conversation.faces
    assert [each["CollectionArn"] for each in said["CreateCollection"]] == [ARN]
    indexed = [[each["Face"] for each in answer["FaceRecords"]] for answer in said["IndexFaces"]]
    assert [photos_of(each) for each in indexed] == [
        *([name] for name in PEOPLE),
        ["t1.jpg"],
        ["obama.jpg"],
    ]
    left_out = [each["Reasons"] for each in said["IndexFaces"][5]["UnindexedFaces"]]
    assert left_out == [["EXCEEDS_MAX_FACES"]] * 5
    (again,) = indexed[-1]
    assert (again["FaceId"], again["UserId"]) == (faces["obama.jpg"], "barack")
    first, last = said["DescribeCollection"]
    assert [(each["FaceCount"], each["UserCount"]) for each in (first, last)] == [(6, 0), (6, 3)]
    assert first["CollectionARN"] == f"arn:{ARN}"
    assert said["ListTagsForResource"] == [{"Tags": {"팀": "얼굴"}}]


def test_boto3_associates_faces(conversation: Conversation) -> None:
    said, faces = conversation.answers, conversation.faces
    assert [each["UserStatus"] for each in said["AssociateFaces"]] == ["ACTIVE"] * 3
    last = said["AssociateFaces"][-1]
    assert last["AssociatedFaces"] == [{"FaceId": faces["obama2.jpg"]}]
    why = {each["FaceId"]: each["Reasons"] for each in last["UnsuccessfulFaceAssociations"]}
    assert why == {
        faces["biden.jpg"]: ["ASSOCIATED_TO_A_DIFFERENT_USER"],
        faces["astronaut.png"]: ["LOW_MATCH_CONFIDENCE"],
        MISSING: ["FACE_NOT_FOUND"],
    }


def test_boto3_searches(conversation: Conversation) -> None:
    said, faces = conversation.answers, conversation.faces
    (by_face,) = said["SearchFaces"]
    assert by_face["SearchedFaceId"] == faces["obama3.jpg"]
    found = [each["Face"] for each in by_face["FaceMatches"]]
    assert sorted(photos_of(found)) == ["obama.jpg", "obama2.jpg"]
    assert [each["UserId"] for each in found] == ["barack"] * 2
    (by_image,) = said["SearchFacesByImage"]
    assert by_image["FaceMatches"][0]["Face"]["FaceId"] == faces["obama2.jpg"]
    assert by_image["FaceMatches"][0]["Similarity"] == pytest.approx(100, abs=0.1)
    to_face, to_user = said["SearchUsers"]
    assert (users(to_face["UserMatches"]), users(to_user["UserMatches"])) == (["barack"], ["joe"])
    assert to_user["SearchedUser"] == {"UserId": "barack"}
    barack, nobody = said["SearchUsersByImage"]
    assert (users(barack["UserMatches"]), nobody["UserMatches"]) == (["barack"], [])
    others = [each["Reasons"] for each in nobody["UnsearchedFaces"]]
    assert others == [["FACE_NOT_LARGEST"]] * 5


def test_boto3_pages(conversation: Conversation) -> None:
    said = conversation.answers
    collections = [each["CollectionIds"] for each in said["ListCollections"]]
    assert collections == [[COLLECTION], ["mine"]]
    listed = [photos_of(each["Faces"]) for each in said["ListFaces"]]
    assert sorted(name for (name,) in listed) == sorted([*PEOPLE, "t1.jpg"])
    pages = [each["Users"] for each in said["ListUsers"]]
    assert pages == [
        [{"UserId": "barack", "UserStatus": "ACTIVE"}],
        [{"UserId": "joe", "UserStatus": "ACTIVE"}],
        [{"UserId": "nobody", "UserStatus": "CREATED"}],
    ]


def test_boto3_takes_a_collection_apart(conversation: Conversation) -> None:
    said, faces = conversation.answers, conversation.faces
    (left,) = said["DisassociateFaces"]
    assert left["DisassociatedFaces"] == [{"FaceId": faces["obama.jpg"]}]
    assert left["UserStatus"] == "ACTIVE"
    (deleted,) = said["DeleteFaces"]
    assert deleted["DeletedFaces"] == [faces["obama.jpg"]]
    why = {each["FaceId"]: each["Reasons"] for each in deleted["UnsuccessfulFaceDeletions"]}
    assert why == {
        faces["biden.jpg"]: ["ASSOCIATED_TO_AN_EXISTING_USER"],
        MISSING: ["FACE_NOT_FOUND"],
    }
    assert said["DeleteCollection"] == [{"StatusCode": 200}]
    for operation in ("CreateUser", "DeleteUser", "TagResource", "UntagResource"):
        assert {} in said[operation]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Mapping[str, bytes]) -> Path:
    """Photos as files, as command lines want them."""
    folder = tmp_path_factory.mktemp("album")
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg", "free-mountain-vector-01.jpg"):
        (folder / name).write_bytes(photos[name])
    return folder


@pytest.fixture
def environ(key: Unlocked, tmp_path: Path) -> dict[str, str]:
    """Credentials, and no configuration of whoever runs the tests."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": key.key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
    }


def test_the_aws_cli(strict: Server, album: Path, environ: dict[str, str]) -> None:
    def run(operation: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "awscli", "rekognition", operation, *options]
        command += ["--endpoint-url", strict.url, "--output", "json"]
        return subprocess.run(command, env=environ, cwd=album, capture_output=True, text=True)

    def aws(operation: str, *options: str) -> Any:
        done = run(operation, *options)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    where = ("--collection-id", "command-line")
    assert aws("create-collection", *where, "--tags", "stage=beta")["StatusCode"] == 200
    for name in ("obama.jpg", "biden.jpg"):
        given = ("--image-bytes", f"fileb://{name}", "--external-image-id", name)
        (record,) = aws("index-faces", *where, *given)["FaceRecords"]
        assert record["Face"]["ExternalImageId"] == name
    pages = aws("list-faces", *where, "--page-size", "1")
    assert sorted(photos_of(pages["Faces"])) == ["biden.jpg", "obama.jpg"]
    found = aws("search-faces-by-image", *where, "--image-bytes", "fileb://obama2.jpg")
    assert photos_of([each["Face"] for each in found["FaceMatches"]]) == ["obama.jpg"]
    source = ("--source-image-bytes", "fileb://obama.jpg")
    compared = aws("compare-faces", *source, "--target-image-bytes", "fileb://obama2.jpg")
    assert [each["Similarity"] > 90 for each in compared["FaceMatches"]] == [True]
    nobody = ("--image-bytes", "fileb://free-mountain-vector-01.jpg")
    refused = run("search-faces-by-image", *where, *nobody)
    assert refused.returncode != 0
    assert (
        "An error occurred (InvalidParameterException) when calling the SearchFacesByImage "
        "operation: There are no faces in the image. Should be at least 1." in refused.stderr
    )
    assert aws("delete-collection", *where) == {"StatusCode": 200}


def test_the_sdk_for_javascript(strict: Server, album: Path, environ: dict[str, str]) -> None:
    node = shutil.which("node")
    assert node, "run: sh tests/install.sh"
    names = ("obama.jpg", "obama2.jpg", "biden.jpg")
    done = subprocess.run(
        [node, str(SCRIPT), strict.url, *(str(album / name) for name in names)],
        env={**environ, "NODE_PATH": str(ROOT / ".venv" / "node" / "node_modules")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    arn = "aws:rekognition:eu-west-1:000000000000:collection/javascript"
    assert said["created"]["CollectionArn"] == arn
    assert said["again"] == {
        "name": "ResourceAlreadyExistsException",
        "message": "The collection id: javascript already exists",
        "$fault": "client",
        "typed": True,
        "status": 400,
    }
    faces = [each["FaceRecords"][0]["Face"] for each in said["indexed"]]
    assert photos_of(faces) == ["photo", "other", "stranger"]
    assert [len(each) for each in said["pages"]] == [2, 1]
    assert sorted(name for page in said["pages"] for name in page) == ["other", "photo", "stranger"]
    matches = said["found"]["FaceMatches"]
    assert photos_of([each["Face"] for each in matches]) == ["other", "photo"]
    assert matches[0]["Similarity"] == pytest.approx(100, abs=0.1)
    assert said["compared"]["FaceMatches"][0]["Similarity"] < 80
    assert [each["Id"] for each in said["celebrities"]["CelebrityFaces"]] == ["Q76"]
    assert said["deleted"]["StatusCode"] == 200
    assert (said["missing"]["name"], said["missing"]["typed"]) == (
        "ResourceNotFoundException",
        False,
    )
