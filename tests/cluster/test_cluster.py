"""Two machines on this one, as a user starts them, beside a single machine with the same store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import permutations
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
from tests.support import PATIENCE_S, clusters, patient
from tests.support.amazon import clients
from tests.support.clusters import Cluster
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
    with running(pinned) as started:
        yield started


@pytest.fixture(scope="module")
def cluster(
    pinned: Settings, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with clusters.running(pinned, folder, *_PARTS) as started:
        yield started


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
