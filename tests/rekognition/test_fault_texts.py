"""What Amazon says when it refuses, to the letter: programs compare it whole.

The texts are those of the developer guide ("Error messages and codes") and of public programs that
look for them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import PIL.Image
import pytest
from botocore.exceptions import ClientError

from tests.support.amazon.clients import client, reason_of
from tests.support.amazon.cloud import BUCKET, Cloud
from tests.support.serving import Server

OBAMA, LANDSCAPE = "obama.jpg", "free-mountain-vector-01.jpg"
FACE = "11111111-2222-3333-4444-555555555555"
WITHIN = {"CollectionId": "words"}


def _png(width: int, height: int) -> bytes:
    written = io.BytesIO()
    PIL.Image.new("1", (width, height)).save(written, "PNG")
    return written.getvalue()


# operation, its parameters (strings in place of bytes are names of photos), code, message, reason
FAULTS: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "detect_faces",
        {"Image": {"Bytes": b"GIF89a"}},
        "InvalidImageFormatException",
        "Request has invalid image format",
        "Image is neither a JPEG nor a PNG image.",
    ),
    (
        "detect_faces",
        {"Image": {"Bytes": _png(79, 80)}},
        "InvalidParameterException",
        "Request has invalid parameters",
        "Image: The image is 79 x 80 pixels; each side needs at least 80 pixels.",
    ),
    (
        "detect_faces",
        {"Image": {"Bytes": _png(20_001, 100)}},
        "ImageTooLargeException",
        "Image size is too large",
        "Image: The photo is 20001 x 100 pixels",
    ),
    (
        "detect_faces",
        {"Image": {"Bytes": bytes(5_242_881)}},
        "ImageTooLargeException",
        "1 validation error detected: Value at 'image.bytes' failed to satisfy constraint: Member "
        "must have length less than or equal to 5242880",
        "image.bytes: Value of 5242881 bytes.",
    ),
    (
        "detect_faces",
        {"Image": {}},
        "InvalidParameterException",
        "Requested image should either contain bytes or s3 object.",
        "Image must have either Bytes or S3Object; it has neither.",
    ),
    (
        "compare_faces",
        {"SourceImage": {"Bytes": LANDSCAPE}, "TargetImage": {"Bytes": OBAMA}},
        "InvalidParameterException",
        "Request has invalid parameters",
        "SourceImage: no face was found in the source image of ",
    ),
    (
        "recognize_celebrities",
        {"Image": {"S3Object": {"Bucket": BUCKET, "Name": "없다.jpg"}}},
        "InvalidS3ObjectException",
        "Unable to get object metadata from S3. Check object key, region and/or access "
        "permissions.",
        "s3://footage/없다.jpg cannot be read: ",
    ),
    (
        "search_faces_by_image",
        {**WITHIN, "Image": {"Bytes": LANDSCAPE}},
        "InvalidParameterException",
        "There are no faces in the image. Should be at least 1.",
        "",
    ),
    (
        "search_faces",
        {**WITHIN, "FaceId": FACE},
        "InvalidParameterException",
        "faceId was not found in the collection.",
        "",
    ),
    (
        "create_collection",
        WITHIN,
        "ResourceAlreadyExistsException",
        "The collection id: words already exists",
        "",
    ),
    (
        "index_faces",
        {"CollectionId": "gone", "Image": {"Bytes": OBAMA}},
        "ResourceNotFoundException",
        "The collection id: gone does not exist",
        "",
    ),
    (
        "list_faces",
        {**WITHIN, "NextToken": "bm9uc2Vuc2U="},
        "InvalidPaginationTokenException",
        "Invalid Pagination Token",
        "NextToken must be one that this list",
    ),
    (
        "create_user",
        {**WITHIN, "UserId": "two", "ClientRequestToken": "once"},
        "IdempotentParameterMismatchException",
        "The ClientRequestToken: once you have supplied is already in use",
        "The token 'once' was used for CreateUser with other parameters.",
    ),
]


@pytest.fixture(scope="module")
def aws(serve: Callable[..., AbstractContextManager[Server]], cloud: Cloud) -> Iterator[Any]:
    with serve(s3_endpoint_url=cloud.url, video_bytes=1024) as server, client(server.url) as opened:
        opened.create_collection(**WITHIN)
        opened.create_user(**WITHIN, UserId="one", ClientRequestToken="once")
        yield opened
        opened.delete_collection(**WITHIN)


@pytest.mark.parametrize(("operation", "parameters", "code", "message", "reason"), FAULTS)
def test_faults_are_told_in_amazons_words(
    aws: Any,
    photos: Mapping[str, bytes],
    operation: str,
    parameters: dict[str, Any],
    code: str,
    message: str,
    reason: str,
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(aws, operation)(**{k: _filled(v, photos) for k, v in parameters.items()})
    answer = raised.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == (code, message)
    told = reason_of(answer["ResponseMetadata"]["HTTPHeaders"])
    assert told.startswith(reason)
    assert bool(told) == bool(reason)


def test_large_videos_are_counted_in_amazons_words(aws: Any, cloud: Cloud) -> None:
    large = {"S3Object": cloud.put("large.mp4", b"\0\0\0\x18ftypmp42" + bytes(2000))}
    with pytest.raises(ClientError) as raised:
        aws.start_face_detection(Video=large)
    error = raised.value.response["Error"]
    assert error["Code"] == "VideoTooLargeException"
    assert error["Message"].startswith(
        "Video size in bytes: 2012 is more than the maximum limit of: 1024 bytes"
    )


def _filled(value: Any, photos: Mapping[str, bytes]) -> Any:
    """With the photos whose names stand in place of their bytes."""
    if isinstance(value, dict) and isinstance(value.get("Bytes"), str):
        return {"Bytes": photos[value["Bytes"]]}
    return value
