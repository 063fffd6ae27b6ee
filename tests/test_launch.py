"""What starts light: nothing is imported, or opened, that the first answer does without."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.launch import wanting
from tests.support import PATIENCE_S, certificate
from tests.support.processes import LOOKALIKE
from tests.support.serving import Server, environment

# What videos, Amazon's clients, access keys, measuring and the terminal need.
LATER = (
    "av",
    "boto3",
    "botocore",
    "cryptography",
    "httpx",
    "lookalike.aws.client",
    "lookalike.evaluate",
    "lookalike.rekognition.operations",
    "lookalike.rekognition.wire.codec",
    "lookalike.video.frames",
    "matplotlib",
    "rich",
)

_SERVER = """
import asyncio, json, sys
import uvicorn

def run(app, **options):
    async def serve():
        async with app.router.lifespan_context(app):
            assert app.state.services.engine.gallery.collections()
            print(json.dumps(sorted(sys.modules)))
    asyncio.run(serve())

uvicorn.run = run
from lookalike.cli import main
main(["serve", "--port", "0"], standalone_mode=False)
"""


def imported(code: str, environ: dict[str, str] | None = None) -> set[str]:
    """The modules that a Python of its own has imported when it prints them."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_package_itself_imports_nothing() -> None:
    found = imported("import json, sys, lookalike; print(json.dumps(sorted(sys.modules)))")
    assert {each for each in found if each.startswith("lookalike")} == {"lookalike"}
    assert not found & {"numpy", "click", "pydantic"}


def test_the_command_line_imports_what_it_runs() -> None:
    found = imported("import json, sys, lookalike.cli; print(json.dumps(sorted(sys.modules)))")
    assert not found & {*LATER, "numpy", "cv2", "sqlalchemy", "fastapi", "PIL.Image"}


def test_a_server_is_ready_without_what_comes_later(
    settings: Settings, home: Path, engine: LocalEngine
) -> None:
    """The engine has the networks prepared that this one opens too."""
    found = imported(_SERVER, environment(settings, home))
    assert {"lookalike.server", "lookalike.engine.local"} <= found
    assert [each for each in LATER if each in found] == []


def test_who_serves_others_is_told_that_nobody_can_ask_to_be_left_out(settings: Settings) -> None:
    assert wanting(settings) is None
    for others in (replace(settings, host="0.0.0.0"), replace(settings, public="1")):
        assert "LOOKALIKE_CONTACT" in (wanting(others) or "")
        assert wanting(replace(others, contact="hello@fans.example")) is None


def test_it_speaks_https_with_a_certificate_of_ones_own(
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    photos: Mapping[str, bytes],
    tmp_path: Path,
) -> None:
    made = certificate.made(tmp_path)
    with serve(certfile=str(made.certfile), keyfile=str(made.keyfile), home=home) as server:
        client = boto3.client(
            "rekognition",
            endpoint_url=server.url.replace("http:", "https:"),
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            verify=str(made.certfile),
        )
        found = client.detect_faces(Image={"Bytes": photos["obama.jpg"]})
        client.close()
    assert len(found["FaceDetails"]) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--certfile", "{key}", "--keyfile", "{key}"), "cannot be used as a certificate"),
        (("--certfile", "{certificate}"), "LOOKALIKE_KEYFILE one with its key"),
        (("--keyfile", "{key}"), "LOOKALIKE_KEYFILE is set, and LOOKALIKE_CERTFILE is not"),
    ],
)
def test_files_that_are_no_certificate_are_said_before_anything_is_served(
    settings: Settings, home: Path, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    made = certificate.made(tmp_path)
    given = [each.format(certificate=made.certfile, key=made.keyfile) for each in options]
    environ = environment(settings, home)
    refused = subprocess.run(
        [LOOKALIKE, "serve", "--port", "0", *given],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert refused.returncode == 1
    assert words in refused.stderr
