"""`lookalike serve` with two worker processes, as a user starts it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.rekognition.access.keys import Keys
from tests.support import PATIENCE_S, patient, wire
from tests.support.amazon import clients
from tests.support.amazon.clients import CONTENT_TYPE, post, presigned
from tests.support.processes import LOOKALIKE, finished, started
from tests.support.serving import Serving, environment, serving

BODY = b'{"Id": "Q76"}'
HEADERS = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": "RekognitionService.GetCelebrityInfo"}


@pytest.fixture
def environ(settings: Settings, home: Path) -> dict[str, str]:
    return environment(settings, home)


@pytest.fixture
def server(environ: dict[str, str]) -> Iterator[Serving]:
    with serving(environ, "--workers", "2") as ready:
        yield ready


def test_someone_added_is_known_to_every_worker(
    server: Serving, environ: dict[str, str], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    """On the page, in the JSON API and in the Rekognition API, at once and without a restart."""
    before = patient.get(f"{server.url}/api/v1/people").json()["total"]
    portrait = tmp_path / "collins.png"
    portrait.write_bytes(photos["astronaut.png"])
    command = [LOOKALIKE, "gallery", "add", "아일린 콜린스", str(portrait)]
    with started(command, env=environ) as process:
        out, _ = finished(process)
    person_id = out.split(" as ")[1].split()[0]
    workers = server.workers()
    assert len(workers) == 2
    for worker in workers:
        with server.alone(worker):
            assert f"{before + 1:,}" in patient.get(server.url).text
            found = patient.post(
                f"{server.url}/api/v1/lookalikes",
                files={"photo": photos["astronaut.png"]},
            ).json()["faces"][0]["people"][0]
            assert (found["id"], found["name"]["ko"]) == (person_id, "아일린 콜린스")
            with clients.client(server.url) as client:
                image = {"Bytes": photos["astronaut.png"]}
                (celebrity,) = client.recognize_celebrities(Image=image)["CelebrityFaces"]
                assert (celebrity["Id"], celebrity["Name"]) == (person_id, "아일린 콜린스")
                assert celebrity["MatchConfidence"] > 99
                assert client.get_celebrity_info(Id=person_id)["Name"] == "아일린 콜린스"


def test_every_worker_knows_the_path_that_a_proxy_offers(
    environ: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    environ["LOOKALIKE_PATH_PREFIX"] = "/look/"
    with serving(environ, "--workers", "2", log=log) as server:
        said = f"Every address begins with /look/: {server.url}/look/\n"
        assert said in log.read_text()
        for _ in range(8):
            page = patient.get(f"{server.url}/look/", headers={"X-Forwarded-For": "192.0.2.7"})
            assert 'href="/look/compare"' in page.text
    assert "192.0.2.7" not in log.read_text()
    environ["LOOKALIKE_PATH_PREFIX"] = "look?"
    with started([LOOKALIKE, "serve", "--workers", "2"], env=environ) as process:
        out, error = finished(process, code=1)
    assert "LOOKALIKE_PATH_PREFIX is 'look?'; it must be a path like /look" in out + error


def test_beyond_loopback_every_worker_checks_signatures(
    environ: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving(environ, "--workers", "2", "--host", "0.0.0.0", log=log) as server:
        url = server.url
        assert log.read_text().startswith(
            "Rekognition API: signatures are checked; there is no access key yet; make one with: "
            "lookalike keys create. The page and /api/v1 ask for no key, and keep to "
            "galleries made without one.\n"
        )
        unsigned = post(url, "GetCelebrityInfo", {"Id": "Q76"}).json()
        assert unsigned["__type"] == "MissingAuthenticationTokenException"
        keys = Keys(config.load(environ))
        made = keys.create()
        address = presigned(url, made, HEADERS, BODY)
        for enabled, heard in ((True, None), (False, "UnrecognizedClientException"), (True, None)):
            keys.enable(made.key.id, enabled)
            for _ in range(12):
                # A new connection each time, so that both workers are asked.
                answer = patient.post(address, content=BODY, headers=HEADERS)
                assert answer.json().get("__type") == heard
        keys.close()
        assert patient.get(f"{url}/r/{'A' * 22}/card.png?x=1").status_code == 404
    written = log.read_text()
    assert " INFO GET /r/…/card.png 404 " in written
    assert " INFO POST / 200 " in written
    assert "X-Amz-" not in written
    assert made.key.id not in written
    assert made.secret not in written
    assert "127.0.0.1:" not in written


def test_workers_count_together_and_log_json(
    environ: dict[str, str], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    """Whichever of them is asked; one that is killed has counted, too."""
    log = tmp_path / "log"
    environ |= {"LOOKALIKE_LOG": "json", "LOOKALIKE_LOG_ADDRESSES": "hashed"}
    with serving(environ, "--workers", "2", log=log) as server:
        workers = server.workers()
        for worker in workers:
            with server.alone(worker):
                photo = {"photo": photos["obama.jpg"]}
                patient.post(f"{server.url}/api/v1/detect", files=photo)
                patient.get(f"{server.url}/api/v1/nothing")
        for worker in workers:
            with server.alone(worker):
                state = patient.get(f"{server.url}/api/v1/state").json()
                assert state["totals"]["photos"] == 2
                assert [each["kind"] for each in state["refusals"]] == ["not-found"] * 2
                told = patient.get(f"{server.url}/metrics").text
                assert "lookalike_photos_total 2.0" in told
                assert 'lookalike_refusals_total{kind="not-found"} 2.0' in told
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    asked = [line for line in lines if line.get("path") == "/api/v1/nothing"]
    assert [line["status"] for line in asked] == [404, 404]
    assert len({line["who"] for line in asked}) == 1
    assert "127.0.0.1" not in json.dumps(asked)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_ends_whatever_clients_do(
    environ: dict[str, str], workers: str, photos: Mapping[str, bytes]
) -> None:
    """What is under way is answered; who only holds a connection is not waited for."""
    environ |= {"LOOKALIKE_DRAIN": "2", "LOOKALIKE_HEADER_TIMEOUT": "600"}
    form = {"content-type": "multipart/form-data; boundary=x", "content-length": "1000000"}
    begun = (b"", b"GET /", wire.head("/api/v1/detect", form) + b"x", wire.head("/", {}, "GET"))
    with serving(environ, "--workers", workers) as server, ExitStack() as stack:
        for each in begun * 4:
            stack.enter_context(wire.connected(server.url)).sendall(each)
        photo = {"photo": photos["obama.jpg"]}
        with ThreadPoolExecutor(1) as pool:
            url = f"{server.url}/api/v1/lookalikes"
            answer = pool.submit(patient.post, url, files=photo)
            assert answer.result().json()["faces"][0]["people"][0]["name"]["en"] == "Barack Obama"
        server.process.terminate()
        server.process.wait(PATIENCE_S)


def test_workers_end_with_a_supervisor_that_is_killed(environ: dict[str, str]) -> None:
    with serving(environ, "--workers", "2") as server:
        workers = server.workers()
        assert len(workers) == 2
        server.process.kill()
        server.process.wait(PATIENCE_S)
        _, alive = psutil.wait_procs(workers, PATIENCE_S)
        assert alive == []
        with socket.create_server(("127.0.0.1", int(server.url.rpartition(":")[2]))):
            """Its port is free."""
