"""`lookalike serve` with two worker processes, as a user starts it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from lookalike.config import Settings
from tests import aws
from tests.serving import LOOKALIKE, Serving, environment, serving


@pytest.fixture
def environ(settings: Settings, home: Path) -> dict[str, str]:
    return environment(settings, home)


@pytest.fixture
def server(environ: dict[str, str]) -> Iterator[Serving]:
    with serving(environ, "--workers", "2") as started:
        yield started


def test_someone_added_is_known_to_every_worker(
    server: Serving, environ: dict[str, str], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    """On the page, in the JSON API and in the Rekognition API, at once and without a restart."""
    before = httpx.get(f"{server.url}/api/v1/people").json()["total"]
    portrait = tmp_path / "collins.png"
    portrait.write_bytes(photos["astronaut.png"])
    command = [LOOKALIKE, "gallery", "add", "아일린 콜린스", str(portrait)]
    added = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    person_id = added.stdout.split(" as ")[1].split()[0]
    workers = server.workers()
    assert len(workers) == 2
    for worker in workers:
        with server.alone(worker):
            assert f"{before + 1:,}" in httpx.get(server.url, timeout=60).text
            found = httpx.post(
                f"{server.url}/api/v1/lookalikes",
                files={"photo": photos["astronaut.png"]},
                timeout=60,
            ).json()["faces"][0]["people"][0]
            assert (found["id"], found["name"]["ko"]) == (person_id, "아일린 콜린스")
            with aws.client(server.url) as client:
                image = {"Bytes": photos["astronaut.png"]}
                (celebrity,) = client.recognize_celebrities(Image=image)["CelebrityFaces"]
                assert (celebrity["Id"], celebrity["Name"]) == (person_id, "아일린 콜린스")
                assert celebrity["MatchConfidence"] > 99
                assert client.get_celebrity_info(Id=person_id)["Name"] == "아일린 콜린스"
