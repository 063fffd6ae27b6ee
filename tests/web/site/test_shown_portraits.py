"""Portraits of one's own galleries on the page: those whose owner says so, and no other."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from tests.support import patient
from tests.support.serving import Server
from tests.web.test_admin import files, problem

Serve = Callable[..., AbstractContextManager[Server]]
NAME = "버락 오바마 2세"
CREDIT = {"author": "Pete Souza", "licence": "used with permission", "source": "https://a.example/"}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def http(serve: Serve, home: Path, cache: Path) -> Iterator[httpx.Client]:
    """A server with a home and a cache of its own that listens to this machine only."""
    with (
        serve(home=home, cache=cache) as server,
        patient.Client(base_url=server.url) as client,
    ):
        yield client


def add(
    http: httpx.Client, photos: Mapping[str, bytes], *names: str, **sent: str
) -> httpx.Response:
    return http.post("/api/v1/people", data={"name": NAME} | sent, files=files(photos, *names))


def shown(http: httpx.Client, person: str) -> dict[str, Any] | None:
    portrait: dict[str, Any] | None = http.get(f"/api/v1/people/{person}").json()["portrait"]
    return portrait


def picture(http: httpx.Client, address: str) -> PIL.Image.Image:
    answer = http.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    return PIL.Image.open(io.BytesIO(answer.content))


def stored(http: httpx.Client, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"/api/v1/people/{person}/portraits").json()["portraits"]
    return found


def test_a_portrait_is_shown_where_who_adds_it_says_so(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    person = add(http, photos, "obama.jpg", show="true", **CREDIT).json()["id"]
    portrait = shown(http, person)
    assert portrait is not None
    assert portrait["url"] == f"/api/v1/people/{person}/portrait"
    credit = {each: portrait["credit"][each] for each in ("author", "licence", "source_url")}
    assert credit == {
        "author": "Pete Souza",
        "licence": "used with permission",
        "source_url": "https://a.example/",
    }
    assert picture(http, portrait["url"]).size == (320, 320)
    assert picture(http, f"{portrait['url']}?aligned=1").size == (320, 320)
    # In an answer about a photo too, and on the pages.
    found = http.post("/api/v1/lookalikes", files={"photo": photos["obama2.jpg"]}).json()
    best = next(each for each in found["faces"][0]["people"] if each["id"] == person)
    assert best["portrait"] == portrait
    html = http.get(f"/people/{person}").text
    assert f'src="/api/v1/people/{person}/portrait' in html
    assert "Pete Souza" in html


def test_none_is_shown_that_nobody_allowed(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    person = add(http, photos, "obama.jpg", **CREDIT).json()["id"]
    assert shown(http, person) is None
    assert http.get(f"/api/v1/people/{person}/portrait").status_code == 404
    assert f"/people/{person}/portrait" not in http.get(f"/people/{person}").text
    refused = add(http, photos, "obama2.jpg", show="true", author="Pete Souza")
    assert problem(refused) == (
        422,
        "invalid-parameter",
        "show: it needs `licence`: on what terms they may be shown.",
    )


def test_the_admin_allows_and_forbids_one(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    person = add(http, photos, "obama.jpg", **CREDIT).json()["id"]
    (bare,) = stored(http, person)
    assert (bare["shown"], bare["showable"]) == (False, False)
    address = f"/api/v1/people/{person}/portraits"
    refused = http.patch(f"{address}/{bare['id']}", json={"shown": True})
    assert problem(refused)[0] == 422
    assert "no licence, or no thumbnail" in problem(refused)[2]
    # The same photo again.
    http.post(address, data={"show": "true", **CREDIT}, files=files(photos, "obama.jpg"))
    (best,) = stored(http, person)
    assert (best["shown"], best["showable"]) == (True, True)
    assert shown(http, person) is not None
    hidden = http.patch(f"{address}/{best['id']}", json={"shown": False}).json()
    assert [each["shown"] for each in hidden["portraits"]] == [False]
    assert shown(http, person) is None
    assert http.get(f"/api/v1/people/{person}/portrait").status_code == 404
    http.patch(f"{address}/{best['id']}", json={"shown": True})
    assert shown(http, person) is not None
    assert http.patch(f"{address}/nothing", json={"shown": True}).status_code == 404
    assert http.patch(f"{address}/{best['id']}", json={"seen": True}).status_code == 422


def test_a_takedown_leaves_no_file_of_it(
    http: httpx.Client, photos: Mapping[str, bytes], cache: Path
) -> None:
    person = add(http, photos, "obama.jpg", show="true", **CREDIT).json()["id"]
    picture(http, f"/api/v1/people/{person}/portrait?aligned=1")
    assert len(list((cache / "portraits").glob(f"{person}*"))) == 2
    receipt = http.post(f"/api/v1/people/{person}/takedown", json={"reason": ""}).json()
    assert receipt["cached_files"] == 2
    assert list((cache / "portraits").glob(f"{person}*")) == []


def test_the_site_file_allows_a_whole_collection(
    serve: Serve, home: Path, cache: Path, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text('name = "봄"\ncollection = "mine"\nshow_portraits = true\n', "utf-8")
    with serve(home=home, cache=cache) as server, patient.Client(base_url=server.url) as client:
        allowed = add(client, photos, "obama.jpg", show="true", **CREDIT).json()["id"]
        (one,) = stored(client, allowed)
        client.patch(f"/api/v1/people/{allowed}/portraits/{one['id']}", json={"shown": False})
        assert shown(client, allowed) is None
    with (
        serve(home=home, cache=cache, site=str(site)) as server,
        patient.Client(base_url=server.url) as client,
    ):
        portrait = shown(client, allowed)
        assert portrait is not None
        assert picture(client, portrait["url"]).size == (320, 320)


@pytest.mark.parametrize("licence", ["CC BY 4.0", "used with permission"])
def test_a_card_shows_it_while_it_may_be_shown(
    http: httpx.Client, photos: Mapping[str, bytes], licence: str
) -> None:
    free = {**CREDIT, "licence": licence}
    person = add(http, photos, "obama.jpg", show="true", **free).json()["id"]
    sent = {"person": person, "collection": "mine"}
    card = http.post("/api/v1/cards", data=sent, files={"photo": photos["obama2.jpg"]})
    assert card.status_code == 200
    (one,) = stored(http, person)
    http.patch(f"/api/v1/people/{person}/portraits/{one['id']}", json={"shown": False})
    without = http.post("/api/v1/cards", data=sent, files={"photo": photos["obama2.jpg"]})
    pictures = [
        np.asarray(PIL.Image.open(io.BytesIO(each.content)), float) for each in (card, without)
    ]
    # The face takes a good part of the card.
    assert (np.abs(pictures[0] - pictures[1]).max(axis=2) > 30).mean() > 0.1
