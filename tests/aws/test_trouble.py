"""Amazon Rekognition when it refuses, is busy, or does not answer: what is said, and how often it
was asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.config import Config
from click.testing import CliRunner

from lookalike.aws import client
from lookalike.aws.engine import AwsEngine
from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import AwsDenied, AwsError, AwsThrottled, AwsUnreachable, InvalidParameter
from lookalike.rekognition.access.keys import Keys
from lookalike.rekognition.access.policy import Policy
from tests.support import patient
from tests.support.amazon.stand_in import environment, making
from tests.support.commands import Commands
from tests.support.serving import Server, running


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits before trying again; how long each time it would have been."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def at(theirs: Settings, url: str) -> AwsEngine:
    return AwsEngine(replace(theirs, aws_endpoint_url=url))


def test_throttling_is_tried_again_with_jitter_and_then_told(
    theirs: Settings, photos: Mapping[str, bytes], waits: list[float]
) -> None:
    with making((400, "ProvisionedThroughputExceededException")) as trouble:
        engine = at(theirs, trouble.url)
        with pytest.raises(AwsThrottled, match="It was tried four times") as caught:
            engine.detect(photos["obama.jpg"])
        assert caught.value.aws_code == "ProvisionedThroughputExceededException"
        assert trouble.asked == ["DetectFaces"] * 4
        # Three pauses, each at random within twice the one before.
        assert [0 <= wait <= 2**place for place, wait in enumerate(waits)] == [True] * 3
        assert len(set(waits)) == 3
        assert engine.calls == {}
        engine.close()


def test_a_call_that_succeeds_in_the_end_is_counted_once(
    theirs: Settings, photos: Mapping[str, bytes], waits: list[float]
) -> None:
    with making((400, "ThrottlingException"), (500, "InternalServerError"), (200, "")) as trouble:
        engine = at(theirs, trouble.url)
        found = engine.detect(photos["obama.jpg"])
        assert (found.photo.faces, found.calls) == ((), {"DetectFaces": 1})
        assert len(trouble.asked) == 3
        engine.close()


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (400, "AccessDeniedException", AwsDenied, "what they are allowed to do"),
        (403, "ExpiredTokenException", AwsDenied, "Check the AWS credentials"),
        (500, "InternalServerError", AwsError, "Not now .InternalServerError."),
        (413, "ImageTooLargeException", AwsError, "ImageTooLargeException"),
    ],
)
def test_what_amazon_says_is_told(
    theirs: Settings,
    photos: Mapping[str, bytes],
    waits: list[float],
    status: int,
    code: str,
    kind: type[AwsError],
    words: str,
) -> None:
    with making((status, code)) as trouble:
        engine = at(theirs, trouble.url)
        with pytest.raises(AwsError, match=words) as caught:
            engine.find(photos["obama.jpg"], limit=1)
        assert type(caught.value) is kind
        assert "refused RecognizeCelebrities: Not now" in str(caught.value)
        assert caught.value.aws_code == code
        engine.close()


def test_an_endpoint_that_hangs_is_given_up(
    theirs: Settings,
    photos: Mapping[str, bytes],
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurried = client._OPTIONS.merge(Config(read_timeout=0.2))
    monkeypatch.setattr(client, "_OPTIONS", hurried)
    with making(None) as trouble:
        engine = at(theirs, trouble.url)
        with pytest.raises(AwsUnreachable, match="Read timeout"):
            engine.detect(photos["obama.jpg"])
        assert len(trouble.asked) == 4
        engine.close()


def test_an_endpoint_that_is_not_there_is_told(
    theirs: Settings, photos: Mapping[str, bytes], waits: list[float]
) -> None:
    lost = at(theirs, "http://127.0.0.1:9")
    with pytest.raises(AwsUnreachable, match="cannot be reached"):
        lost.detect(photos["obama.jpg"])
    lost.close()
    with pytest.raises(InvalidParameter, match="LOOKALIKE_AWS_ENDPOINT_URL"):
        at(theirs, "nowhere")


def test_a_region_is_needed(theirs: Settings) -> None:
    with pytest.raises(AwsError, match="Set LOOKALIKE_AWS_REGION"):
        AwsEngine(replace(theirs, aws_region=""))
    # The server says so at once.
    with environment({"AWS_CONFIG_FILE": os.devnull, "LOOKALIKE_ENGINE": "aws"}) as patch:
        patch.setenv("LOOKALIKE_HOME", str(theirs.home))
        said = CliRunner().invoke(main, ["serve"])
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: No AWS region is set. Set LOOKALIKE_AWS_REGION")


def test_credentials_are_checked(
    theirs: Settings,
    amazon: Server,
    photos: Mapping[str, bytes],
    signed_in: pytest.MonkeyPatch,
) -> None:
    keys = Keys(amazon.settings)
    narrow = keys.create(policy=Policy(actions=("rekognition:DetectFaces",)))
    keys.close()
    signed_in.delenv("AWS_PROFILE")
    for key, secret, words in (
        ("AKIDEXAMPLE", "secret", "UnrecognizedClientException"),
        (narrow.key.id, "wrong", "InvalidSignatureException"),
        (narrow.key.id, narrow.secret, "AccessDeniedException"),
    ):
        signed_in.setenv("AWS_ACCESS_KEY_ID", key)
        signed_in.setenv("AWS_SECRET_ACCESS_KEY", secret)
        engine = AwsEngine(theirs)
        with pytest.raises(AwsDenied, match="refused RecognizeCelebrities") as caught:
            engine.find(photos["obama.jpg"], limit=1)
        assert caught.value.aws_code == words
        engine.close()
    engine = AwsEngine(theirs)
    assert len(engine.detect(photos["obama.jpg"]).photo.faces) == 1
    engine.close()


def test_without_credentials_the_api_and_the_command_line_say_so(
    theirs: Settings, photos: Mapping[str, bytes], signed_in: pytest.MonkeyPatch, home: Path
) -> None:
    signed_in.delenv("AWS_PROFILE")
    signed_in.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with running(theirs) as server:
        files = {"photo": photos["obama.jpg"]}
        told = patient.post(f"{server.url}/api/v1/lookalikes", files=files).json()
    assert told["status"] == 502
    assert told["type"] == "urn:lookalike:problem:aws-denied"
    assert told["title"] == "Amazon Rekognition cannot answer"
    assert "There are no AWS credentials" in told["detail"]
    photo = home / "photo.jpg"
    photo.write_bytes(photos["obama.jpg"])
    environ = {"LOOKALIKE_ENGINE": "aws", "LOOKALIKE_AWS_REGION": theirs.aws_region}
    done = Commands(home, theirs, environ).alone("detect", str(photo))
    assert (done.returncode, done.stdout) == (1, "")
    assert "There are no AWS credentials that can be used" in done.stderr
    assert "Set AWS_ACCESS_KEY_ID" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_api_answers_throttling_with_retry_after(
    theirs: Settings, photos: Mapping[str, bytes], waits: list[float]
) -> None:
    with (
        making((400, "ThrottlingException")) as trouble,
        running(replace(theirs, aws_endpoint_url=trouble.url)) as server,
    ):
        files = {"photo": photos["obama.jpg"]}
        told = patient.post(f"{server.url}/api/v1/detect", files=files)
        assert (told.status_code, told.headers["Retry-After"]) == (503, "2")
        assert told.json()["type"] == "urn:lookalike:problem:aws-throttled"
        assert patient.get(f"{server.url}/api/v1/engine").json()["aws_calls"] == {}
