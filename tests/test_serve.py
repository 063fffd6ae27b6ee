"""`lookalike serve` with two worker processes, as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from lookalike.config import Settings

LOOKALIKE = str(Path(sys.executable).parent / "lookalike")


@pytest.fixture
def environment(settings: Settings, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "LOOKALIKE_HOME": str(home),
        "LOOKALIKE_CACHE": str(settings.cache),
        "LOOKALIKE_PORTRAITS": "off",
    }


@pytest.fixture
def url(environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [LOOKALIKE, "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not ready(address):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield address
        process.terminate()


def ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def test_someone_added_is_known_to_every_worker(
    url: str, environment: dict[str, str], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    portrait = tmp_path / "collins.png"
    portrait.write_bytes(photos["astronaut.png"])
    command = [LOOKALIKE, "gallery", "add", "아일린 콜린스", str(portrait)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    for _ in range(12):
        # A new connection each time, so that both workers are asked.
        answer = httpx.post(
            f"{url}/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}, timeout=60
        )
        assert answer.json()["faces"][0]["people"][0]["name"]["ko"] == "아일린 콜린스"
