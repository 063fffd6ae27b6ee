"""What starts light: nothing is imported, or opened, that the first answer does without."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.launch import wanting
from tests.support.serving import environment

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
