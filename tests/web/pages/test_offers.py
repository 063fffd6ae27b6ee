"""What an event offers beside a result, as a visitor sees it, and the shape of their face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from lookalike.gallery.people import Language
from lookalike.web.site.counts import Counts, OfferCount
from tests.support.browser import DESKTOP, LOOKALIKES, PHONE, SMALL, Opener, View, barriers, png
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
SITE = """
name = "봄날의 무대"

[[offers]]
id = "suit"
title.ko = "대통령의 정장"
title.en = "A president's suit"
picture = "suit.png"
link = "{link}/readyz"
fields = ["politics"]

[[offers]]
id = "men"
title.ko = "남성을 고른 분께"
title.en = "For those who chose men"
genders = ["male"]

[[offers]]
id = "fringe"
title.ko = "앞머리"
title.en = "A fringe"
shapes = ["square", "long"]
"""


@pytest.fixture
def event(serve: Serve, server: Server, home: Path, tmp_path: Path) -> Iterator[Server]:
    """An event whose offers lead to another server."""
    (tmp_path / "suit.png").write_bytes(png(300, 200))
    path = tmp_path / "site.toml"
    path.write_text(SITE.replace("{link}", server.url), "utf-8")
    with serve(home=home, site=str(path)) as started:
        yield started


def offers(view: View) -> Locator:
    return view.page.locator(".offer")


def said(view: View, key: str, **values: object) -> str:
    text: str = view.page_text(f"offers.{key}")
    return text.format(**values)


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_offers_beside_a_result(
    visit: Opener,
    event: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(event.url, language, size)
    view.search(photos["obama.jpg"])
    suit = {"ko": "대통령의 정장", "en": "A president's suit"}[language]
    expect(offers(view)).to_have_count(1)
    expect(offers(view)).to_contain_text(suit)
    expect(offers(view)).to_contain_text(said(view, "advert"))
    loaded = "image => image.complete && image.naturalWidth"
    assert offers(view).locator("img").evaluate(loaded) == 300
    assert offers(view).bounding_box() == below(view.page.locator(".hero"), offers(view))
    assert barriers(view.page) == []
    with view.page.expect_popup() as opened:
        offers(view).click()
    expect(opened.value.locator("body")).to_contain_text("ready")
    assert opened.value.evaluate("document.referrer") == ""
    assert opened.value.evaluate("window.opener") is None
    (day,) = Counts(event.settings.home).days(1)
    assert day.offers == (OfferCount("suit", 1, 1),)
    view.page.set_viewport_size(SMALL)
    assert view.page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]


def below(above: Locator, what: Locator) -> object:
    """The place of something that is below something else."""
    upper, lower = above.bounding_box(), what.bounding_box()
    assert upper
    assert lower
    assert lower["y"] >= upper["y"] + upper["height"]
    return lower


def test_offers_for_the_gender_that_was_chosen(
    visit: Opener, event: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(event.url, "en", DESKTOP)
    view.search(photos["obama.jpg"])
    expect(offers(view)).to_have_text([said_of("A president's suit", view)])
    view.page.locator("#filters").get_by_text(view.page_text("filters.male"), exact=True).click()
    expect(offers(view)).to_have_count(2)
    expect(offers(view).last).to_contain_text("For those who chose men")
    expect(offers(view).last.locator("xpath=self::div")).to_have_count(1)


def said_of(title: str, view: View) -> str:
    return f"{said(view, 'advert')}{title}"


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_the_shape_of_the_face_for_those_who_ask(
    visit: Opener,
    event: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(event.url, language, size)
    asked: list[str] = []
    view.page.on("request", lambda request: asked.append(request.url))
    view.search(photos["obama.jpg"])
    ask = view.page.get_by_role("button", name=said(view, "ask"))
    expect(ask).to_be_visible()
    expect(view.page.locator(".offer-shape")).to_contain_text(said(view, "ask_note"))
    assert not [each for each in asked if "face-shape" in each], "only when it is asked for"
    with view.page.expect_response(lambda answer: "face-shape" in answer.url) as answer:
        ask.click()
    count = round(100 * answer.value.json()["again"])
    # Runtimes round the mesh differently.
    assert count == pytest.approx(35, abs=2)
    shape = view.page.locator(".offer-shape")
    expect(shape).to_be_focused()
    expect(shape).to_contain_text(said(view, "shape", shape=said(view, "shapes.square")))
    expect(shape).to_contain_text(said(view, "again", shape="", count=count))
    expect(offers(view)).to_have_count(2)
    expect(offers(view).last).to_contain_text({"ko": "앞머리", "en": "A fringe"}[language])
    assert barriers(view.page) == []


def test_a_face_that_is_turned_has_no_shape(
    visit: Opener, event: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(event.url, "ko")
    view.search(photos["Tom_Hanks_54745.png"])
    view.page.get_by_role("button", name=said(view, "ask")).click()
    expect(view.page.locator(".offer-shape")).to_have_text(said(view, "turned"))


def test_without_offers_nothing_of_them_is_loaded(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, "ko")
    asked: list[str] = []
    view.page.on("request", lambda request: asked.append(request.url))
    view.search(photos["obama.jpg"])
    view.expect_result()
    assert [each for each in asked if LOOKALIKES in each]
    assert not [each for each in asked if "offers" in each]
