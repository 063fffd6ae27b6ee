"""A client in TypeScript, generated from the description of the JSON API, asks a real server.

The compiler holds the examples of the description to its types, too.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from docs.markdown import blocks
from tests.support import PATIENCE_S, ROOT, patient
from tests.support.serving import Server

_NODE = ROOT / ".venv" / "node"
_TOKEN = "of the tests"
_PHOTOS = ("obama.jpg", "obama2.jpg", "free-mountain-vector-01.jpg")


@pytest.fixture(scope="module")
def server(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    with serve(home=tmp_path_factory.mktemp("node") / "home", admin_token=_TOKEN) as started:
        yield started


@pytest.fixture(scope="module")
def described(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = patient.get(f"{server.url}/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def compiled(described: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program, its client and the examples, compiled with all that is checked."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(_NODE / "node_modules")
    (folder / "openapi.json").write_text(json.dumps(described))
    (folder / "client.ts").write_text((ROOT / "tests/support/js/client.ts").read_text("utf-8"))
    (folder / "examples.ts").write_text(typed_examples(described), "utf-8")
    (folder / "documented.ts").write_text(documented(), "utf-8")
    run(
        folder, "openapi-ts", "-i", "openapi.json", "-o", "generated", "-c", "@hey-api/client-fetch"
    )
    options = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs")
    run(folder, "tsc", *options, "client.ts", "examples.ts", "documented.ts")
    return folder


def typed_examples(described: Mapping[str, Any]) -> str:
    """A constant for each example, of the type that the client has for it."""
    lines = ['import type * as api from "./generated";']
    for operation in operations(described):
        name = operation["operationId"]
        kind = name[0].upper() + name[1:]
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                if status < "300" and "example" in content:
                    told = json.dumps(content["example"])
                    lines.append(f"export const {name}: api.{kind}Response = {told};")
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if sent:
            told = json.dumps(sent["example"])
            lines.append(f'export const {name}Sent: api.{kind}Data["body"] = {told};')
    return "\n".join([*lines, ""])


def documented() -> str:
    """What docs/clients.md shows, inside a function, with the photo of which it speaks."""
    page = (ROOT / "docs" / "clients.md").read_text("utf-8")
    (shown,) = (each.text for each in blocks(page) if each.language == "ts")
    imports, program = shown.split("\n\n", 1)
    return f"{imports}\ndeclare const file: File;\nexport async function run() {{\n{program}\n}}\n"


def operations(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for path in described["paths"].values() for each in path.values()]


def run(folder: Path, command: str, *args: str) -> None:
    done = subprocess.run(
        [_NODE / "node_modules" / ".bin" / command, *args],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_generated_client_works(
    compiled: Path, server: Server, photos: Mapping[str, bytes]
) -> None:
    for name in _PHOTOS:
        (compiled / name).write_bytes(photos[name])
    done = subprocess.run(
        ["node", "client.js", server.url, _TOKEN, *_PHOTOS],
        cwd=compiled,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("similarity") > 99
    assert told == {
        "best": "Barack Obama",
        "reference": "same-person",
        "compared": "same-person",
        "scored": "same-person",
        "listed": ["Q76"],
        "made": False,
        "refused": [415, "urn:lookalike:problem:unsupported-format"],
        "faceless": [422, "urn:lookalike:problem:no-face", "photo"],
        "picture": "image/jpeg",
    }


def test_every_example_is_of_its_type(compiled: Path, described: dict[str, Any]) -> None:
    """Else it would not have been compiled; here: that there are all of them."""
    text = (compiled / "examples.ts").read_text("utf-8")
    answered = [
        operation["operationId"]
        for operation in operations(described)
        for status, answer in operation["responses"].items()
        if status < "300" and "application/json" in answer.get("content", {})
    ]
    assert len(answered) > 30
    assert [each for each in answered if f"const {each}:" not in text] == []
