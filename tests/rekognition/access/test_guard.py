"""A server that checks signatures, called with boto3: who is let in, and what the others hear."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from lookalike.config import Settings
from lookalike.rekognition.access.keys import Keys, Unlocked
from lookalike.rekognition.access.policy import Policy
from tests.support import patient
from tests.support.amazon.clients import CONTENT_TYPE, client, post, presigned, reason_of
from tests.support.serving import Server, running

OBAMA = {"Id": "Q76"}
HEADERS = {
    "Content-Type": CONTENT_TYPE,
    "X-Amz-Target": "RekognitionService.GetCelebrityInfo",
}
MISMATCH = "The request signature we calculated does not match the signature you provided."
# As a proxy passes a visitor's request on; this test's own would be the owner's.
_FORWARDED = {"x-forwarded-for": "203.0.113.9"}
UNRECOGNIZED = "The security token included in the request is invalid."


@pytest.fixture(scope="module")
def keys(signed: Server) -> Iterator[Keys]:
    opened = Keys(signed.settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def key(keys: Keys) -> Unlocked:
    """A key that may do everything."""
    return keys.create()


@contextmanager
def refused(code: str, message: str) -> Iterator[None]:
    """boto3 raises this code, with a message or a reason that holds this."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    reason = reason_of(answer["ResponseMetadata"]["HTTPHeaders"])
    assert message in (reason or answer["Error"]["Message"])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def name_of(answer: Mapping[str, Any]) -> str:
    name: str = answer["Name"]
    return name


def test_the_right_key_is_let_in(
    signed: Server, key: Unlocked, photos: Mapping[str, bytes]
) -> None:
    with client(signed.url, key) as rekognition:
        assert rekognition.get_celebrity_info(**OBAMA)["Name"] == "Barack Obama"
        found = rekognition.recognize_celebrities(Image={"Bytes": photos["obama.jpg"]})
        assert name_of(found["CelebrityFaces"][0]) == "Barack Obama"
        faces = rekognition.detect_faces(Image={"Bytes": photos["t1.jpg"]})["FaceDetails"]
        assert len(faces) == 6


def test_nobody_is_told_to_sign(signed: Server) -> None:
    answer = post(signed.url, "GetCelebrityInfo", OBAMA)
    assert answer.status_code == 400
    assert answer.json()["__type"] == "MissingAuthenticationTokenException"
    assert "Missing Authentication Token" in answer.json()["Message"]
    assert post(signed.url, "DetectLabels", {}).json()["__type"] == "UnknownOperationException"


def test_unknown_keys_and_wrong_secrets_are_refused(signed: Server, key: Unlocked) -> None:
    with client(signed.url) as stranger, refused("UnrecognizedClientException", UNRECOGNIZED):
        stranger.get_celebrity_info(**OBAMA)
    wrong = Unlocked(key.key, key.secret[::-1])
    with client(signed.url, wrong) as thief, refused("InvalidSignatureException", MISMATCH):
        thief.get_celebrity_info(**OBAMA)


def test_a_disabled_key_is_refused_at_once(signed: Server, keys: Keys) -> None:
    made = keys.create()
    with client(signed.url, made) as rekognition:
        assert name_of(rekognition.get_celebrity_info(**OBAMA)) == "Barack Obama"
        keys.enable(made.key.id, False)
        with refused("UnrecognizedClientException", UNRECOGNIZED):
            rekognition.get_celebrity_info(**OBAMA)
        keys.enable(made.key.id, True)
        assert name_of(rekognition.get_celebrity_info(**OBAMA)) == "Barack Obama"
        keys.delete(made.key.id)
        with refused("UnrecognizedClientException", UNRECOGNIZED):
            rekognition.get_celebrity_info(**OBAMA)


def test_a_session_token_changes_nothing_beside_a_key_of_ours(
    signed: Server, key: Unlocked
) -> None:
    with client(signed.url, key, token="FQoGZXIvYXdzE") as program:
        assert program.list_collections()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with (
        client(signed.url, token="FQoGZXIvYXdzE") as temporary,
        refused("UnrecognizedClientException", "as those of roles do that AWS gave out"),
    ):
        temporary.list_collections()


@pytest.mark.parametrize(
    ("minutes", "message"), [(-6, "Signature expired: "), (6, "Signature not yet current: ")]
)
def test_skewed_clocks_are_refused(
    signed: Server,
    key: Unlocked,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    message: str,
) -> None:
    skewed = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: skewed)
    with client(signed.url, key) as rekognition, refused("InvalidSignatureException", message):
        rekognition.get_celebrity_info(**OBAMA)


def test_forbidden_actions_and_collections_are_refused(
    signed: Server, keys: Keys, photos: Mapping[str, bytes]
) -> None:
    policy = Policy(("rekognition:Get*", "rekognition:DetectFaces"), ("team-*",))
    made = keys.create(policy=policy)
    user = f"User: arn:aws:iam::000000000000:user/{made.key.id} is not authorized to perform: "
    with client(signed.url, made) as rekognition:
        image = {"Bytes": photos["obama.jpg"]}
        assert len(rekognition.detect_faces(Image=image)["FaceDetails"]) == 1
        with refused("AccessDeniedException", f"{user}rekognition:CompareFaces on resource: * "):
            rekognition.compare_faces(SourceImage=image, TargetImage=image)
        # It searches every collection.
        with refused("AccessDeniedException", f"{user}rekognition:GetCelebrityInfo on resource"):
            rekognition.get_celebrity_info(**OBAMA)


def test_collections_are_named_to_nobody_who_did_not_name_them(
    signed: Server, keys: Keys, key: Unlocked
) -> None:
    with client(signed.url, key) as rekognition:
        for each in ("team-red", "secret-project"):
            rekognition.create_collection(CollectionId=each)
    limited = keys.create(policy=Policy(("*",), ("team-*",)))
    with client(signed.url, limited) as rekognition:
        with refused("ResourceNotFoundException", "The collection id: team-blue does not exist"):
            rekognition.list_faces(CollectionId="team-blue")
        with refused("AccessDeniedException", "collection/secret-project because"):
            rekognition.list_faces(CollectionId="secret-project")
    # Over /api/v1 what is there and what is not is one to whoever may see neither.
    for path in ("/api/v1/people", "/api/v1/filters", "/people"):
        answers = [
            patient.get(f"{signed.url}{path}", params={"collection": each}, headers=_FORWARDED)
            for each in ("zz", "secret-project")
        ]
        assert {each.status_code for each in answers} == {403}
        assert answers[0].text == answers[1].text
        assert "team-red" not in answers[0].text
    missed = patient.get(f"{signed.url}/api/v1/people", params={"collection": "zz"})
    assert (missed.status_code, missed.json()["detail"]) == (404, "There is no collection 'zz'.")


def test_objects_of_s3_that_a_key_is_not_bound_to_are_refused(
    signed: Server, keys: Keys, photos: Mapping[str, bytes]
) -> None:
    limited = keys.create(policy=Policy(objects=("fan-photos/red/*", "shared/*")))
    beyond = ("fan-photos/blue/a.jpg", "fan-photos/redder.jpg", "fan-photos-2/red/a.jpg")

    def image(name: str) -> dict[str, Any]:
        bucket, _, key = name.partition("/")
        return {"S3Object": {"Bucket": bucket, "Name": key}}

    with client(signed.url, limited) as rekognition:
        for each in beyond:
            denied = f"s3:GetObject on resource: arn:aws:s3:::{each} because"
            with refused("AccessDeniedException", denied):
                rekognition.detect_faces(Image=image(each))
            with refused("AccessDeniedException", denied):
                rekognition.start_face_detection(Video=image(each))
            bytes_ = {"Bytes": photos["obama.jpg"]}
            with refused("AccessDeniedException", denied):
                rekognition.compare_faces(SourceImage=bytes_, TargetImage=image(each))
        # It is asked for: there is no storage here.
        with refused("InvalidS3ObjectException", "s3://fan-photos/red/a.jpg"):
            rekognition.detect_faces(Image=image("fan-photos/red/a.jpg"))
        assert len(rekognition.detect_faces(Image=bytes_)["FaceDetails"]) == 1


def test_what_is_altered_on_the_way_is_refused(signed: Server, key: Unlocked) -> None:
    def body(request: Any, **_: object) -> None:
        request.body = request.body.replace(b"Q76", b"Q77")

    def operation(request: Any, **_: object) -> None:
        request.headers["X-Amz-Target"] = "RekognitionService.DetectFaces"

    def query(request: Any, **_: object) -> None:
        request.url += "?a=b"

    for alter in (body, operation, query):
        with client(signed.url, key) as rekognition:
            rekognition.meta.events.register("before-send.rekognition.*", alter)
            with refused("InvalidSignatureException", MISMATCH):
                rekognition.get_celebrity_info(**OBAMA)


def test_an_unsigned_header_is_refused(signed: Server, key: Unlocked) -> None:
    def smuggle(request: Any, **_: object) -> None:
        request.headers["X-Amz-Meta"] = "a"

    with client(signed.url, key) as rekognition:
        rekognition.meta.events.register("before-send.rekognition.*", smuggle)
        with refused("InvalidSignatureException", "'x-amz-meta' must be a 'SignedHeader'"):
            rekognition.get_celebrity_info(**OBAMA)


def test_rates_are_kept_and_boto3_tries_again(signed: Server, keys: Keys) -> None:
    made = keys.create(rate=4)
    with client(signed.url, made) as once:
        said = "exceeded your throughput limit of 4 a second"
        with refused("ProvisionedThroughputExceededException", said):
            for _ in range(100):
                once.get_celebrity_info(**OBAMA)
    with client(signed.url, made, attempts=8) as again:
        answers = [again.get_celebrity_info(**OBAMA) for _ in range(8)]
    assert {name_of(each) for each in answers} == {"Barack Obama"}
    assert any(each["ResponseMetadata"]["RetryAttempts"] for each in answers)


def test_bodies_may_come_in_chunks(signed: Server, key: Unlocked) -> None:
    body = json.dumps(OBAMA).encode()
    request = AWSRequest("POST", f"{signed.url}/", headers=HEADERS, data=body)
    credentials = Credentials(key.key.id, key.secret)
    SigV4Auth(credentials, "rekognition", "eu-west-1").add_auth(request)
    headers = dict(request.headers.items())
    chunks = [body[:5], body[5:6], body[6:]]
    answer = patient.post(request.url, content=iter(chunks), headers=headers)
    assert answer.request.headers["transfer-encoding"] == "chunked"
    assert name_of(answer.json()) == "Barack Obama"
    altered = patient.post(request.url, content=iter(chunks[::-1]), headers=headers)
    assert altered.json()["__type"] == "InvalidSignatureException"


def test_presigned_posts_are_let_in(
    signed: Server, key: Unlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps(OBAMA).encode()
    url = presigned(signed.url, key, HEADERS, body)
    assert name_of(patient.post(url, content=body, headers=HEADERS).json()) == "Barack Obama"
    other = json.dumps({"Id": "Q77"}).encode()
    tampered = patient.post(url, content=other, headers=HEADERS)
    assert (tampered.status_code, tampered.json()["__type"]) == (400, "InvalidSignatureException")
    past = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=90)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: past)
    expired = patient.post(
        presigned(signed.url, key, HEADERS, body), content=body, headers=HEADERS
    ).json()
    assert expired["__type"] == "InvalidSignatureException"
    assert expired["Message"].startswith("Signature expired: ")


def test_presigned_gets_reach_no_operation(signed: Server, key: Unlocked) -> None:
    url = presigned(signed.url, key, HEADERS, b"", method="GET")
    assert patient.get(url, headers=HEADERS).headers["content-type"].startswith("text/html")
    posted = patient.post(url, headers=HEADERS)
    assert posted.json()["__type"] == "InvalidSignatureException"


def test_what_boto3_presigns_moves_the_request_away(signed: Server, key: Unlocked) -> None:
    # Its signature holds; but the parameters of a JSON service are in the body, and that is empty.
    with client(signed.url, key) as rekognition:
        url = rekognition.generate_presigned_url("get_celebrity_info", Params=OBAMA)
    answer = patient.post(url, headers=HEADERS)
    assert answer.json()["__type"] == "SerializationException"


def test_a_server_that_does_not_check_lets_everyone_in(server: Server) -> None:
    with client(server.url) as stranger:
        assert name_of(stranger.get_celebrity_info(**OBAMA)) == "Barack Obama"
    with client(server.url, token="FQoGZXIvYXdzE") as temporary:
        assert name_of(temporary.get_celebrity_info(**OBAMA)) == "Barack Obama"


def test_a_lost_key_of_the_secrets_is_a_fault_of_the_server(
    settings: Settings, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = replace(settings, auth="on", home=home)
    keys = Keys(own)
    made = keys.create()
    keys.close()
    (home / "secret.key").unlink()
    with (
        running(own) as server,
        client(server.url, made) as rekognition,
        caplog.at_level(logging.ERROR, "lookalike"),
        pytest.raises(ClientError) as caught,
    ):
        rekognition.get_celebrity_info(**OBAMA)
    assert caught.value.response["Error"]["Code"] == "InternalServerError"
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert record.exc_info is not None
    assert "secret.key is missing" in str(record.exc_info[1])
