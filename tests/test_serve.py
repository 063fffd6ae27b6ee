"""`lookalike serve` with two worker processes, as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.rekognition.keys import Keys
from tests.aws import CONTENT_TYPE, post, presigned

BODY = b'{"Id": "Q76"}'
HEADERS = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": "RekognitionService.GetCelebrityInfo"}
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
def url(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    with serving(environment, tmp_path / "log", "127.0.0.1") as address:
        yield address


@contextmanager
def serving(environment: dict[str, str], log: Path, host: str) -> Iterator[str]:
    """The address of a server with two workers, which writes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [LOOKALIKE, "serve", "--host", host, "--port", port, "--workers", "2"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        try:
            while not ready(address):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield address
        finally:
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


def test_beyond_loopback_every_worker_checks_signatures(
    environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving(environment, log, "0.0.0.0") as url:
        assert log.read_text().startswith(
            "Rekognition API: signatures are checked; there is no access key yet; make one with: "
            "lookalike keys create. The page and /api/v1 ask for no key.\n"
        )
        unsigned = post(url, "GetCelebrityInfo", {"Id": "Q76"}).json()
        assert unsigned["__type"] == "MissingAuthenticationTokenException"
        keys = Keys(config.load(environment))
        made = keys.create()
        address = presigned(url, made, HEADERS, BODY)
        for enabled, heard in ((True, None), (False, "UnrecognizedClientException"), (True, None)):
            keys.enable(made.key.id, enabled)
            for _ in range(12):
                # A new connection each time, so that both workers are asked.
                answer = httpx.post(address, content=BODY, headers=HEADERS)
                assert answer.json().get("__type") == heard
        keys.close()
    written = log.read_text()
    assert '"POST / HTTP/1.1" 200' in written
    assert "X-Amz-" not in written
    assert made.key.id not in written
    assert made.secret not in written
