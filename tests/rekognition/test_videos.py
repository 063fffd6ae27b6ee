"""Videos over the wire: boto3, a running server, real S3, SNS and SQS, and kills in the middle."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tests.support import PATIENCE_S
from tests.support.amazon.clients import client, reason_of
from tests.support.amazon.cloud import REGION, Cloud
from tests.support.serving import Server
from tests.support.videos import canvas, encoded, packaged, panned, scaled, still

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("videos")


@pytest.fixture(scope="module")
def rekognition(serve: Serve, cloud: Cloud, home: Path) -> Iterator[Any]:
    endpoints = {"s3_endpoint_url": cloud.url, "sns_endpoint_url": cloud.url}
    with serve(home=home, **endpoints) as server, client(server.url) as opened:
        yield opened


@pytest.fixture(scope="module")
def presidents(cloud: Cloud, photos: Mapping[str, bytes]) -> dict[str, Any]:
    """Obama for 2 s, Biden for 2 s, then a window that moves in 4 s from Obama to Biden."""
    obama, biden = (scaled(photos[name], 360) for name in ("obama.jpg", "biden.jpg"))
    both = canvas(np.concatenate([obama, biden], axis=1), 926, 360)
    frames = [
        *still(canvas(obama, 480, 360), 2),
        *still(canvas(biden, 480, 360), 2),
        *panned(both, 4, 480),
    ]
    return cloud.put("presidents.mp4", encoded(frames))


@pytest.fixture(scope="module")
def recognized(rekognition: Any, presidents: dict[str, Any]) -> str:
    """The job that found celebrities in that video."""
    started = rekognition.start_celebrity_recognition(
        Video={"S3Object": presidents}, JobTag="test-1"
    )
    job: str = started["JobId"]
    assert ended(rekognition.get_celebrity_recognition, job)["JobStatus"] == "SUCCEEDED"
    return job


@pytest.fixture(scope="module")
def detected(rekognition: Any, cloud: Cloud) -> str:
    """The job that found faces in a real video."""
    real = cloud.put("face_noface.mov", packaged("face_noface.mov"))
    job: str = rekognition.start_face_detection(Video={"S3Object": real})["JobId"]
    assert ended(rekognition.get_face_detection, job)["JobStatus"] == "SUCCEEDED"
    return job


def ended(get: Callable[..., Any], job: str, **more: Any) -> Any:
    """The answer once a job is no longer under way."""
    deadline = time.monotonic() + PATIENCE_S
    while (answer := get(JobId=job, **more))["JobStatus"] == "IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return answer


def fault(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Its code, and the reason, or the message if that says it."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    reason = reason_of(answer["ResponseMetadata"]["HTTPHeaders"])
    return answer["Error"]["Code"], reason or answer["Error"]["Message"]


def seen(answer: Any) -> dict[str, list[int]]:
    """The timestamps of each celebrity by name."""
    found: dict[str, list[int]] = {}
    for each in answer["Celebrities"]:
        found.setdefault(each["Celebrity"]["Name"], []).append(each["Timestamp"])
    return found


def test_celebrities_at_the_right_times(
    rekognition: Any, recognized: str, presidents: dict[str, Any]
) -> None:
    answer = rekognition.get_celebrity_recognition(JobId=recognized)
    assert answer["JobTag"] == "test-1"
    assert answer["Video"] == {"S3Object": presidents}
    assert answer["VideoMetadata"] == {
        "Codec": "h264",
        "DurationMillis": 8000,
        "Format": "QuickTime / MOV",
        "FrameRate": 25.0,
        "FrameHeight": 360,
        "FrameWidth": 480,
    }
    found = seen(answer)
    assert found.keys() == {"Barack Obama", "Joe Biden"}
    obama, biden = found["Barack Obama"], found["Joe Biden"]
    assert [each for each in obama if each < 4000] == list(range(0, 2000, 200))
    assert [each for each in biden if each < 4000] == list(range(2000, 4000, 200))
    # The window shows Obama first, both for a while, then Biden alone.
    assert {4200, 6000} <= set(obama)
    assert {6000, 7800} <= set(biden)
    assert 7800 not in obama
    assert 4200 not in biden


def test_a_celebrity_of_a_video(rekognition: Any, recognized: str) -> None:
    answer = rekognition.get_celebrity_recognition(JobId=recognized, MaxResults=1)
    (first,) = answer["Celebrities"]
    celebrity = first["Celebrity"]
    assert first["Timestamp"] == 0
    assert (celebrity["Id"], celebrity["Name"]) == ("Q76", "Barack Obama")
    assert celebrity["Urls"][0] == "www.wikidata.org/wiki/Q76"
    assert celebrity["Confidence"] > 99
    box = celebrity["Face"]["BoundingBox"]
    assert celebrity["BoundingBox"] == box
    assert box["Left"] == pytest.approx(0.44, abs=0.02)
    assert box["Width"] == pytest.approx(0.157, abs=0.02)
    assert {each["Type"] for each in celebrity["Face"]["Landmarks"]} >= {"eyeLeft", "nose"}
    assert celebrity["Face"]["Quality"].keys() == {"Brightness", "Sharpness"}


def test_results_are_sorted_and_paged(rekognition: Any, recognized: str) -> None:
    get = rekognition.get_celebrity_recognition
    everything = get(JobId=recognized)
    by_time = [each["Timestamp"] for each in everything["Celebrities"]]
    assert by_time == sorted(by_time)
    assert "NextToken" not in everything
    pages: list[Any] = []
    more: dict[str, str] = {}
    while True:
        answer = get(JobId=recognized, MaxResults=7, SortBy="ID", **more)
        pages.append(answer["Celebrities"])
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert {len(page) for page in pages[:-1]} == {7}
    by_id = [(each["Celebrity"]["Id"], each["Timestamp"]) for page in pages for each in page]
    assert by_id == sorted(by_id)
    assert len(by_id) == len(by_time)


def test_tokens_of_pages_are_checked(
    rekognition: Any, recognized: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = rekognition.get_celebrity_recognition
    token = get(JobId=recognized, MaxResults=1)["NextToken"]
    for wrong, sort in (("%%%", "TIMESTAMP"), ("AAAA", "TIMESTAMP"), (token, "ID")):
        code, message = fault(get, JobId=recognized, NextToken=wrong, SortBy=sort)
        assert code == "InvalidPaginationTokenException"
        assert "one that this list" in message
    assert get(JobId=recognized, NextToken=token)["Celebrities"][0]["Timestamp"] == 200
    tomorrow = time.time() + 24 * 3600 + 10
    monkeypatch.setattr("lookalike.rekognition.paging.time.time", lambda: tomorrow)
    code, message = fault(get, JobId=recognized, NextToken=token)
    assert (code, "over 24 hours old" in message) == ("InvalidPaginationTokenException", True)


def test_faces_of_a_real_video(rekognition: Any, detected: str) -> None:
    """Somebody looks into the camera and leaves after 2.3 s."""
    answer = rekognition.get_face_detection(JobId=detected)
    times = [each["Timestamp"] for each in answer["Faces"]]
    assert len(times) == 12
    assert (times[0], times[-1]) == (0, 2200)
    assert all(190 <= later - earlier <= 210 for earlier, later in pairwise(times))
    assert answer["VideoMetadata"]["Codec"] == "hevc"
    assert answer["VideoMetadata"]["ColorRange"] == "LIMITED"
    assert answer["VideoMetadata"]["DurationMillis"] == 6424
    face = answer["Faces"][0]["Face"]
    assert face["Confidence"] > 90
    assert face["BoundingBox"]["Width"] == pytest.approx(0.22, abs=0.02)
    assert face["Pose"].keys() == {"Roll", "Yaw", "Pitch"}


def test_a_video_without_faces(rekognition: Any, cloud: Cloud) -> None:
    nobody = cloud.put("no_face.mp4", packaged("no_face.mp4"))
    started = rekognition.start_face_detection(Video={"S3Object": nobody}, FaceAttributes="ALL")
    answer = ended(rekognition.get_face_detection, started["JobId"])
    assert (answer["JobStatus"], answer["Faces"]) == ("SUCCEEDED", [])


def test_a_collection_is_searched_for_each_person(
    rekognition: Any, presidents: dict[str, Any], photos: Mapping[str, bytes]
) -> None:
    rekognition.create_collection(CollectionId="cast")
    indexed = rekognition.index_faces(
        CollectionId="cast", Image={"Bytes": photos["biden.jpg"]}, ExternalImageId="joe"
    )
    face = indexed["FaceRecords"][0]["Face"]
    job = rekognition.start_face_search(
        Video={"S3Object": presidents}, CollectionId="cast", FaceMatchThreshold=90
    )["JobId"]
    answer = ended(rekognition.get_face_search, job, SortBy="INDEX")
    assert answer["JobStatus"] == "SUCCEEDED"
    persons = answer["Persons"]
    for each in persons:
        assert each["Person"]["BoundingBox"] == each["Person"]["Face"]["BoundingBox"]
    indices = [each["Person"]["Index"] for each in persons]
    assert set(indices) == {0, 1}
    assert indices == sorted(indices)
    for each in persons:
        matches = each.get("FaceMatches", [])
        # Both come back in the second half, and are known again.
        biden = each["Person"]["Index"] == 1
        assert [match["Face"]["FaceId"] for match in matches] == [face["FaceId"]] * biden
    (match,) = persons[-1]["FaceMatches"]
    assert match["Similarity"] > 95
    assert match["Face"]["ExternalImageId"] == "joe"
    by_time = rekognition.get_face_search(JobId=job)["Persons"]
    times = [each["Timestamp"] for each in by_time]
    assert times == sorted(times)
    assert times[0] == 0
    assert "FaceMatches" not in by_time[0]


def test_people_are_followed(rekognition: Any, presidents: dict[str, Any]) -> None:
    job = rekognition.start_person_tracking(Video={"S3Object": presidents})["JobId"]
    answer = ended(rekognition.get_person_tracking, job, SortBy="INDEX")
    assert answer["JobStatus"] == "SUCCEEDED"
    persons = answer["Persons"]
    by_index = [(each["Person"]["Index"], each["Timestamp"]) for each in persons]
    assert by_index == sorted(by_index)
    assert {index for index, _ in by_index} == {0, 1}
    for each in persons:
        assert each["Person"]["BoundingBox"] == each["Person"]["Face"]["BoundingBox"]
    # Obama alone for the first two seconds, Biden for the next, each frame that was looked at.
    alone = {time: index for index, time in by_index if time < 4000}
    assert alone == {time: int(time >= 2000) for time in range(0, 4000, 200)}
    by_time = rekognition.get_person_tracking(JobId=job)["Persons"]
    assert [each["Timestamp"] for each in by_time] == sorted(time for _, time in by_index)


def test_a_collection_that_is_not_there(rekognition: Any, presidents: dict[str, Any]) -> None:
    code, message = fault(
        rekognition.start_face_search, Video={"S3Object": presidents}, CollectionId="gone"
    )
    assert code == "ResourceNotFoundException"
    assert message == "The collection id: gone does not exist"


def test_attributes_are_guessed_when_asked_for(rekognition: Any, cloud: Cloud) -> None:
    video = {"S3Object": cloud.put("one.mp4", packaged("single_face.mp4"))}
    start = rekognition.start_face_detection
    job = start(Video=video, FaceAttributes="ALL")["JobId"]
    faces = ended(rekognition.get_face_detection, job)["Faces"]
    assert len(faces) == 12
    for each in faces:
        assert each["Face"]["Gender"]["Value"] == "Male"
        assert each["Face"]["AgeRange"]["Low"] < 50
    job = start(Video=video)["JobId"]
    (first, *_) = ended(rekognition.get_face_detection, job)["Faces"]
    assert "Gender" not in first["Face"]


def test_a_job_is_of_its_operation(rekognition: Any, detected: str) -> None:
    for job in (detected, "nosuchjob"):
        code, message = fault(rekognition.get_celebrity_recognition, JobId=job)
        assert code == "ResourceNotFoundException"
        assert job in message


def test_the_same_token_is_the_same_job(rekognition: Any, cloud: Cloud) -> None:
    start = rekognition.start_face_detection
    video = {"S3Object": cloud.put("twice.mp4", packaged("no_face.mp4"))}
    job = start(Video=video, ClientRequestToken="once")["JobId"]
    assert start(Video=video, ClientRequestToken="once")["JobId"] == job
    assert start(Video=video, ClientRequestToken="twice")["JobId"] != job
    code, _ = fault(start, Video=video, ClientRequestToken="once", JobTag="other")
    assert code == "IdempotentParameterMismatchException"


def test_videos_that_are_refused_at_once(rekognition: Any, cloud: Cloud) -> None:
    start = rekognition.start_celebrity_recognition
    page = cloud.put("page.mp4", b"<html><body>not found</body></html>")
    code, message = fault(start, Video={"S3Object": page})
    assert (code, message) == ("InvalidParameterException", "The video is neither MP4 nor MOV.")
    code, message = fault(start, Video={"S3Object": {**page, "Name": "gone.mp4"}})
    assert code == "InvalidS3ObjectException"
    code, message = fault(start, Video={})
    assert (code, message) == ("InvalidParameterException", "Video must have an S3Object.")


def test_videos_that_fail_say_why(rekognition: Any, cloud: Cloud) -> None:
    sound = packaged("single_face.mp4")
    grey = np.full((120, 160, 3), 90, np.uint8)
    wrong = {
        "cut.mp4": (sound[: len(sound) // 2], "damaged or cut short"),
        "old.mp4": (encoded(still(grey, 1), "mpeg4"), "encoded as mpeg4"),
    }
    for name, (data, says) in wrong.items():
        video = {"S3Object": cloud.put(name, data)}
        job = rekognition.start_face_detection(Video=video)["JobId"]
        answer = ended(rekognition.get_face_detection, job)
        assert (answer["JobStatus"], answer["Faces"]) == ("FAILED", [])
        assert says in answer["StatusMessage"]
        assert "VideoMetadata" not in answer


def test_a_topic_is_told(rekognition: Any, cloud: Cloud) -> None:
    video = cloud.put("told.mp4", packaged("no_face.mp4"))
    with cloud.client("sns") as sns, cloud.client("sqs") as sqs:
        topic = sns.create_topic(Name="AmazonRekognitionDone")["TopicArn"]
        queue = sqs.create_queue(QueueName="done")["QueueUrl"]
        address = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = address["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        job = rekognition.start_face_detection(
            Video={"S3Object": video},
            JobTag="told",
            NotificationChannel={
                "SNSTopicArn": topic,
                "RoleArn": "arn:aws:iam::123456789012:role/publish",
            },
        )["JobId"]
        waits = (sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20) for _ in range(15))
        received = next(each["Messages"] for each in waits if "Messages" in each)
    message = json.loads(json.loads(received[0]["Body"])["Message"])
    assert abs(message.pop("Timestamp") / 1000 - time.time()) < 60
    assert message == {
        "JobId": job,
        "Status": "SUCCEEDED",
        "API": "StartFaceDetection",
        "JobTag": "told",
        "Video": {
            "S3ObjectName": "told.mp4",
            "S3Bucket": "footage",
            "S3ObjectVersion": video["Version"],
        },
    }


def test_a_topic_that_is_not_there_fails_no_job(rekognition: Any, cloud: Cloud) -> None:
    video = cloud.put("untold.mp4", packaged("no_face.mp4"))
    job = rekognition.start_face_detection(
        Video={"S3Object": video},
        NotificationChannel={
            "SNSTopicArn": f"arn:aws:sns:{REGION}:123456789012:gone",
            "RoleArn": "arn:aws:iam::123456789012:role/publish",
        },
    )["JobId"]
    assert ended(rekognition.get_face_detection, job)["JobStatus"] == "SUCCEEDED"


def test_more_than_20_jobs(serve: Serve, cloud: Cloud, tmp_path: Path) -> None:
    video = {"S3Object": cloud.put("many.mp4", packaged("WolfgangLanger_Pexels.mp4"))}
    with serve(home=tmp_path, s3_endpoint_url=cloud.url) as server, client(server.url) as opened:
        for _ in range(20):
            opened.start_face_detection(Video=video)
        with pytest.raises(ClientError) as raised:
            opened.start_face_detection(Video=video)
    answer = raised.value.response
    assert answer["Error"]["Code"] == "LimitExceededException"
    who = "arn:aws:iam::000000000000:root"
    assert answer["Error"]["Message"] == f"20 open Jobs for User {who} Maximum limit: 20"
    told = reason_of(answer["ResponseMetadata"]["HTTPHeaders"])
    assert told == "20 video jobs are under way, which is the most; try again later."
