"""People of the starter without an id on the page: their portrait where it is proved to be theirs,
never that of a namesake. The starter is made of package portraits, the network is a replay."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery import starter
from lookalike.gallery.people import Person, Text
from lookalike.gallery.starter import Starter
from tests.support.browser import PHONE, Opener, View, barriers
from tests.support.serving import Server
from tests.support.wikimedia import Replay, replayed, time_of

POLITICIAN, MALE = "Q82955", "Q6581097"
OBAMA = Person(
    "KOBAMA",
    starter.COLLECTION,
    Text("오바마", "Obama"),
    Text("제44대 미국 대통령"),
    born="1961",
    gender="male",
    country="US",
    fields=("politics",),
)
BIDEN = Person(
    "KBIDEN",
    starter.COLLECTION,
    Text("조 바이든", "Joe Biden"),
    Text("제46대 미국 대통령"),
    born="1961",
    gender="male",
    country="US",
    fields=("politics",),
)


def as_jpeg(photo: bytes) -> bytes:
    written = io.BytesIO()
    PIL.Image.open(io.BytesIO(photo)).convert("RGB").save(written, "JPEG", quality=92)
    return written.getvalue()


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    with replayed(monkeypatch) as answers:
        yield answers


@pytest.fixture
def server(
    serve: Callable[..., AbstractContextManager[Server]],
    engine: LocalEngine,
    replay: Replay,
    photos: Mapping[str, bytes],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Server]:
    """One whose starter has two people, with one photo of each."""
    vectors = np.array([engine.portrait(photos[name]) for name in ("obama.jpg", "biden.jpg")])
    made = Starter((OBAMA, BIDEN), vectors)
    monkeypatch.setattr(starter, "load", lambda contract: made)
    with serve(home=home, cache=tmp_path / "cache", portraits="on") as started:
        yield started


def on_wikidata(replay: Replay, wikidata: str, names: Text, photo: bytes) -> None:
    replay.file(f"{wikidata}.jpg", artist="Pete Souza", body=as_jpeg(photo))
    replay.entity(
        wikidata,
        names.ko,
        names.en,
        P569=time_of("1961-08-04"),
        P106=POLITICIAN,
        P21=MALE,
        P18=f"{wikidata}.jpg",
    )


def searched(visit: Opener, server: Server, photo: bytes) -> View:
    view = visit(server.url, "ko", PHONE)
    # Portraits come from the server here.
    view.page.unroute_all()
    view.search(photo)
    view.expect_result()
    return view


def test_a_proved_portrait_is_shown_with_its_credit(
    visit: Opener, server: Server, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    on_wikidata(replay, "Q76", OBAMA.name, photos["obama3.jpg"])
    on_wikidata(replay, "Q6279", BIDEN.name, photos["Tom_Hanks_54745.png"])
    view = searched(visit, server, photos["obama2.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator("h2")).to_contain_text("오바마")
    portrait = hero.locator("img.tile-portrait.is-loaded")
    expect(portrait).to_be_visible()
    assert portrait.evaluate("image => image.naturalWidth") == 320
    expect(hero.locator(".credit")).to_contain_text("Pete Souza")
    # The namesake of the other one has another face.
    expect(view.page.locator("img[src*=KBIDEN]")).to_have_count(0)
    assert barriers(view.page) == []
    # What was found is known to every answer from now on.
    found = view.page.evaluate("fetch('/api/v1/people/KOBAMA').then((answer) => answer.json())")
    assert [each["kind"] for each in found["links"]][:1] == ["wikipedia-ko"]
    assert found["portrait"]["credit"]["author"] == "Pete Souza"
    other = view.page.evaluate("fetch('/api/v1/people/KBIDEN').then((answer) => answer.json())")
    assert other["portrait"] is None
    assert [each["kind"] for each in other["links"]] == ["search-ko"]


def test_without_a_network_the_name_stands_there(
    visit: Opener, server: Server, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    replay.override = (500, {}, b"")
    view = searched(visit, server, photos["obama2.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator(".monogram")).to_have_text("오바마")
    expect(hero.locator("img.tile-portrait")).to_have_count(0)
    assert barriers(view.page) == []
