"""People over HTTP: added to who is there, told apart by their faces, merged."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from lookalike.engine.local import LocalEngine
from tests.support import coverings
from tests.web.test_admin import files, http, portraits, problem

__all__ = ["http"]

NAME = "버락 오바마 2세"


def add(
    http: httpx.Client, photos: Mapping[str, bytes], *names: str, **sent: Any
) -> httpx.Response:
    data = {"name": NAME} | sent
    return http.post("/api/v1/people", data=data, files=files(photos, *names))


def everyone(http: httpx.Client) -> list[str]:
    answer = http.get("/api/v1/people", params={"collection": "mine"}).json()
    return [each["id"] for each in answer["people"]]


def test_a_second_photo_is_added_to_who_is_there(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    first = add(http, photos, "obama.jpg", groups=["presidents"])
    made = first.json()
    assert (first.status_code, made["new"], made["added"]) == (201, True, 1)
    name = unicodedata.normalize("NFD", NAME).replace(" ", "  ")
    second = add(http, photos, "obama2.jpg", "obama.jpg", name=name, born="1961")
    answer = second.json()
    assert (second.status_code, answer["new"], answer["added"]) == (200, False, 1)
    assert second.headers["location"] == f"/api/v1/people/{made['id']}"
    assert (answer["id"], answer["name"], answer["born"]) == (made["id"], made["name"], "1961")
    assert len(portraits(http, made["id"])) == 2
    other = add(http, photos, "obama3.jpg", groups=["painters"])
    assert (other.status_code, other.json()["new"]) == (201, True)
    assert len(everyone(http)) == 2


def test_another_face_needs_a_decision(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    one = add(http, photos, "obama.jpg").json()["id"]
    refused = add(http, photos, "biden.jpg")
    status, code, detail = problem(refused)
    assert (status, code) == (409, "unlike")
    assert detail.startswith(f"{NAME} is in 'mine' already with another face: {NAME} ({one}, sim")
    assert detail.endswith(
        "Send `to` with their id to add to them anyway, or `new` for another person."
    )
    (known,) = refused.json()["people"]
    assert (known["id"], known["name"], known["similarity"] < 50) == (one, NAME, True)
    assert len(portraits(http, one)) == 1
    two = add(http, photos, "biden.jpg", new="true")
    assert (two.status_code, two.json()["new"]) == (201, True)
    forced = add(http, photos, "astronaut.png", to=one, name="")
    assert (forced.status_code, forced.json()["id"], forced.json()["added"]) == (200, one, 1)
    assert add(http, photos, "biden.jpg").json()["id"] == two.json()["id"]
    assert set(everyone(http)) == {one, two.json()["id"]}
    both = add(http, photos, "obama.jpg", to=one, new="true")
    assert problem(both) == (422, "invalid-parameter", "to, new: one of them at most.")
    for gone, kind in (("U0", "person-not-found"), ("Q76", "person-not-found")):
        assert problem(add(http, photos, "obama.jpg", to=gone))[:2] == (404, kind)


def test_poor_portraits_are_added_with_a_warning(
    http: httpx.Client, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    dark = coverings.dark(engine.analyzer, photos["obama2.jpg"])
    measured = engine.analyzer.analyze(dark).faces[0].quality
    flaws = [
        {"flaw": "blurred", "text": f"blurred (sharpness {measured.sharpness:.0f} of 100)"},
        {"flaw": "dark", "text": f"dark (brightness {measured.brightness:.0f} of 100)"},
    ]
    more = dict(photos) | {"dark.png": dark}
    made = add(http, more, "obama.jpg", "dark.png").json()
    assert (made["added"], made["warnings"]) == (2, [{"photo": 1, "shortcomings": flaws}])
    path = f"/api/v1/people/{made['id']}/portraits"
    answer = http.post(path, files=files(more, "dark.png", "obama3.jpg"))
    assert answer.status_code == 201
    assert answer.json()["warnings"] == [{"photo": 0, "shortcomings": flaws}]
    assert add(http, photos, "obama.jpg").json()["warnings"] == []


def test_requests_at_once_make_one_person(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    names = ("obama.jpg", "obama2.jpg", "obama3.jpg")
    ready = threading.Barrier(len(names))
    answers: list[httpx.Response] = []

    def send(name: str) -> None:
        ready.wait()
        answers.append(add(http, photos, name))

    threads = [threading.Thread(target=send, args=(name,)) for name in names]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.status_code for each in answers) == [200, 200, 201]
    (person_id,) = everyone(http)
    assert {each.json()["id"] for each in answers} == {person_id}
    assert len(portraits(http, person_id)) == 3


def test_the_facts_that_can_be_changed_are_all_there(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    stated = {
        "born": "1961-08-04",
        "gender": "male",
        "country": "US",
        "fields": ["politics", "letters"],
        "groups": ["presidents"],
        "links": ["https://e.org"],
        "wikidata": "Q76",
        "external_ids": ["imdb=nm1682433"],
        "description_en": "president",
    }
    add(http, photos, "obama.jpg", **stated)
    path = "/api/v1/people/Q76"
    shown = http.get(f"{path}/facts").json()
    known = {key: value for key, value in shown.items() if value is not None}
    assert known == stated | {"name_ko": NAME}
    shown |= {"name_en": "Barry", "groups": None, "external_ids": ["imdb=nm2", "kpopping=7"]}
    assert http.patch(path, json=shown).json()["name"] == {"ko": NAME, "en": "Barry"}
    assert http.get(f"{path}/facts").json() == shown
    wrong = problem(http.patch(path, json={"external_ids": ["x"]}))
    assert wrong[2].startswith("external_ids: 'x' is no pair")


def test_two_people_are_merged(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    one = add(http, photos, "obama.jpg").json()["id"]
    two = add(http, photos, "obama2.jpg", "obama3.jpg", name="Barry", born="1961").json()["id"]
    three = add(http, photos, "biden.jpg", name="Joe").json()["id"]
    path = f"/api/v1/people/{one}/merge"
    merged = http.post(path, json={"other": two})
    assert merged.status_code == 200
    answer = merged.json()
    assert (answer["id"], answer["merged"], answer["added"]) == (one, two, 2)
    assert (answer["name"], answer["born"]) == ({"ko": NAME, "en": "Barry"}, "1961")
    assert len(portraits(http, one)) == 3
    assert problem(http.get(f"/api/v1/people/{two}"))[0] == 404
    found = http.post(
        "/api/v1/lookalikes", data={"collection": "mine"}, files={"photo": photos["obama3.jpg"]}
    ).json()
    assert [each["id"] for each in found["faces"][0]["people"]] == [one, three]
    refused = http.post(path, json={"other": three})
    status, code, detail = problem(refused)
    assert (status, code) == (409, "unlike")
    assert detail.endswith("Send `anyway` to merge them.")
    assert [each["id"] for each in refused.json()["people"]] == [three]
    assert http.post(path, json={"other": three, "anyway": True}).json()["added"] == 1
    assert everyone(http) == [one]


@pytest.mark.parametrize(
    ("person", "sent", "told"),
    [
        ("Q76", {"other": "Q6279"}, (422, "invalid-parameter", "The starter gallery is read-only")),
        ("U0", {"other": "Q76"}, (404, "person-not-found", "Nobody in the gallery has the id")),
        ("Q76", {}, (422, "invalid-parameter", "other: Field required")),
    ],
)
def test_who_cannot_be_merged(
    http: httpx.Client, person: str, sent: dict[str, str], told: tuple[int, str, str]
) -> None:
    status, code, detail = problem(http.post(f"/api/v1/people/{person}/merge", json=sent))
    assert (status, code) == told[:2]
    assert detail.startswith(told[2])
