"""What programs ask beside faces: answered by a setting alone, as far as faces prove it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from docs import compatibility
from lookalike.faces.analyzer import Analyzer
from lookalike.rekognition.operations import BLIND, OTHERS
from tests.support import coverings
from tests.support.amazon.clients import client
from tests.support.amazon.service_model import members, output_of
from tests.support.serving import Server

PERSON = "Person Description"


@pytest.fixture(scope="module")
def aws(serve: Callable[..., AbstractContextManager[Server]]) -> Iterator[Any]:
    with serve(others="faces") as server, client(server.url) as opened:
        yield opened


@pytest.fixture
def group(photos: Mapping[str, bytes]) -> dict[str, bytes]:
    """Six people."""
    return {"Bytes": photos["t1.jpg"]}


def named(answer: Any) -> list[str]:
    return [each["Name"] for each in answer["Labels"]]


def test_labels_are_what_faces_prove(aws: Any, group: dict[str, bytes]) -> None:
    answer = aws.detect_labels(Image=group)
    faces = aws.detect_faces(Image=group)["FaceDetails"]
    boxes = [each["BoundingBox"] for each in faces]
    assert len(boxes) == 6
    labels = {each["Name"]: each for each in answer["Labels"]}
    assert [parent["Name"] for parent in labels["Face"]["Parents"]] == ["Head", "Person"]
    assert labels["Person"]["Parents"] == []
    assert labels["Person"]["Aliases"] == [{"Name": "Human"}]
    assert labels.keys() == {"Person", "Head", "Face"}
    for each in labels.values():
        assert each["Categories"] == [{"Name": PERSON}]
        assert [found["BoundingBox"] for found in each["Instances"]] == boxes
        assert each["Confidence"] == max(found["Confidence"] for found in each["Instances"])


def test_labels_are_filtered(aws: Any, group: dict[str, bytes]) -> None:
    def labels(**settings: list[str]) -> list[str]:
        return named(aws.detect_labels(Image=group, Settings={"GeneralLabels": settings}))

    assert len(aws.detect_labels(Image=group, MaxLabels=1)["Labels"]) == 1
    assert aws.detect_labels(Image=group, Features=["IMAGE_PROPERTIES"])["Labels"] == []
    assert labels(LabelInclusionFilters=["Person", "Cat"]) == ["Person"]
    assert sorted(labels(LabelExclusionFilters=["Person"])) == ["Face", "Head"]
    assert labels(LabelCategoryExclusionFilters=[PERSON]) == []
    assert labels(LabelCategoryInclusionFilters=["Animals and Pets"]) == []
    assert len(labels(LabelCategoryInclusionFilters=[PERSON, "Animals and Pets"])) == 3


def test_a_landscape_has_no_labels(aws: Any, photos: Mapping[str, bytes]) -> None:
    image = {"Bytes": photos["free-mountain-vector-01.jpg"]}
    assert aws.detect_labels(Image=image)["Labels"] == []
    assert aws.detect_protective_equipment(Image=image)["Persons"] == []


def test_masks_are_protective_equipment(
    aws: Any, photos: Mapping[str, bytes], analyzer: Analyzer
) -> None:
    def summary(data: bytes, *types: str) -> tuple[Any, Any]:
        asked = {"MinConfidence": 80, "RequiredEquipmentTypes": list(types)}
        answer = aws.detect_protective_equipment(
            Image={"Bytes": data}, SummarizationAttributes=asked
        )
        (person,) = answer["Persons"]
        assert (person["Id"], [part["Name"] for part in person["BodyParts"]]) == (0, ["FACE"])
        return person, answer["Summary"]

    masked = coverings.covered(analyzer, photos["obama.jpg"], "mask")
    person, wears = summary(masked, "FACE_COVER")
    (cover,) = person["BodyParts"][0]["EquipmentDetections"]
    assert (cover["Type"], cover["CoversBodyPart"]["Value"]) == ("FACE_COVER", True)
    assert cover["Confidence"] > 90
    assert cover["BoundingBox"]["Top"] > person["BoundingBox"]["Top"]
    assert wears["PersonsWithRequiredEquipment"] == [0]
    _, more = summary(masked, "FACE_COVER", "HEAD_COVER")
    assert more["PersonsIndeterminate"] == [0]
    person, bare = summary(photos["obama.jpg"], "FACE_COVER", "HEAD_COVER")
    assert person["BodyParts"][0]["EquipmentDetections"] == []
    assert bare["PersonsWithoutRequiredEquipment"] == [0]


@pytest.mark.parametrize("operation", BLIND)
def test_what_nobody_looks_for_is_empty_and_said(
    aws: Any, group: dict[str, bytes], caplog: pytest.LogCaptureFixture, operation: str
) -> None:
    call = {"DetectText": "detect_text", "DetectModerationLabels": "detect_moderation_labels"}
    with caplog.at_level(logging.WARNING, "lookalike"):
        answer = getattr(aws, call[operation])(Image=group)
    lists = [value for value in answer.values() if isinstance(value, list)]
    assert lists
    assert not any(lists)
    warning = answer["ResponseMetadata"]["HTTPHeaders"]["warning"]
    assert warning.startswith(f'199 lookalike "{operation} is answered with nothing (LOOKALIKE_')
    assert f"{operation} is answered with nothing" in caplog.text
    with pytest.raises(aws.exceptions.InvalidImageFormatException):
        getattr(aws, call[operation])(Image={"Bytes": b"GIF89a"})


def test_nothing_of_it_is_there_unless_it_is_set(server: Server, group: dict[str, bytes]) -> None:
    with client(server.url) as plain:
        for call in (
            plain.detect_labels,
            plain.detect_text,
            plain.detect_moderation_labels,
            plain.detect_protective_equipment,
        ):
            with pytest.raises(ClientError) as raised:
                call(Image=group)
            assert raised.value.response["Error"]["Code"] == "UnknownOperationException"


@pytest.mark.parametrize("operation", OTHERS)
def test_the_table_is_of_members_that_there_are(operation: str) -> None:
    every = {path for path, _ in members(output_of(operation))}
    assert set(compatibility.compatibility(operation).missing) <= every
