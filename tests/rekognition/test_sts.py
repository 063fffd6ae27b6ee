"""Keys on loan: Amazon's own clients ask STS for them, and call the Rekognition API with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from lookalike.cli import main
from lookalike.rekognition.access.keys import Keys, Unlocked
from lookalike.rekognition.access.policy import Policy
from lookalike.rekognition.access.roles import Roles
from lookalike.rekognition.access.sessions import begun
from tests.support import ROOT, patient
from tests.support.serving import Server

SCRIPT = ROOT / "tests" / "support" / "js" / "roles.cjs"
READER = "arn:aws:iam::123456789012:role/app/reader"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def role(strict: Server, key: Unlocked) -> Iterator[Roles]:
    """A role `reader`, which the holder of `key` may take on."""
    roles = Roles(strict.settings)
    policy = Policy(("rekognition:List*",), ("*",))
    roles.create("reader", policy, (key.key.id,))
    yield roles
    roles.close()


def client(service: str, url: str, given: dict[str, str]) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given.get("SessionToken") or None,
        region_name="eu-west-1",
    )
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    return session.client(service, endpoint_url=url, config=config)


@pytest.fixture
def given(key: Unlocked) -> dict[str, str]:
    return {"AccessKeyId": key.key.id, "SecretAccessKey": key.secret}


@pytest.fixture
def sts(strict: Server, given: dict[str, str]) -> Any:
    return client("sts", strict.url, given)


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    answer = raised.value.response
    error = answer["Error"]
    return error["Code"], error["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_boto3_asks_who_it_is(sts: Any, key: Unlocked) -> None:
    said = sts.get_caller_identity()
    assert said.pop("ResponseMetadata")["RequestId"]
    assert said == {
        "UserId": key.key.id,
        "Account": "000000000000",
        "Arn": f"arn:aws:iam::000000000000:user/{key.key.id}",
    }


def test_a_session_may_what_its_key_may(strict: Server, sts: Any, key: Unlocked) -> None:
    lent = sts.get_session_token(DurationSeconds=900)["Credentials"]
    left = lent["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert (len(lent["AccessKeyId"]), len(lent["SecretAccessKey"])) == (20, 40)
    rekognition = client("rekognition", strict.url, lent)
    assert rekognition.create_collection(CollectionId="lent")["StatusCode"] == 200
    assert rekognition.delete_collection(CollectionId="lent")["StatusCode"] == 200
    who = client("sts", strict.url, lent)
    assert who.get_caller_identity()["Arn"] == f"arn:aws:iam::000000000000:user/{key.key.id}"
    assert refusal(who.get_session_token) == (
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
        403,
    )


def test_a_role_may_what_its_policy_says(strict: Server, sts: Any, role: Roles) -> None:
    said = sts.assume_role(RoleArn=READER, RoleSessionName="night@shift")
    arn = "arn:aws:sts::000000000000:assumed-role/reader/night@shift"
    assert said["AssumedRoleUser"] == {"AssumedRoleId": "reader:night@shift", "Arn": arn}
    left = said["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    who = client("sts", strict.url, said["Credentials"])
    assert who.get_caller_identity()["Arn"] == arn
    assert refusal(who.assume_role, RoleArn=READER, RoleSessionName="again")[0] == "AccessDenied"
    rekognition = client("rekognition", strict.url, said["Credentials"])
    assert "CollectionIds" in rekognition.list_collections()
    code, message, status = refusal(rekognition.create_collection, CollectionId="x")
    assert (code, status) == ("AccessDeniedException", 400)
    assert message.startswith(f"User: {arn} is not authorized to perform: rekognition:Create")


def test_sessions_end_with_their_time_their_key_and_their_role(
    strict: Server, role: Roles, given: dict[str, str]
) -> None:
    keys = Keys(strict.settings)
    sessions = keys.sessions()
    other = keys.create()

    def ask(life: timedelta, **of: str) -> Any:
        loan = sessions.lent(begun(other.key.id, keys.now() + life, **of))
        lent = loan.session.id, loan.session.secret, loan.token
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return client("rekognition", strict.url, dict(zip(names, lent, strict=True)))

    hour = timedelta(hours=1)
    role.create("passing", Policy(), (other.key.id,))
    assert "CollectionIds" in ask(hour).list_collections()
    passing = ask(hour, role="passing", name="p")
    assert "CollectionIds" in passing.list_collections()
    over = ("ExpiredTokenException", "The security token included in the request is expired", 400)
    assert refusal(ask(-hour).list_collections) == over
    invalid = "The security token included in the request is invalid."
    unknown = ("UnrecognizedClientException", invalid, 400)
    # A role that does not trust the key, as if it had changed since.
    assert refusal(ask(hour, role="reader", name="p").list_collections) == unknown
    role.delete("passing")
    assert refusal(passing.list_collections) == unknown
    keys.enable(other.key.id, False)
    assert refusal(ask(hour).list_collections) == unknown
    keys.close()


def test_tokens_of_others_are_refused(strict: Server, sts: Any, given: dict[str, str]) -> None:
    lent = sts.get_session_token()["Credentials"]
    other = sts.get_session_token()["Credentials"]
    token = lent["SessionToken"]
    for wrong in (other["SessionToken"], token[:-8] + "AAAAAAA=", "x" * 300, ""):
        asked = client("rekognition", strict.url, {**lent, "SessionToken": wrong})
        assert refusal(asked.list_collections)[0] == "UnrecognizedClientException"
    with_secret = {**lent, "SecretAccessKey": other["SecretAccessKey"]}
    asked = client("rekognition", strict.url, with_secret)
    assert refusal(asked.list_collections)[0] == "InvalidSignatureException"
    # A key that is not on loan needs none; one that is left in the environment is no hindrance.
    left_over = client("rekognition", strict.url, {**given, "SessionToken": "x"})
    assert "CollectionIds" in left_over.list_collections()


def test_faults_of_sts_are_amazons(strict: Server, sts: Any, role: Roles, key: Unlocked) -> None:
    name = {"RoleSessionName": "me"}
    who = f"arn:aws:iam::000000000000:user/{key.key.id}"
    other = READER.replace("reader", "writer")
    assert refusal(sts.assume_role, RoleArn=other, **name) == (
        "AccessDenied",
        f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {other}",
        403,
    )
    bad = "arn:aws:iam::1:user/somebody"
    assert refusal(sts.assume_role, RoleArn=bad, **name)[:2] == (
        "ValidationError",
        f"{bad} is invalid",
    )
    code, message, _ = refusal(sts.assume_role, RoleArn=READER, Policy="{}", **name)
    assert (code, "may do what its role may" in message) == ("ValidationError", True)
    tags = [{"Key": str(number), "Value": ""} for number in range(51)]
    code, message, _ = refusal(
        sts.assume_role, RoleArn=READER, RoleSessionName="a b", Tags=tags, DurationSeconds=50_000
    )
    assert code == "ValidationError"
    assert message.startswith("3 validation errors detected: ")
    assert "Value '50000' at 'durationSeconds' failed to satisfy constraint" in message
    assert "Value of 51 items at 'tags'" in message
    code, message, status = refusal(sts.get_access_key_info, AccessKeyId="A" * 20)
    assert (code, status) == ("InvalidAction", 400)
    assert "Could not find operation GetAccessKeyInfo for version 2011-06-15" in message
    nobody = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "x"}
    stranger = client("sts", strict.url, nobody)
    assert refusal(stranger.get_caller_identity)[::2] == ("InvalidClientTokenId", 403)
    wrong = {"AccessKeyId": key.key.id, "SecretAccessKey": "x"}
    forger = client("sts", strict.url, wrong)
    assert refusal(forger.get_caller_identity)[::2] == ("SignatureDoesNotMatch", 403)


def test_forms_that_are_none(serve: Callable[..., AbstractContextManager[Server]]) -> None:
    with serve() as server:
        for body, code in (
            ("Action=GetCallerIdentity&Version=2011-06-15", None),
            ("Action=<b>&Version=1", "InvalidAction"),
            ("", "InvalidAction"),
            ("Action", "MalformedQueryString"),
            ("Action=AssumeRole", "ValidationError"),
            ("Action=GetSessionToken&DurationSeconds=long", "MalformedQueryString"),
            ("Action=GetSessionToken&" + "a" * 70_000, "MalformedQueryString"),
        ):
            answer = patient.post(server.url, content=body.encode(), headers=FORM)
            assert answer.headers["content-type"].startswith("text/xml")
            assert answer.headers["x-amzn-requestid"] in answer.text
            assert "<b>" not in answer.text
            if code is None:
                assert "<Arn>arn:aws:iam::000000000000:root</Arn>" in answer.text
            else:
                assert f"<Code>{code}</Code>" in answer.text, answer.text
        # Nobody is asked to sign, so that any role is there, and nobody looks at the key.
        nobody = {"AccessKeyId": "test", "SecretAccessKey": "test"}
        any_role = {"RoleArn": "arn:aws:iam::1:role/any", "RoleSessionName": "me"}
        lent = client("sts", server.url, nobody).assume_role(**any_role)["Credentials"]
        assert "CollectionIds" in client("rekognition", server.url, lent).list_collections()
        refused = patient.post(
            server.url, content=b"Action=x", headers={**FORM, "origin": "https://evil.example"}
        )
        assert (refused.status_code, "<Code>AccessDenied</Code>" in refused.text) == (403, True)


def test_the_command_makes_a_session(strict: Server) -> None:
    environ = {"LOOKALIKE_HOME": str(strict.settings.home)}
    run = CliRunner(env=environ)

    def lookalike(*arguments: str) -> Any:
        done = run.invoke(main, arguments)
        assert done.exit_code == 0, done.output
        return done

    policy = ("--allow", "ListCollections", "--hours", "1", "--json")
    made = json.loads(lookalike("keys", "create", "--session", *policy).stdout)
    lent = {
        "AccessKeyId": made["id"],
        "SecretAccessKey": made["secret"],
        "SessionToken": made["session_token"],
    }
    rekognition = client("rekognition", strict.url, lent)
    assert "CollectionIds" in rekognition.list_collections()
    assert refusal(rekognition.create_collection, CollectionId="x")[0] == "AccessDeniedException"
    (listed,) = (
        each
        for each in json.loads(lookalike("keys", "list", "--json").stdout)
        if each["id"] == made["of_key"]
    )
    assert listed["expires"] == made["expires"]
    assert "until " in lookalike("keys", "list").stdout
    lookalike("keys", "delete", made["of_key"])
    assert refusal(rekognition.list_collections)[0] == "UnrecognizedClientException"
    plain = lookalike("keys", "create", "--session")
    assert "aws_session_token = " in plain.stdout
    assert "It ends at " in plain.stderr


def test_keys_that_have_ended_are_forgotten(strict: Server) -> None:
    keys = Keys(strict.settings)
    over = keys.create(life=timedelta(seconds=-1))
    assert keys.find(over.key.id) is None
    keys.create()
    assert over.key.id not in [each.id for each in keys.all()]
    keys.close()


def test_the_command_makes_roles(tmp_path: Path) -> None:
    run = CliRunner(env={"LOOKALIKE_HOME": str(tmp_path)})
    made = run.invoke(
        main, ["roles", "create", "fans", "--allow", "Search*", "--s3", "b/*", "--key", "LOOK*"]
    )
    assert made.stdout == "arn:aws:iam::000000000000:role/fans\n"
    assert made.stderr == ("Allowed: rekognition:Search* on *, of S3 only s3://b/*, to LOOK*.\n")
    (listed,) = json.loads(run.invoke(main, ["roles", "list", "--json"]).stdout)
    assert (listed["name"], listed["keys"], listed["objects"]) == ("fans", ["LOOK*"], ["b/*"])
    assert "fans" in run.invoke(main, ["roles", "list"]).stdout
    for arguments, why in (
        (["create", "fans", "--key", "*"], "There is a role 'fans' already"),
        (["create", "a b", "--key", "*"], "'a b' can be no role"),
        (["create", "x", "--key", "look"], "'look' can be no access key"),
        (["create", "x"], "Missing option '--key'"),
        (["delete", "x"], "There is no role 'x'"),
    ):
        done = run.invoke(main, ["roles", *arguments])
        assert done.exit_code in (1, 2)
        assert why in done.output
    assert run.invoke(main, ["roles", "delete", "fans"]).exit_code == 0
    assert json.loads(run.invoke(main, ["roles", "list", "--json"]).stdout) == []


@pytest.fixture
def profile(strict: Server, key: Unlocked, tmp_path: Path) -> dict[str, str]:
    """The environment of a program whose profile says that it takes on a role."""
    (tmp_path / "credentials").write_text(
        f"[own]\naws_access_key_id = {key.key.id}\naws_secret_access_key = {key.secret}\n"
    )
    (tmp_path / "config").write_text(
        f"[profile reader]\nrole_arn = {READER}\nsource_profile = own\nregion = eu-west-1\n"
    )
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **others,
        # The command line keeps what it was lent there.
        "HOME": str(tmp_path),
        "AWS_PROFILE": "reader",
        "AWS_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_ENDPOINT_URL_STS": strict.url,
        "AWS_ENDPOINT_URL_REKOGNITION": strict.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def test_the_aws_cli_takes_on_a_role(role: Roles, profile: dict[str, str]) -> None:
    def aws(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "awscli", *arguments, "--output", "json"]
        return subprocess.run(command, env=profile, capture_output=True, text=True)

    who = aws("sts", "get-caller-identity")
    assert who.returncode == 0, who.stderr
    arn = json.loads(who.stdout)["Arn"]
    assert arn.startswith("arn:aws:sts::000000000000:assumed-role/reader/botocore-session-")
    refused = aws("rekognition", "create-collection", "--collection-id", "x")
    assert "AccessDeniedException" in refused.stderr


def test_the_sdk_for_javascript_takes_on_a_role(role: Roles, profile: dict[str, str]) -> None:
    node = shutil.which("node")
    assert node, "run: sh tests/install.sh"
    environ = {**profile, "NODE_PATH": str(ROOT / ".venv" / "node" / "node_modules")}
    done = subprocess.run([node, str(SCRIPT)], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["id"].startswith("LOAN")
    assert "CollectionIds" in said["listed"]
    assert said["refused"]["name"] == "AccessDeniedException"
    assert ":assumed-role/reader/aws-sdk-js-" in said["refused"]["message"]


def test_another_home_knows_no_session(strict: Server, key: Unlocked, tmp_path: Path) -> None:
    keys = Keys(replace(strict.settings, home=tmp_path))
    elsewhere = keys.sessions()
    loan = elsewhere.lent(begun(key.key.id, keys.now() + timedelta(hours=1)))
    assert elsewhere.read(loan.token) == loan.session
    assert Keys(strict.settings).sessions().read(loan.token) is None
    assert loan.session.secret not in repr(loan)
    assert loan.token not in repr(loan)
