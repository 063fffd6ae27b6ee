"""What an event offers beside a result over HTTP, how it is counted, and the shape of a face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from lookalike.web.site.counts import Counts, OfferCount
from tests.support import patient
from tests.support.browser import png
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
SITE = """
name = "봄날의 무대"

[[offers]]
id = "suit"
title.ko = "대통령의 정장"
title.en = "A president's suit"
text.en = "Made to measure."
picture = "suit.png"
link = "https://shop.example/suit?from=event"
fields = ["politics"]

[[offers]]
id = "fringe"
title.ko = "앞머리"
genders = ["male"]
shapes = ["square", "long"]
"""


def write(folder: Path) -> Path:
    (folder / "suit.png").write_bytes(png(30, 20))
    path = folder / "site.toml"
    path.write_text(SITE, "utf-8")
    return path


@pytest.fixture
def event(serve: Serve, home: Path, tmp_path: Path) -> Iterator[Server]:
    with serve(home=home, site=str(write(tmp_path)), path_prefix="/look") as started:
        yield started


@pytest.fixture
def http(event: Server) -> Iterator[httpx.Client]:
    with patient.Client(base_url=f"{event.url}/look") as client:
        yield client


def ids(http: httpx.Client, **result: object) -> list[str]:
    answer = http.post("/api/v1/offers", json={"person": "Q76"} | result)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["offers"]]


def test_offers_of_a_result(http: httpx.Client) -> None:
    assert ids(http, resemblance=57.5) == ["suit"]
    assert ids(http, gender="male", shape="long") == ["suit", "fringe"]
    assert ids(http, person="Q2263") == []
    (offer,) = http.post("/api/v1/offers", json={"person": "Q76"}).json()["offers"]
    assert offer == {
        "id": "suit",
        "title": {"ko": "대통령의 정장", "en": "A president's suit"},
        "text": {"ko": None, "en": "Made to measure."},
        "url": "/look/offers/suit",
        "picture": {"url": "/look/offers/suit/picture", "width": 30, "height": 20},
    }


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"person": "nobody"}, 404, "nobody"),
        ({"person": "Q76", "shape": "egg"}, 422, "shape"),
        ({"person": "Q76", "resemblance": 101}, 422, "resemblance"),
        ({"person": "Q76", "photo": "x"}, 422, "photo"),
    ],
)
def test_what_is_no_result(
    http: httpx.Client, sent: dict[str, object], status: int, said: str
) -> None:
    answer = http.post("/api/v1/offers", json=sent)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_link_leads_away_and_tells_nothing(http: httpx.Client) -> None:
    answer = http.get("/offers/suit", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "https://shop.example/suit?from=event"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert http.get("/offers/fringe").status_code == 404
    assert http.get("/offers/nope").status_code == 404


def test_the_picture_is_that_of_the_site(http: httpx.Client) -> None:
    answer = http.get("/offers/suit/picture")
    assert (answer.headers["content-type"], answer.content) == ("image/png", png(30, 20))
    assert http.get("/offers/fringe/picture").status_code == 404
    assert http.get("/offers/..%2Fsite.toml/picture").status_code == 404


def test_what_is_shown_and_followed_is_counted(event: Server, http: httpx.Client) -> None:
    ids(http, gender="male", shape="long")
    ids(http)
    ids(http, person="Q2263")
    http.get("/offers/suit", follow_redirects=False)
    http.get("/offers/nope")
    (day,) = Counts(event.settings.home).days(1)
    assert (day.offered, day.opened, day.matches, day.best) == (3, 1, 0, ())
    assert day.offers == (OfferCount("suit", 2, 1), OfferCount("fringe", 1, 0))


def test_without_a_site_nothing_is_offered(server: Server) -> None:
    answer = patient.post(f"{server.url}/api/v1/offers", json={"person": "Q76"})
    assert answer.json() == {"offers": []}


def test_offers_without_scripts(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files, data = {"photo": photos["obama.jpg"]}, {"consent": "yes", "lang": "en"}
    page = http.post("/find", files=files, data=data).text
    assert 'href="/look/offers/suit" target="_blank" rel="noopener noreferrer' in page
    assert "A president&#39;s suit" in page
    assert "앞머리" not in page, "the visitor chose no gender"


@pytest.mark.parametrize(
    ("photo", "face", "shape"),
    [("obama.jpg", 0, "square"), ("obama3.jpg", 0, "square"), ("multi_face.jpg", 0, "round")],
)
def test_the_shape_of_a_face(
    server: Server, photos: Mapping[str, bytes], photo: str, face: int, shape: str
) -> None:
    answer = shape_of(server, photos[photo], face)
    assert (answer["shape"], answer["why"]) == (shape, None)
    assert 0.2 < answer["again"] < 0.8
    assert 1 < answer["length"] < 1.3
    assert 0.6 < answer["jaw"] < 0.7


@pytest.mark.parametrize(
    ("photo", "face", "why"),
    [("Tom_Hanks_54745.png", 0, "turned"), ("multi_face.jpg", 3, "covered")],
)
def test_what_does_not_tell_the_shape(
    server: Server, photos: Mapping[str, bytes], photo: str, face: int, why: str
) -> None:
    nothing = dict.fromkeys(("shape", "again", "length", "jaw"))
    assert shape_of(server, photos[photo], face) == nothing | {"why": why}


def shape_of(server: Server, photo: bytes, face: int) -> dict[str, Any]:
    url = f"{server.url}/api/v1/face-shape"
    answer = patient.post(url, files={"photo": photo}, data={"face": face})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
