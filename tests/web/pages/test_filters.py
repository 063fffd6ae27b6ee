"""Among whom the page looks: chips that are chosen by the visitor and hold for the visit."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, ViewportSize, expect

from lookalike.gallery.people import Language
from lookalike.web.pages.assets import static_version
from lookalike.web.score_words import standing
from tests.support.browser import DESKTOP, PHONE, Opener, View, barriers

_SIZES = [("ko", PHONE), ("en", PHONE), ("ko", DESKTOP), ("en", DESKTOP)]


def _chip(view: View, key: str) -> Locator:
    words = view.page_text(f"filters.{key}")
    return view.page.locator("#filters label", has_text=words).first


def _checked(view: View) -> list[str]:
    found: list[str] = view.page.locator("#filters input:checked").evaluate_all(
        "fields => fields.map((each) => each.value)"
    )
    return found


def _posts(page: Page) -> list[str]:
    """The paths of all that is sent from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(urlsplit(request.url).path.removeprefix("/api/v1/"))

    page.on("request", note)
    return sent


@pytest.mark.parametrize(("language", "size"), _SIZES)
def test_several_at_once_without_the_photo(
    show: Opener, photos: Mapping[str, bytes], language: Language, size: ViewportSize
) -> None:
    view = show(language, size)
    sent = _posts(view.page)
    view.search(photos["astronaut.png"])
    view.expect_result()
    korean = language == "ko"
    assert _checked(view) == (["korean"] if korean else [""])
    assert sent == ["lookalikes", "lookalikes/again"][: 1 + korean]
    eyebrow, hero = view.page.locator(".hero .eyebrow"), view.page.locator(".hero h2")
    if korean:
        expect(eyebrow).to_have_text("가장 닮은 한국 스타")
    first = hero.inner_text()
    _chip(view, "international").click()
    said = view.text("of.title").replace("{who}", view.text("of.international"))
    expect(eyebrow).to_have_text(said)
    if korean:
        expect(hero).not_to_have_text(first)
    _chip(view, "female").click()
    of = view.text("of.international female")
    expect(eyebrow).to_have_text(view.text("of.title").replace("{who}", of))
    view.page.get_by_label(view.page_text("filters.field")).select_option("acting")
    expect(view.page.locator("#filters")).to_have_attribute("aria-busy", "false")
    assert "international" in _checked(view)
    _chip(view, "everyone").click()
    expect(view.page.locator("#filters")).to_have_attribute("aria-busy", "false")
    assert _checked(view) == [""]
    assert sent.count("lookalikes") == 1
    assert barriers(view.page) == []


def test_whom_was_looked_among_survives_a_reload(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("ko")
    view.search(photos["astronaut.png"])
    view.expect_result()
    eyebrow, hero = view.page.locator(".hero .eyebrow"), view.page.locator(".hero h2")
    _chip(view, "female").click()
    expect(eyebrow).to_have_text("가장 닮은 한국 여성 스타")
    expect(view.page.locator("#filters")).to_have_attribute("aria-busy", "false")
    name = hero.inner_text()
    view.page.reload()
    expect(eyebrow).to_have_text("가장 닮은 한국 여성 스타")
    expect(hero).to_have_text(name)
    assert _checked(view) == ["korean", "female"]


def test_they_hold_for_the_visit(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("ko")
    view.search(photos["astronaut.png"])
    view.expect_result()
    eyebrow = view.page.locator(".hero .eyebrow")
    _chip(view, "female").click()
    expect(eyebrow).to_have_text("가장 닮은 한국 여성 스타")
    # Another page of the visit: the start, where no result is kept.
    view.page.goto(f"{view.page.url}?lang=ko")
    expect(view.page.locator("#results")).to_be_hidden()
    view.search(photos["single_face.jpg"])
    view.expect_result()
    expect(eyebrow).to_have_text("가장 닮은 한국 여성 스타")
    assert _checked(view) == ["korean", "female"]


def test_a_photo_of_somebody_is_told_before_any_korean(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    view = show("ko")
    view.search(photos["obama.jpg"])
    view.expect_result()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    assert _checked(view) == [""]


def test_the_photo_is_sent_again_where_the_server_cannot_open_its_faces(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    view = show("en")
    view.search(photos["astronaut.png"])
    view.expect_result()
    problem = '{"type": "urn:lookalike:problem:seal-expired", "title": "", "status": 404}'
    view.page.route(
        "**/lookalikes/again",
        lambda route: route.fulfill(
            status=404, body=problem, content_type="application/problem+json"
        ),
    )
    sent = _posts(view.page)
    _chip(view, "korean").click()
    expect(view.page.locator(".hero .eyebrow")).to_have_text("Best match among Korean stars")
    assert sent == ["lookalikes/again", "lookalikes"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_chips_are_one_row(
    show: Opener, photos: Mapping[str, bytes], language: Language
) -> None:
    view = show(language, PHONE)
    view.search(photos["astronaut.png"])
    view.expect_result()
    row = view.page.locator(".pills")
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 60
    assert box["x"] + box["width"] <= PHONE["width"]
    assert view.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    # What is out of sight comes into view when it is reached.
    view.page.locator("#filters [name=living]").focus()
    label = view.page.locator("#filters label:has([name=living])").bounding_box()
    assert label is not None
    assert 0 <= label["x"] <= PHONE["width"] - label["width"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_standing_is_the_same_in_scripts_and_documents(show: Opener, language: Language) -> None:
    shares = [0, 0.004, 0.05, 0.283, 0.494, 0.495, 0.505, 0.61, 0.88, 0.92, 0.979, 0.99, 1]
    module = f"/static/{static_version()}/score.js"
    script = f"""async (shares) => {{
        const {{ standingText }} = await import("{module}");
        return [...shares.map((share) => standingText({{ share }})), standingText(null)];
    }}"""
    said = show(language).page.evaluate(script, shares)
    assert said == [*(standing(each, language) for each in shares), ""]
    if language == "ko":
        assert said[shares.index(0.92)] == "100명 중 8번째로 많이 닮은 편이에요"
    else:
        assert said[shares.index(0.92)] == "the 8th closest match out of 100 people"


@pytest.mark.parametrize(
    ("similarity", "says"), [(69.9, None), (70, "nearly_same"), (79.9, "nearly_same"), (80, "same")]
)
def test_whether_it_is_the_same_person_is_said_in_words(
    show: Opener, similarity: float, says: str | None
) -> None:
    view = show("ko")
    module = f"/static/{static_version()}/score.js"
    script = f"""async (similarity) => {{
        const {{ fineprint }} = await import("{module}");
        return fineprint({{ similarity, extrapolated: false }})?.textContent ?? null;
    }}"""
    said = view.page.evaluate(script, similarity)
    assert said == (says and view.text(f"score.{says}"))
