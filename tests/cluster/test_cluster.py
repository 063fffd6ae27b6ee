"""Two machines on this one, as a user starts them, beside a single machine with the same store."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.database.database import Address
from lookalike.engine.local import LocalEngine
from lookalike.gallery import starter
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.support import PATIENCE_S, clusters, patient, postgres
from tests.support.amazon import clients
from tests.support.amazon.cloud import BUCKET, Cloud
from tests.support.clusters import Cluster
from tests.support.homes import counts, many
from tests.support.processes import LOOKALIKE, Process, finished, started
from tests.support.serving import Server, running

_PHOTO = "astronaut.png"
# One to look at photos; a front on each machine.
_PARTS = ("--most-faces", "1", "--fronts", "2", "--videos", "0")
# Connections, each of which either machine may answer.
_CONNECTIONS = 4
# People of a gallery of one's own: enough that each shard has several.
_PEOPLE = 40


@pytest.fixture(scope="module")
def pinned(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of the single machine, which computes as the cluster does."""
    home = tmp_path_factory.mktemp("single")
    with clusters.postgresql() as address:
        yield replace(settings, home=home, database=address, precision="float32")


@pytest.fixture(scope="module")
def store(pinned: Settings, engine: LocalEngine) -> Iterator[Store]:
    """The store that both have, with people of whom some are like those of the starter."""
    opened = Store(pinned.home, engine.contract, Address.of(pinned))
    random = np.random.default_rng(1)
    vectors = starter.load(engine.contract).vectors[: 7 * _PEOPLE : 7]
    for number, vector in enumerate(vectors):
        other = vector + random.normal(scale=0.03, size=vector.shape).astype(np.float32)
        portrait = Portrait((other / np.linalg.norm(other)).astype(np.float32))
        opened.add(Person(f"U{number}", "mine", Text(f"사람 {number}")), [portrait])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def single(pinned: Settings, store: Store) -> Iterator[Server]:
    with running(pinned) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(
    pinned: Settings, store: Store, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Its machines read S3 too."""
    folder = tmp_path_factory.mktemp("cluster")
    with clusters.running(pinned, folder, *_PARTS) as machines:
        yield machines


def lookalikes(url: str, photo: bytes, **fields: str) -> dict[str, Any]:
    """The answer without what differs each time: how long it took."""
    sent = {"limit": "30", **fields}
    answer = patient.post(f"{url}/api/v1/lookalikes", data=sent, files={"photo": photo})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    del found["timings_ms"]
    return found


def test_answers_are_those_of_a_single_machine(
    cluster: Cluster, single: Server, photos: Mapping[str, bytes]
) -> None:
    for name in (_PHOTO, "obama.jpg"):
        for fields in ({}, {"collection": "mine"}, {"order": "look"}):
            right = lookalikes(single.url, photos[name], **fields)
            for _ in range(_CONNECTIONS):
                assert lookalikes(cluster.url, photos[name], **fields) == right
    assert len(right["faces"]) > 0


def test_boto3_is_answered_as_by_a_single_machine(
    cluster: Cluster, single: Server, photos: Mapping[str, bytes]
) -> None:
    with clients.client(single.url) as own, clients.client(cluster.url) as other:
        own.create_collection(CollectionId="team")
        image = {"Bytes": photos[_PHOTO]}
        made = other.index_faces(CollectionId="team", Image=image, ExternalImageId="a")
        (record,) = made["FaceRecords"]
        asked = {"CollectionId": "team", "Image": image, "FaceMatchThreshold": 0}
        found = [each.search_faces_by_image(**asked)["FaceMatches"] for each in (own, other)]
        assert found[0] == found[1]
        assert found[0][0]["Face"]["FaceId"] == record["Face"]["FaceId"]
        user = {"CollectionId": "mine", "UserId": "U3", "UserMatchThreshold": 0, "MaxUsers": 20}
        users = [each.search_users(**user)["UserMatches"] for each in (own, other)]
        assert users[0] == users[1]
        assert len(users[0]) > 1


def test_what_one_machine_acknowledged_the_next_request_sees_on_any(
    cluster: Cluster, photos: Mapping[str, bytes]
) -> None:
    image = {"Bytes": photos[_PHOTO]}
    asked = {"CollectionId": "seen", "Image": image, "FaceMatchThreshold": 99}
    with ExitStack() as stack:
        opened = [stack.enter_context(clients.client(cluster.url)) for _ in range(_CONNECTIONS)]
        opened[0].create_collection(CollectionId="seen")
        for first, second in permutations(opened, 2):
            (added,) = first.index_faces(CollectionId="seen", Image=image)["FaceRecords"]
            face = added["Face"]["FaceId"]
            (match,) = second.search_faces_by_image(**asked)["FaceMatches"]
            assert match["Face"]["FaceId"] == face
            first.delete_faces(CollectionId="seen", FaceIds=[face])
            assert second.search_faces_by_image(**asked)["FaceMatches"] == []


def test_who_was_taken_down_is_not_found_on_any_machine(
    cluster: Cluster, photos: Mapping[str, bytes]
) -> None:
    found = lookalikes(cluster.url, photos[_PHOTO])["faces"][0]["people"][0]["id"]
    removed = patient.post(f"{cluster.url}/api/v1/people/{found}/takedown", json={})
    assert removed.status_code == 200, removed.text
    for _ in range(_CONNECTIONS):
        (face,) = lookalikes(cluster.url, photos[_PHOTO])["faces"]
        assert found not in [each["id"] for each in face["people"]]


def test_it_says_how_it_is(cluster: Cluster) -> None:
    state = clusters.status(cluster.environs[1])
    assert state["ready"] is True
    assert [each["alive"] for each in state["machines"]] == [True, True]
    parts = {each["name"]: (each["running"], each["wanted"]) for each in state["parts"]}
    assert parts == {"Faces": (1, 1), "Front": (2, 2), "Shard0of2": (2, 2), "Shard1of2": (2, 2)}


def printed(cluster: Cluster, *words: str, **environ: str) -> Any:
    """What a command on the second machine prints as JSON."""
    own = {**cluster.environs[1], "LOOKALIKE_PRECISION": "float32", **environ}
    if "--cluster" in words:
        # Fewer look, who take as long to start as all of this does.
        own["LOOKALIKE_THREADS"] = "3"
    with started([LOOKALIKE, *words, "--json"], env=own) as process:
        return json.loads(finished(process)[0])


def faces(settings: Settings, collection: str) -> list[tuple[object, ...]]:
    """Who is known by which photos of a collection, and the vectors of these."""
    return postgres.execute(
        settings.database,
        "SELECT people.name_ko, people.name_en, image_id, vector FROM faces JOIN people "
        "ON people.id = faces.person AND people.collection = faces.collection "
        f"WHERE faces.collection = '{collection}' ORDER BY image_id",
    )


@pytest.fixture
def stars(tmp_path: Path, photos: Mapping[str, bytes]) -> Path:
    folder = tmp_path / "stars"
    for name, photo in {
        "버락_오바마/1.jpg": "obama.jpg",
        "버락_오바마/2.jpg": "obama2.jpg",
        "Joe Biden.jpg": "biden.jpg",
        "Somebody Else.jpg": "biden.jpg",
        "Six.jpg": "t1.jpg",
        "notes.txt": "biden.jpg",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(photos[photo])
    (folder / "Broken.jpg").write_bytes(photos["obama.jpg"][:3000])
    return folder


def test_photos_are_imported_as_by_a_single_machine_and_once(
    cluster: Cluster, cloud: Cloud, pinned: Settings, stars: Path
) -> None:
    run = ("gallery", "import", str(stars), "--collection")
    right = printed(cluster, *run, "alone")
    found = printed(cluster, *run, "together", "--cluster")
    assert found["left_out"] == right["left_out"]
    assert counts(found) == counts(right) == (2, 0, 3, 0)
    assert faces(pinned, "together") == faces(pinned, "alone")
    for path in stars.rglob("*.jpg"):
        cloud.put(f"fans/{path.relative_to(stars)}", path.read_bytes())
    cloud.put("fans/새 사람.jpg", (stars / "Joe Biden.jpg").read_bytes() + b"another file")
    other = ("gallery", "import", f"s3://{BUCKET}/fans/", "--collection", "together", "--cluster")
    again = printed(cluster, *other, LOOKALIKE_S3_ENDPOINT_URL=cloud.url)
    assert counts(again) == (1, 0, 1, 4)
    assert [each for each in faces(pinned, "together") if each[0] != "새 사람"] == faces(
        pinned, "alone"
    )


def test_who_looks_at_photos_is_killed_and_none_is_lost_or_there_twice(
    cluster: Cluster, pinned: Settings, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    many(tmp_path / "many", photos["obama.jpg"], 30)
    run = (LOOKALIKE, "gallery", "import", str(tmp_path / "many"), "--collection", "many")
    environ = {**cluster.environs[0], "LOOKALIKE_THREADS": "3"}
    with started([*run, "--cluster", "--json"], env=environ) as process:
        wait_for_some(pinned, process)
        cluster.replicas("Looker")[0].kill()
        report = json.loads(finished(process)[0])
    assert counts(report) == (30, 0, 60, 0)
    assert report["left_out"] == []
    there = faces(pinned, "many")
    assert len({image for _, _, image, _ in there}) == len(there) == 60
    assert set(Counter(name for _, name, *_ in there).values()) == {2}


def wait_for_some(settings: Settings, process: Process) -> None:
    """Until an import has added somebody."""

    def there() -> bool:
        assert process.poll() is None, process.communicate()
        return faces(settings, "many") != []

    clusters.patiently(there)


def test_a_model_is_measured_as_by_a_single_machine(cluster: Cluster, stars: Path) -> None:
    table = stars / "pairs.csv"
    rows = (
        *("file1,file2,same", "버락_오바마/1.jpg,버락_오바마/2.jpg,1"),
        *("버락_오바마/1.jpg,Joe Biden.jpg,0", "버락_오바마/2.jpg,Broken.jpg,1"),
        "Joe Biden.jpg,Somebody Else.jpg,1",
    )
    table.write_text("\n".join(rows))
    right = printed(cluster, "evaluate", "pairs", str(table))
    assert printed(cluster, "evaluate", "pairs", str(table), "--cluster") == right


def test_it_says_how_to_come_by_a_cluster(cluster: Cluster, stars: Path, tmp_path: Path) -> None:
    run = [LOOKALIKE, "gallery", "import", str(stars), "--cluster"]
    environ = {**cluster.environs[0], "LOOKALIKE_HOME": str(tmp_path / "home")}
    done = subprocess.run(run, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: No part of a cluster runs on this machine: lookalike cluster up.\n"
    )


def test_a_shard_that_is_gone_is_refused_and_never_left_out(
    cluster: Cluster, single: Server, photos: Mapping[str, bytes]
) -> None:
    right = lookalikes(single.url, photos[_PHOTO])
    copies = cluster.replicas("Shard0of2")
    assert len(copies) == 2
    for process in copies:
        process.kill()
    seen: set[int] = set()

    def answered() -> bool:
        answer = httpx.post(
            f"{cluster.url}/api/v1/lookalikes",
            data={"limit": "30"},
            files={"photo": photos[_PHOTO]},
            timeout=PATIENCE_S,
        )
        seen.add(answer.status_code)
        if answer.status_code == 200:
            found = answer.json()
            del found["timings_ms"]
            assert found == right
        else:
            assert answer.status_code == 503
        return answer.status_code == 200

    clusters.patiently(answered)
