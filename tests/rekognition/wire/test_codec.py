"""The wire format against Amazon's own service model, without a server."""

from __future__ import annotations

import base64
import json
import warnings
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from botocore.parsers import JSONParser

from lookalike.rekognition import quality_filter
from lookalike.rekognition.operations import OPERATIONS
from lookalike.rekognition.wire import faults
from lookalike.rekognition.wire.codec import Wire
from lookalike.rekognition.wire.faults import COMMON, Fault
from lookalike.rekognition.wire.patterns import compiled
from tests.support.amazon.clients import CONTENT_TYPE

MAX_IMAGE = 5_242_880


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def image(data: bytes = b"pixels") -> dict[str, str]:
    return {"Bytes": b64(data)}


def fault(wire: Wire, operation: str, request: object) -> Fault:
    with pytest.raises(Fault) as caught:
        wire.decode(operation, request if isinstance(request, bytes) else body(request))
    return caught.value


def names(target: str, content_type: str = CONTENT_TYPE) -> dict[str, str]:
    return {"x-amz-target": target, "content-type": content_type}


@pytest.mark.parametrize("suffix", ["", "; charset=utf-8"])
def test_operation_is_read_from_the_headers(wire: Wire, suffix: str) -> None:
    headers = names("RekognitionService.DetectFaces", CONTENT_TYPE + suffix)
    assert wire.operation(headers, OPERATIONS) == "DetectFaces"


@pytest.mark.parametrize(
    "target",
    [
        "RekognitionService.DetectLabels",
        "DetectFaces",
        "Other.DetectFaces",
        "",
        "RekognitionService.",
    ],
)
def test_unknown_operations_are_told_what_is_supported(wire: Wire, target: str) -> None:
    with pytest.raises(Fault, match="Supported: AssociateFaces, CompareFaces, ") as caught:
        wire.operation(names(target), OPERATIONS)
    assert caught.value.code == "UnknownOperationException"
    assert repr(target) in caught.value.message


@pytest.mark.parametrize("content_type", ["application/json", "application/x-amz-json-1.0", ""])
def test_other_content_types_are_refused(wire: Wire, content_type: str) -> None:
    headers = names("RekognitionService.DetectFaces", content_type)
    with pytest.raises(Fault, match=f"must be {CONTENT_TYPE}") as caught:
        wire.operation(headers, OPERATIONS)
    assert caught.value.code == "SerializationException"


def test_requests_are_decoded_by_shape(wire: Wire) -> None:
    sent = {
        "SourceImage": image(b"\x00\xff"),
        "TargetImage": {"S3Object": {"Bucket": "photos", "Name": "a.jpg", "Version": None}},
        "SimilarityThreshold": 0,
        "QualityFilter": None,
        "NotInTheModel": [1, {}],
    }
    read = wire.decode("CompareFaces", body(sent))
    assert read == {
        "SourceImage": {"Bytes": b"\x00\xff"},
        "TargetImage": {"S3Object": {"Bucket": "photos", "Name": "a.jpg"}},
        "SimilarityThreshold": 0.0,
    }
    assert isinstance(read["SimilarityThreshold"], float)


def test_maps_lists_and_integers_are_decoded(wire: Wire) -> None:
    tags = {"team": "fan site 1", "팀": "팬"}
    assert wire.decode("CreateCollection", body({"CollectionId": "a", "Tags": tags})) == {
        "CollectionId": "a",
        "Tags": tags,
    }
    assert wire.decode("ListFaces", body({"CollectionId": "a", "MaxResults": 7.0})) == {
        "CollectionId": "a",
        "MaxResults": 7,
    }


# operation, request, and what the message says of the value, its path and the constraint
VIOLATIONS: list[tuple[str, Any, str]] = [
    (
        "DetectFaces",
        {},
        "1 validation error detected: Value null at 'image' failed to satisfy constraint: "
        "Member must not be null",
    ),
    ("DetectFaces", {"Image": None}, "Value null at 'image'"),
    (
        "DetectFaces",
        {"Image": {"Bytes": ""}},
        "Value of 0 bytes at 'image.bytes' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    (
        "DetectFaces",
        {"Image": image(), "Attributes": ["ALL", "AGE"]},
        "Value 'AGE' at 'attributes.2.member' failed to satisfy constraint: "
        "Member must satisfy enum value set: [DEFAULT, ALL, AGE_RANGE, ",
    ),
    (
        "DetectFaces",
        {"Image": image(), "Attributes": [None]},
        "Value null at 'attributes.1.member'",
    ),
    (
        "DetectFaces",
        {"Image": {"S3Object": {"Bucket": "ab", "Name": "x"}}},
        "Value 'ab' at 'image.s3Object.bucket' failed to satisfy constraint: "
        "Member must have length greater than or equal to 3",
    ),
    (
        "DetectFaces",
        {"Image": {"S3Object": {"Bucket": "a/bc", "Name": "x"}}},
        "Value 'a/bc' at 'image.s3Object.bucket' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [0-9A-Za-z\.\-_]*",
    ),
    (
        "DetectFaces",
        {"Image": {"S3Object": {"Bucket": "abc", "Name": "x" * 1025}}},
        f"Value '{'x' * 100}...' at 'image.s3Object.name' failed to satisfy constraint: "
        "Member must have length less than or equal to 1024",
    ),
    (
        "CompareFaces",
        {"SourceImage": image(), "TargetImage": image(), "SimilarityThreshold": 100.5},
        "Value '100.5' at 'similarityThreshold' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
    ),
    (
        "CompareFaces",
        {"SourceImage": image(), "TargetImage": image(), "SimilarityThreshold": -1},
        "Member must have value greater than or equal to 0",
    ),
    (
        "CompareFaces",
        {"SourceImage": image(), "TargetImage": image(), "QualityFilter": "BEST"},
        "Member must satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]",
    ),
    (
        "CompareFaces",
        {"QualityFilter": "BEST"},
        "3 validation errors detected: Value null at 'sourceImage'",
    ),
    ("GetCelebrityInfo", {"Id": "Q-76"}, "regular expression pattern: [0-9A-Za-z]*"),
    ("GetCelebrityInfo", {"Id": "Q76\n"}, "regular expression pattern"),
    ("ListFaces", {"CollectionId": "a", "MaxResults": 4097}, "value less than or equal to 4096"),
    ("ListFaces", {"CollectionId": "a b"}, "regular expression pattern"),
    (
        "DeleteFaces",
        {"CollectionId": "a", "FaceIds": []},
        "Value of 0 items at 'faceIds' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    (
        "DeleteFaces",
        {"CollectionId": "a", "FaceIds": ["x"]},
        "Value 'x' at 'faceIds.1.member' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [0-9a-f]{8}-",
    ),
    (
        "CreateCollection",
        {"CollectionId": "a", "Tags": {f"k{n}": "v" for n in range(201)}},
        "Value of 201 entries at 'tags' failed",
    ),
    ("CreateCollection", {"CollectionId": "a", "Tags": {"aws:x": "v"}}, "at 'tags.key' failed"),
    ("CreateCollection", {"CollectionId": "a", "Tags": {"x": "<"}}, "Value '<' at 'tags.x.member'"),
    ("CreateCollection", {"CollectionId": "a", "Tags": {"x": None}}, "null at 'tags.x.member'"),
]


@pytest.mark.parametrize(("operation", "request_", "says"), VIOLATIONS)
def test_what_the_model_forbids_is_named(
    wire: Wire, operation: str, request_: Any, says: str
) -> None:
    found = fault(wire, operation, request_)
    assert found.code == "InvalidParameterException"
    assert says in found.message


def test_many_violations_are_counted_and_a_few_told(wire: Wire) -> None:
    found = fault(wire, "DetectFaces", {"Image": image(), "Attributes": ["AGE"] * 5000})
    assert found.message.startswith("5000 validation errors detected: Value 'AGE' at ")
    assert found.message.count("failed to satisfy constraint") == 10


# operation, request, and what the message says
UNREADABLE: list[tuple[str, Any, str]] = [
    ("GetCelebrityInfo", b"", "The body is not JSON."),
    ("GetCelebrityInfo", b"{", "The body is not JSON."),
    ("GetCelebrityInfo", b"\xff\xfe{}", "The body is not JSON."),
    ("GetCelebrityInfo", b'{"Id": NaN}', "The body is not JSON."),
    ("GetCelebrityInfo", b"[" * 200_000, "The body is not JSON."),
    ("GetCelebrityInfo", b'{"Id": ' + b"1" * 5000 + b"}", "The body is not JSON."),
    ("GetCelebrityInfo", b"[]", "The body must be an object, not a list."),
    ("GetCelebrityInfo", b"null", "The body must be an object, not null."),
    ("GetCelebrityInfo", {"Id": 76}, "Value at 'id' must be a string, not a number."),
    ("GetCelebrityInfo", b'{"Id": "\\ud800"}', "Value at 'id' is half of a surrogate pair"),
    ("DetectFaces", {"Image": "x"}, "Value at 'image' must be an object, not a string."),
    ("DetectFaces", {"Image": {"Bytes": "?"}}, "Value at 'image.bytes' is not base64."),
    ("DetectFaces", {"Image": {"Bytes": "QQ"}}, "Value at 'image.bytes' is not base64."),
    ("DetectFaces", {"Image": {"Bytes": "é"}}, "Value at 'image.bytes' is not base64."),
    ("DetectFaces", {"Image": image(), "Attributes": "ALL"}, "must be a list, not a string."),
    ("CompareFaces", {"SimilarityThreshold": "80"}, "must be a number, not a string."),
    ("CompareFaces", {"SimilarityThreshold": True}, "must be a number, not true or false."),
    ("CompareFaces", b'{"SimilarityThreshold": 1e999}', "is beyond every number"),
    ("CompareFaces", {"SimilarityThreshold": 10**400}, "is beyond every number"),
    ("ListFaces", {"CollectionId": "a", "MaxResults": 1.5}, "is not a whole number."),
    ("ListFaces", {"CollectionId": "a", "MaxResults": 2**31}, "does not fit into 32 bits."),
]


@pytest.mark.parametrize(("operation", "request_", "says"), UNREADABLE)
def test_what_has_the_wrong_type_is_a_serialization_fault(
    wire: Wire, operation: str, request_: Any, says: str
) -> None:
    found = fault(wire, operation, request_)
    assert found.code == "SerializationException"
    assert says in found.message


def test_images_beyond_the_maximum_have_their_own_fault_and_are_not_repeated(wire: Wire) -> None:
    largest = wire.decode("DetectFaces", body({"Image": image(b"x" * MAX_IMAGE)}))
    assert len(largest["Image"]["Bytes"]) == MAX_IMAGE
    found = fault(wire, "DetectFaces", {"Image": image(b"x" * (MAX_IMAGE + 1))})
    assert found.code == "ImageTooLargeException"
    assert found.message == (
        "1 validation error detected: Value at 'image.bytes' failed to satisfy constraint: "
        "Member must have length less than or equal to 5242880"
    )
    assert found.reason == "image.bytes: Value of 5242881 bytes."


def test_the_largest_body_holds_two_images(wire: Wire) -> None:
    most = wire.largest_body(OPERATIONS)
    two = {"SourceImage": image(b"x" * MAX_IMAGE), "TargetImage": image(b"x" * MAX_IMAGE)}
    assert len(body(two)) < most < 16_000_000
    assert wire.too_large("CompareFaces", most).code == "ImageTooLargeException"
    assert wire.too_large("GetCelebrityInfo", most).code == "SerializationException"


def test_answers_are_encoded_as_botocore_reads_them(wire: Wire) -> None:
    created = datetime(2026, 1, 31, 12, 30, 15, 250_000, tzinfo=UTC)
    answer = {"FaceCount": 3, "CollectionARN": "a", "CreationTimestamp": created, "UserCount": None}
    written = wire.encode("DescribeCollection", answer)
    assert json.loads(written) == {
        "FaceCount": 3,
        "CollectionARN": "a",
        "CreationTimestamp": 1769862615.25,
    }
    shape = wire._model.operation_model("DescribeCollection").output_shape
    response = {"status_code": 200, "headers": {}, "body": written}
    assert JSONParser().parse(response, shape)["CreationTimestamp"] == created


def test_blobs_maps_lists_and_flags_are_encoded(wire: Wire) -> None:
    session = {
        "SessionId": "s",
        "Status": "SUCCEEDED",
        "ReferenceImage": {"Bytes": b"\x00\xff"},
        "Confidence": 1,
    }
    written = json.loads(wire.encode("GetFaceLivenessSessionResults", session))
    assert written["ReferenceImage"] == {"Bytes": "AP8="}
    tags = {"Tags": {"팀": "팬"}}
    assert json.loads(wire.encode("ListTagsForResource", tags)) == tags
    smile = {"FaceDetails": [{"Smile": {"Value": True, "Confidence": 99.5}}]}
    assert json.loads(wire.encode("DetectFaces", smile)) == smile


@pytest.mark.parametrize(
    "answer",
    [
        {"Faces": []},
        {"FaceDetails": [{"Confidence": float("nan")}]},
        {"FaceDetails": [{"AgeRange": {"Low": 1.5}}]},
        {"FaceDetails": [{"Smile": {"Value": 1}}]},
        {"OrientationCorrection": 0},
    ],
)
def test_answers_that_do_not_fit_the_model_are_mistakes(wire: Wire, answer: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"has no member|cannot hold"):
        wire.encode("DetectFaces", answer)


def test_naive_times_are_mistakes(wire: Wire) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        wire.encode("DescribeCollection", {"CreationTimestamp": datetime(2026, 1, 1)})


def test_faults_are_written_as_amazon_writes_them(wire: Wire) -> None:
    written = wire.encode_fault(Fault("ResourceNotFoundException", "Nobody."), "id-1")
    assert json.loads(written) == {
        "__type": "ResourceNotFoundException",
        "Code": "ResourceNotFoundException",
        "Logref": "id-1",
        "Message": "Nobody.",
    }


def test_every_code_is_one_of_amazons_and_has_a_status(wire: Wire) -> None:
    codes = get_args(faults.Code)
    modelled = {shape.name for shape in wire._model.error_shapes}
    assert set(codes) <= modelled | COMMON.keys()
    assert not modelled & COMMON.keys()
    server = {code for code in codes if wire.status(code) == 500}
    assert server == {"InternalServerError", "ThrottlingException"}
    assert {code for code in codes if wire.status(code) == 503} == {"ServiceUnavailable"}
    assert {wire.status(code) for code in codes} == {400, 500, 503}


def test_operations_and_reasons_are_those_of_the_model(wire: Wire) -> None:
    assert set(OPERATIONS) <= set(wire._model.operation_names)
    reasons = set(get_args(quality_filter.Reason))
    assert reasons <= set(wire._model.shape_for("Reason").enum)


def test_every_pattern_of_the_model_can_be_used(wire: Wire) -> None:
    patterns = {s["pattern"] for s in wire._description["shapes"].values() if "pattern" in s}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(compiled(each).pattern for each in patterns)
    assert len(patterns) > 20


def test_unicode_categories_are_those_of_java() -> None:
    letters = compiled(r"^[\p{L}\p{Z}\p{N}_]*$")
    assert letters.fullmatch("팬 사이트\u3000é½Ⅷ_1𝒜")
    assert not letters.fullmatch("a-b")
    assert not letters.fullmatch("a\tb")


def test_members_come_in_the_order_of_the_model(wire: Wire) -> None:
    face = {"Confidence": 99.0, "BoundingBox": {"Top": 0.1, "Left": 0.2}, "FaceId": "f"}
    answer = {"FaceModelVersion": "1.0", "NextToken": None, "Faces": [face]}
    told = json.loads(wire.encode("ListFaces", answer))
    assert list(told) == ["Faces", "FaceModelVersion"]
    assert list(told["Faces"][0]) == ["FaceId", "BoundingBox", "Confidence"]
    assert list(told["Faces"][0]["BoundingBox"]) == ["Left", "Top"]
