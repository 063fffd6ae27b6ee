"""docs/rekognition.md against what is answered, and Amazon's worked examples against the server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from docs import compatibility, generate
from docs.compatibility import RETIRED, UNSENT
from lookalike.rekognition.access.keys import Unlocked
from lookalike.rekognition.operations import OPERATIONS, OTHERS
from lookalike.rekognition.quality_filter import Reason
from lookalike.rekognition.shapes import REFUSALS
from tests.support.amazon.clients import client
from tests.support.amazon.conversation import Conversation
from tests.support.amazon.service_model import (
    Shape,
    examples,
    immediate,
    members,
    output_of,
    service,
)
from tests.support.serving import Server

ROW = re.compile(
    r"^\| ([A-Z]\w+) \| (supported|partly|if set|not) \| (.*?) \| (.*?) \|$", re.MULTILINE
)
# Which of these a face earns, photos of the tests do not show; these are the ones the code knows.
REASONS = {*get_args(Reason), *REFUSALS.values(), "Nonbinary", "Unlisted"}
# Only with `attributes = complete`, which test_attributes.py sees.
EMOTIONS = {"ANGRY", "CONFUSED", "DISGUSTED", "FEAR", "SAD", "SURPRISED"}
# What boto3 makes of a member of a type.
KINDS = {"structure": dict, "list": list, "string": str, "float": float, "integer": int}


def answered(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, Shape, Any]]:
    """Every member that an answer has, with its shape and its value."""
    match shape.type_name:
        case "structure":
            for name, each in value.items():
                below = f"{path}.{name}" if path else name
                yield below, shape.members[name], each
                yield from answered(each, shape.members[name], below)
        case "list":
            for each in value:
                yield f"{path}[]", shape.member, each
                yield from answered(each, shape.member, f"{path}[]")


def seen(conversation: Conversation, operation: str) -> set[str]:
    answers, shape = conversation.answers[operation], output_of(operation)
    return {path for each in answers for path, _, _ in answered(each, shape)}


def claimed(operation: str) -> set[str]:
    """The members that the table or Amazon leave out, with all that is below them."""
    tops = {*compatibility.compatibility(operation).missing, *RETIRED}
    every = {path for path, _ in members(output_of(operation))}
    return {
        each for each in every if any(re.match(rf"{re.escape(t)}($|[.\[])", each) for t in tops)
    }


def test_the_page_has_a_row_for_every_operation() -> None:
    rows = {row[0]: row for row in ROW.findall(generate.rekognition())}
    assert rows.keys() == set(service().operation_names)
    assert len(rows) == 75
    known = {**OPERATIONS, **OTHERS}
    assert {name for name, row in rows.items() if row[1] != "not"} == known.keys()
    for name, here, never_sent, _ in rows.values():
        assert (here == "if set") == (name in OTHERS)
        assert name in OTHERS or (here == "partly") == bool(never_sent), name
        assert (here == "not") == (name not in known)


def test_the_table_is_of_what_is_served() -> None:
    assert compatibility.described() <= {*OPERATIONS, *OTHERS}
    for operation in compatibility.described():
        every = {path for path, _ in members(output_of(operation))}
        assert set(compatibility.compatibility(operation).missing) <= every, operation


@pytest.mark.parametrize("operation", immediate())
def test_what_is_said_to_be_missing_is_and_nothing_else(
    conversation: Conversation, operation: str
) -> None:
    every = {path for path, _ in members(output_of(operation))}
    there = {path for path in seen(conversation, operation) if not path.endswith("[]")}
    assert every - there == claimed(operation)


def test_values_are_sent_or_said_not_to_be(conversation: Conversation) -> None:
    sent: dict[str, set[str]] = defaultdict(set)
    for operation, answers in conversation.answers.items():
        for answer in answers:
            for _, shape, value in answered(answer, output_of(operation)):
                if shape.metadata.get("enum"):
                    sent[shape.name].add(value)
    assert UNSENT.keys() <= sent.keys()
    for name, values in sent.items():
        unsent = set(UNSENT.get(name, ()))
        every = set(service().shape_for(name).enum)
        assert not values & unsent, name
        assert unsent <= every
        assert every - values - unsent <= REASONS | EMOTIONS, name


def with_bytes(value: Any, photo: bytes) -> Any:
    """An example with each of its images replaced by one that is there."""
    if not isinstance(value, dict):
        return value
    if "S3Object" in value:
        return {"Bytes": photo}
    return {name: with_bytes(each, photo) for name, each in value.items()}


@pytest.fixture(scope="module")
def replayed(strict: Server, key: Unlocked, photos: Mapping[str, bytes]) -> Mapping[str, Any]:
    """The answers to Amazon's examples, in the order in which a collection lives.

    Faces have ids of their own here, so those of the examples are replaced.
    """
    answers: dict[str, Any] = {}

    def replay(operation: str, **replaced: Any) -> None:
        (example,) = examples(operation)
        request = with_bytes(example["input"], photos["obama.jpg"])
        request |= {name: each for name, each in replaced.items() if name in request}
        name = re.sub("(?<!^)(?=[A-Z])", "_", operation).lower()
        answers[operation] = getattr(aws, name)(**request)

    with client(strict.url, key) as aws:
        for operation in ("CreateCollection", "IndexFaces"):
            replay(operation)
        face = answers["IndexFaces"]["FaceRecords"][0]["Face"]["FaceId"]
        second = {"CollectionId": "myphotos", "ExternalImageId": "second"}
        aws.index_faces(Image={"Bytes": photos["obama2.jpg"]}, **second)
        for operation in (
            *("CompareFaces", "DetectFaces", "ListCollections", "ListFaces"),
            *("SearchFaces", "SearchFacesByImage", "DeleteFaces", "DeleteCollection"),
        ):
            replay(operation, FaceId=face, FaceIds=[face])
    return answers


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if examples(each)])
def test_examples_of_amazon_are_answered_in_their_shape(
    replayed: Mapping[str, Any], operation: str
) -> None:
    (example,) = examples(operation)
    shape = output_of(operation)
    answer = {k: v for k, v in replayed[operation].items() if k != "ResponseMetadata"}
    there = {path for path, _, _ in answered(example["output"], shape)} - RETIRED
    assert there <= {path for path, _, _ in answered(answer, shape)}
    for path, member, value in answered(answer, shape):
        assert isinstance(value, KINDS[member.type_name]), path


def test_examples_of_amazon_are_all_replayed(replayed: Mapping[str, Any]) -> None:
    assert replayed.keys() == {each for each in immediate() if examples(each)}
    assert replayed["DeleteFaces"]["DeletedFaces"] == [replayed["SearchFaces"]["SearchedFaceId"]]
    assert "myphotos" in replayed["ListCollections"]["CollectionIds"]
    (match,) = replayed["CompareFaces"]["FaceMatches"]
    assert match["Similarity"] == 100
