"""aioboto3 against a server that checks signatures, with a role that it takes on by STS.

`make test-aioboto3` runs it: aioboto3 asks for another botocore than boto3 does here, so it has an
environment of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lookalike.rekognition.access.keys import Keys
from lookalike.rekognition.access.policy import Policy
from lookalike.rekognition.access.roles import Roles
from tests.support import ROOT
from tests.support.serving import Server

PYTHON = Path(os.environ.get("AIOBOTO3_PYTHON", ROOT / ".venv" / "aioboto3" / "bin" / "python"))
SCRIPT = ROOT / "tests" / "support" / "aio.py"
ACTIONS = ("rekognition:Detect*", "rekognition:List*", "rekognition:RecognizeCelebrities")


@pytest.fixture
def server(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path
) -> AbstractContextManager[Server]:
    return serve(home=tmp_path / "home", auth="on", others="faces")


def test_aioboto3_takes_on_a_role(
    server: AbstractContextManager[Server], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photos["obama.jpg"])
    with server as started:
        keys, roles = Keys(started.settings), Roles(started.settings)
        own = keys.create()
        roles.create("reader", Policy(ACTIONS), (own.key.id,))
        keys.close()
        roles.close()
        (tmp_path / "config").write_text(
            f"[profile own]\naws_access_key_id = {own.key.id}\n"
            f"aws_secret_access_key = {own.secret}\n"
            "[profile reader]\nrole_arn = arn:aws:iam::1:role/reader\nsource_profile = own\n"
        )
        others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environ = {
            **others,
            "HOME": str(tmp_path),
            "PYTHONPATH": "",
            "AWS_PROFILE": "reader",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_ENDPOINT_URL": started.url,
        }
        command = [PYTHON, SCRIPT, photo]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("who").startswith("arn:aws:sts::000000000000:assumed-role/reader/")
    assert said == {
        "labels": ["Person", "Head", "Face"],
        "landmarks": 30,
        "celebrities": ["Barack Obama"],
        "collections": [],
        "refused": "AccessDeniedException",
    }
