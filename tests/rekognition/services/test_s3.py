"""S3Object: images and videos out of a real S3 server, and all that can be wrong with them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lookalike.amazon import Location, service_client
from lookalike.config import Settings
from lookalike.errors import ObjectUnavailable
from lookalike.rekognition.services import s3
from tests.support.amazon.clients import client, reason_of
from tests.support.amazon.cloud import BUCKET, Cloud
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]

# As Amazon says it.
UNABLE = (
    "Unable to get object metadata from S3. Check object key, region and/or access permissions."
)


@pytest.fixture(scope="module")
def rekognition(serve: Serve, cloud: Cloud) -> Iterator[Any]:
    with serve(s3_endpoint_url=cloud.url) as server, client(server.url) as opened:
        yield opened


@pytest.fixture
def reading(settings: Settings, cloud: Cloud) -> Settings:
    return replace(settings, s3_endpoint_url=cloud.url)


def names(rekognition: Any, s3_object: dict[str, str]) -> list[str]:
    answer = rekognition.recognize_celebrities(Image={"S3Object": s3_object})
    return [each["Name"] for each in answer["CelebrityFaces"]]


def fault(rekognition: Any, s3_object: dict[str, str]) -> tuple[str, str, str]:
    """Its code, its message, and the reason."""
    with pytest.raises(ClientError) as raised:
        rekognition.detect_faces(Image={"S3Object": s3_object})
    answer = raised.value.response
    reason = reason_of(answer["ResponseMetadata"]["HTTPHeaders"])
    return answer["Error"]["Code"], answer["Error"]["Message"], reason


def test_images_by_name_and_version(
    rekognition: Any, cloud: Cloud, photos: Mapping[str, bytes]
) -> None:
    first = cloud.put("남자 사진.jpg", photos["obama.jpg"])
    cloud.put("남자 사진.jpg", photos["biden.jpg"])
    assert names(rekognition, first) == ["Barack Obama"]
    assert names(rekognition, {"Bucket": BUCKET, "Name": "남자 사진.jpg"}) == ["Joe Biden"]


def test_both_images_of_a_comparison(
    rekognition: Any, cloud: Cloud, photos: Mapping[str, bytes]
) -> None:
    source, target = (cloud.put(name, photos[name]) for name in ("obama.jpg", "obama2.jpg"))
    answer = rekognition.compare_faces(
        SourceImage={"S3Object": source}, TargetImage={"S3Object": target}
    )
    assert answer["FaceMatches"][0]["Similarity"] > 95


def test_what_is_not_there(rekognition: Any, cloud: Cloud, photos: Mapping[str, bytes]) -> None:
    there = cloud.put("there.jpg", photos["obama.jpg"])
    missing: list[tuple[dict[str, str], str]] = [
        ({**there, "Bucket": "no-such-bucket"}, "s3://no-such-bucket/there.jpg"),
        ({"Bucket": BUCKET, "Name": "gone.jpg"}, "s3://footage/gone.jpg cannot"),
        ({**there, "Version": "00000000-0000-0000-0000-000000000000"}, "version"),
    ]
    for s3_object, says in missing:
        code, message, reason = fault(rekognition, s3_object)
        assert (code, message) == ("InvalidS3ObjectException", UNABLE)
        assert says in reason
    assert fault(rekognition, {"Bucket": BUCKET}) == (
        "InvalidParameterException",
        "Request has invalid parameters",
        "Image.S3Object must have a Name.",
    )
    assert (
        "s3://footage/없는 사진.jpg"
        in fault(rekognition, {"Bucket": BUCKET, "Name": "없는 사진.jpg"})[2]
    )


def test_what_is_forbidden(rekognition: Any, cloud: Cloud, photos: Mapping[str, bytes]) -> None:
    there = cloud.put("secret.jpg", photos["obama.jpg"])
    with cloud.forbidding():
        code, message, reason = fault(rekognition, there)
    assert (code, message) == ("InvalidS3ObjectException", UNABLE)
    assert "credentials may not read it" in reason


def test_images_that_are_too_large_or_none(rekognition: Any, cloud: Cloud) -> None:
    large = cloud.put("large.jpg", b"\xff\xd8\xff" + bytes(s3.MAX_IMAGE))
    code, message, reason = fault(rekognition, large)
    assert (code, message) == ("ImageTooLargeException", "Image size is too large")
    assert "15,728,643 bytes" in reason
    for data in (b"", b"<html>"):
        code, message, _ = fault(rekognition, cloud.put("page.jpg", data))
        assert (code, message) == (
            "InvalidImageFormatException",
            "Request has invalid image format",
        )


def test_storage_that_is_out_of_reach(settings: Settings, cloud: Cloud) -> None:
    away = replace(settings, s3_endpoint_url="http://127.0.0.1:9")
    with pytest.raises(ObjectUnavailable, match="S3 cannot be reached"):
        s3.read_image(away, Location(BUCKET, "any.jpg", None))


def test_no_credentials_says_what_to_set(
    settings: Settings, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    service_client.cache_clear()
    with pytest.raises(ObjectUnavailable, match="Set AWS_ACCESS_KEY_ID"):
        s3.read_image(settings, Location(BUCKET, "any.jpg", None))
    service_client.cache_clear()


def test_boto3s_own_endpoint_is_used_when_none_is_set(
    settings: Settings,
    cloud: Cloud,
    photos: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cloud.put("own.jpg", photos["obama.jpg"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", cloud.url)
    service_client.cache_clear()
    assert s3.read_image(settings, Location(BUCKET, "own.jpg", None)) == photos["obama.jpg"]
    service_client.cache_clear()


def test_a_file_reads_as_the_object_does(reading: Settings, cloud: Cloud) -> None:
    data = random.Random(1).randbytes(9_000_000)
    cloud.put("long.mp4", data)
    file, same = s3.open_video(reading, Location(BUCKET, "long.mp4", None)), io.BytesIO(data)
    assert file.size == len(data)
    assert file.header == data[:8]
    places = [(0, 100), (4_194_300, 10), (8_999_990, 100), (9_000_000, 5), (20, 8_500_000)]
    buffered = io.BufferedReader(file)
    for start, count in places:
        assert buffered.seek(start) == same.seek(start)
        assert buffered.read(count) == same.read(count)
    assert file.seek(-10, io.SEEK_END) == len(data) - 10


def test_a_video_that_is_replaced_while_it_is_read(reading: Settings, cloud: Cloud) -> None:
    cloud.put("changing.mp4", bytes(100))
    file = s3.open_video(reading, Location(BUCKET, "changing.mp4", None))
    cloud.put("changing.mp4", bytes(200))
    with pytest.raises(ObjectUnavailable, match="changed while it was read"):
        file.read(100)


def test_an_empty_video(reading: Settings, cloud: Cloud) -> None:
    cloud.put("empty.mp4", b"")
    with pytest.raises(ObjectUnavailable, match="empty"):
        s3.open_video(reading, Location(BUCKET, "empty.mp4", None))
