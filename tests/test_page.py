"""The page in a real browser, on a real server with the real models."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal

import httpx
import numpy as np
import PIL.Image
import pillow_heif
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, ViewportSize, expect

from lookalike.gallery.people import Language
from lookalike.web import pages
from tests.browser import LOOKALIKES, View, chromium, encoded, listen, png, serve_portraits
from tests.conftest import Server

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SMALL: ViewportSize = {"width": 360, "height": 740}

both_languages = pytest.mark.parametrize("language", ["ko", "en"])
both_sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


Opener = Callable[..., View]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(serve: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    """Offers portraits; what the page asks of them, `serve_portraits` answers."""
    with serve(portraits="on") as started:
        yield started


@pytest.fixture
def show(browser: Browser, server: Server) -> Iterator[Opener]:
    """Opens the page: `show("ko", PHONE, color_scheme="dark")`. At the end nothing may have been
    asked of another origin, and nothing may have gone wrong in the console."""
    views: list[View] = []

    def start(
        language: Language = "ko",
        size: ViewportSize = PHONE,
        portraits: Literal["loaded", "missing"] = "loaded",
        **options: Any,
    ) -> View:
        locale = {"ko": "ko-KR", "en": "en-GB"}[language]
        options = {"reduced_motion": "reduce"} | options
        context = browser.new_context(viewport=size, locale=locale, **options)
        view = View(context.new_page(), language)
        views.append(view)
        listen(view, server.url)
        serve_portraits(view.page, portraits)
        view.page.goto(server.url)
        return view

    yield start
    for view in views:
        view.page.context.close()
        assert view.foreign == []
        assert view.complaints == []


# What the page is for


@both_languages
@both_sizes
def test_the_best_match_and_the_reference(
    show: Opener, photos: Mapping[str, bytes], language: Language, size: ViewportSize
) -> None:
    view = show(language, size)
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    hero, compared = view.page.locator(".hero"), view.page.locator(".compared")
    names = ("버락 오바마", "Barack Obama")
    first, second = names if language == "ko" else names[::-1]
    expect(hero.locator("h2")).to_have_text(re.compile(f"^{first} {second}$"))
    expect(hero.locator("h2")).to_be_focused()
    expect(hero.locator(".chip")).to_have_text(view.text("verdict.same-person"))
    expect(compared.locator(".chip")).to_have_text(view.text("verdict.same-person"))
    expect(compared.locator("canvas")).to_have_count(2)
    expect(view.page.locator(".people > li")).to_have_count(9)


def test_it_works_without_a_reference(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["single_face.jpg"])
    view.expect_result()
    expect(view.page.locator(".hero")).to_be_visible()
    expect(view.page.locator(".compared")).to_have_count(0)
    expect(view.page.get_by_role("tab")).to_have_count(0)


@both_sizes
def test_every_face_can_be_chosen(
    show: Opener, photos: Mapping[str, bytes], size: ViewportSize
) -> None:
    view = show("ko", size)
    view.search(photos["t1.jpg"])
    tabs, frames = view.page.get_by_role("tab"), view.page.locator("button.frame")
    expect(tabs).to_have_count(6)
    expect(frames).to_have_count(6)
    expect(tabs.first).to_have_attribute("aria-selected", "true")

    def people() -> list[str]:
        return view.page.locator(".matches .name").all_inner_texts()

    first = people()
    tabs.nth(3).click()
    expect(tabs.nth(3)).to_have_attribute("aria-selected", "true")
    second = people()
    assert second != first
    frames.nth(1).click()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    assert people() not in (first, second)


def test_side_by_side(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["single_face.jpg"])
    button = view.page.locator(".more").nth(2)
    button.click()
    dialog = view.page.get_by_role("dialog")
    expect(dialog.locator(".tile")).to_have_count(2)
    name = view.page.locator(".people .name").nth(2).inner_text()
    expect(dialog.locator("h2")).to_have_text(" ".join(name.split()))
    view.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_score_is_told_in_words(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("en", DESKTOP)
    with view.page.expect_response(f"**{LOOKALIKES}") as answered:
        view.search(photos["astronaut.png"])
    best = answered.value.json()["faces"][0]["people"][0]
    rounded = f"{float(format(best['score']['one_in'], '.2g')):,.0f}"
    expect(view.page.locator(".hero .words")).to_have_text(f"as alike as 1 stranger in {rounded}")
    meter = view.page.locator(".hero").get_by_role("meter")
    expect(meter).to_have_attribute("aria-valuenow", str(int(best["score"]["resemblance"])))


# Portraits


def test_a_portrait_shows_its_credit(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator(".tile-portrait.is-loaded")).to_be_visible()
    credit = hero.locator(".credit")
    expect(credit).to_contain_text("사진: Jane Doe · CC BY 4.0 · 출처")
    source = credit.get_by_role("link", name="출처")
    expect(source).to_have_attribute("href", "https://commons.wikimedia.org/wiki/File:Jane.jpg")


def test_without_a_portrait_the_monogram_stays(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show(portraits="missing")
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator(".monogram")).to_have_text("오바마")
    expect(hero.locator("img")).to_have_count(0)
    expect(hero.locator(".credit")).to_be_empty()


def test_monograms(show: Opener) -> None:
    view = show()
    module = f"/static/{pages.static_version()}/monogram.js"
    names = ["송강호", "길", "버락 오바마", "레오나르도 디카프리오", "Barack Obama", "Jung Hae-in"]
    names += ["G-Dragon", "RM", "Adele"]
    script = f"async (names) => names.map((await import('{module}')).initials)"
    expected = ["강호", "길", "오바마", "디카", "BO", "JH", "GD", "RM", "A"]
    assert view.page.evaluate(script, names) == expected


# Photos of every kind


def test_a_large_photo_is_made_smaller_and_upright(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    upright = PIL.Image.open(io.BytesIO(photos["obama.jpg"]))
    stored = upright.resize((upright.width * 3, upright.height * 3)).rotate(90, expand=True)
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise
    view = show()
    with view.page.expect_response(f"**{LOOKALIKES}") as answered:
        view.search(encoded(stored, "JPEG", exif=exif, quality=95))
    photo = answered.value.json()["photo"]
    assert photo["height"] == 2048
    assert photo["width"] / photo["height"] == pytest.approx(upright.width / upright.height, 0.01)
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")


def test_a_photo_that_the_browser_cannot_decode(show: Opener, photos: Mapping[str, bytes]) -> None:
    written = io.BytesIO()
    photo = PIL.Image.open(io.BytesIO(photos["obama.jpg"]))
    pillow_heif.from_pillow(photo).save(written)
    view = show()
    view.put(written.getvalue(), name="IMG_0001.HEIC")
    expect(view.page.locator("#photo-slot .slot-note")).to_be_visible()
    view.page.locator("#go").click()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    expect(view.page.locator(".hero .tile-plain")).to_be_visible()


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_photo_can_be_pasted_and_dropped(
    show: Opener, photos: Mapping[str, bytes], kind: str
) -> None:
    view = show("ko", DESKTOP)
    script = """([kind, slot, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "a.jpg", { type: "image/jpeg" }));
        const bubbling = { bubbles: true, cancelable: true };
        const event = kind === "paste"
            ? new ClipboardEvent(kind, { ...bubbling, clipboardData: data })
            : new DragEvent(kind, { ...bubbling, dataTransfer: data });
        document.querySelector(slot).dispatchEvent(event);
    }"""
    filled = "data-state", "filled"
    view.page.evaluate(script, [kind, "body", list(photos["single_face.jpg"])])
    expect(view.page.locator("#photo-slot")).to_have_attribute(*filled)
    view.page.evaluate(script, [kind, "#reference", list(photos["single_face.jpg"])])
    expect(view.page.locator("#reference-slot")).to_have_attribute(*filled)


# What goes wrong

_UNUSABLE: dict[str, Callable[[bytes], bytes]] = {
    "no-face": lambda photo: png(400, 300),
    "unsupported-format": lambda photo: b"not an image",
    "damaged-image": lambda photo: photo[:2000],
    "image-too-small": lambda photo: png(8, 8),
}


@both_languages
@pytest.mark.parametrize("code", _UNUSABLE)
@pytest.mark.parametrize("subject", ["photo", "reference"])
def test_a_photo_that_cannot_be_used(
    show: Opener, photos: Mapping[str, bytes], language: Language, code: str, subject: str
) -> None:
    sound, wrong = photos["obama.jpg"], _UNUSABLE[code](photos["obama.jpg"])
    view = show(language)
    if subject == "photo":
        view.search(wrong)
    else:
        view.search(sound, wrong)
    view.expect_problem(code, subject)
    expect(view.page.locator(f"#{subject}-slot")).to_have_class(re.compile("is-wrong"))
    go = view.page.locator("#go")
    expect(go).to_have_text(view.text("choose_another"))
    with view.page.expect_file_chooser() as chooser:
        go.click()
    assert chooser.value.element.get_attribute("id") == subject
    view.put(sound, subject)
    expect(view.page.get_by_role("alert")).to_be_hidden()
    go.click()
    view.expect_result()


def test_a_photo_too_large_is_not_sent(show: Opener, server: Server) -> None:
    view = show()
    sent: list[str] = []
    view.page.on("request", lambda request: sent.append(request.url))
    view.search(bytes(server.settings.max_bytes + 1))
    view.expect_problem("image-too-large")
    expect(view.page.get_by_role("alert")).to_contain_text("20MB")
    assert not [url for url in sent if url.endswith(LOOKALIKES)]


def _problem(code: str, status: int) -> Callable[[Route], None]:
    kind = f"urn:lookalike:problem:{code}"
    body = json.dumps({"type": kind, "title": "", "status": status, "detail": ""})
    return lambda route: route.fulfill(
        status=status, content_type="application/problem+json", body=body
    )


_TROUBLE: dict[str, tuple[str, Callable[[Route], None]]] = {
    "busy": ("busy", _problem("busy", 503)),
    "internal": ("internal", _problem("internal", 500)),
    "a proxy's page": ("busy", lambda route: route.fulfill(status=502, body="<html>")),
    "network gone": ("network", lambda route: route.abort()),
}


@both_languages
@pytest.mark.parametrize("trouble", _TROUBLE)
def test_a_server_in_trouble(
    show: Opener, photos: Mapping[str, bytes], language: Language, trouble: str
) -> None:
    code, answer = _TROUBLE[trouble]
    view = show(language)
    view.page.route(f"**{LOOKALIKES}", answer)
    view.search(photos["single_face.jpg"])
    view.expect_problem(code)
    expect(view.page.locator(".is-wrong")).to_have_count(0)
    view.page.unroute(f"**{LOOKALIKES}")
    go = view.page.locator("#go")
    expect(go).to_have_text(view.text("retry"))
    expect(go).to_be_focused()
    go.click()
    view.expect_result()


def test_a_search_can_be_cancelled(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show(reduced_motion="no-preference")
    held: list[Route] = []
    view.page.route(f"**{LOOKALIKES}", lambda route: held.append(route))
    view.search(photos["single_face.jpg"])
    expect(view.page.get_by_role("progressbar")).to_be_visible()
    expect(view.page.locator("#cancel")).to_be_focused()
    view.page.locator("#cancel").click()
    expect(view.page.locator("#status")).to_have_text(view.text("working.cancelled"))
    expect(view.page.locator("#go")).to_be_focused()
    expect(view.page.get_by_role("alert")).to_be_hidden()
    for route in held:
        route.abort()
    view.page.unroute(f"**{LOOKALIKES}")
    view.page.locator("#go").click()
    view.expect_result()


# Getting around


def test_going_back_keeps_the_reference(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    view.expect_result()
    view.page.go_back()
    expect(view.page.locator("#results")).to_be_hidden()
    expect(view.page.locator("#photo-slot")).to_have_attribute("data-state", "empty")
    expect(view.page.locator("#reference-slot")).to_have_attribute("data-state", "filled")
    view.search(photos["biden.jpg"])
    expect(view.page.locator(".hero h2")).to_contain_text("조 바이든")
    expect(view.page.locator(".compared")).to_be_visible()
    view.page.locator("#again").click()
    expect(view.page.locator("#go")).to_be_focused()


def test_the_keyboard_is_enough(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("en", DESKTOP)
    keyboard, page = view.page.keyboard, view.page
    with page.expect_file_chooser() as chooser:
        _tab_to(page, "#photo")
        keyboard.press("Enter")
    file: FilePayload = {"name": "t1.jpg", "mimeType": "", "buffer": photos["t1.jpg"]}
    chooser.value.set_files([file])
    expect(page.locator("#photo-slot")).to_have_attribute("data-state", "filled")
    _tab_to(page, "#go")
    keyboard.press("Enter")
    expect(page.locator(".hero h2")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(page.locator("#face-0")).to_be_focused()
    before = page.locator(".hero h2").inner_text()
    keyboard.press("ArrowRight")
    expect(page.locator("#face-1")).to_be_focused()
    expect(page.locator("#face-1")).to_have_attribute("aria-selected", "true")
    assert page.locator(".hero h2").inner_text() != before
    keyboard.press("End")
    expect(page.locator("#face-5")).to_be_focused()
    _tab_to(page, ".more")
    keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keyboard.press("Escape")
    _tab_to(page, "#again")
    keyboard.press("Enter")
    expect(page.locator("#start")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached with Tab")


def test_the_language_can_be_switched_and_is_remembered(show: Opener, server: Server) -> None:
    view = show("ko")
    page = view.page
    expect(page.locator("#heading")).to_have_text("나는 누구를 닮았을까?")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#heading")).to_have_text("Who do you look like?")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(server.url)
    expect(page.locator("#heading")).to_have_text("Who do you look like?")


# How it looks


@both_languages
def test_nothing_scrolls_sideways_on_a_small_phone(
    show: Opener, photos: Mapping[str, bytes], language: Language
) -> None:
    view = show(language, SMALL)
    width = "document.documentElement.scrollWidth"
    assert view.page.evaluate(width) == 360
    view.search(photos["t1.jpg"], photos["obama2.jpg"])
    view.expect_result()
    assert view.page.evaluate(width) == 360
    view.page.locator(".more").first.click()
    dialog = view.page.get_by_role("dialog")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


@both_languages
def test_everything_can_be_touched(
    show: Opener, photos: Mapping[str, bytes], language: Language
) -> None:
    script = """() => [...document.querySelectorAll("button, a, summary, label")]
        .filter((each) => each.checkVisibility() && !each.closest(".credit, .framed"))
        .filter((each) => Math.min(each.offsetHeight, each.offsetWidth) < 44)
        .map((each) => each.outerHTML)"""
    view = show(language, SMALL)
    assert view.page.evaluate(script) == []
    view.search(photos["t1.jpg"], photos["obama2.jpg"])
    view.expect_result()
    assert view.page.evaluate(script) == []


_GROUNDS = {
    "ink": ("paper", "surface", "sunken"),
    "ink-soft": ("paper", "surface", "sunken"),
    "accent-ink": ("paper", "surface", "sunken", "accent-soft"),
    "on-accent": ("accent", "accent-strong"),
    "wrong-ink": ("wrong-soft",),
    "same-ink": ("same-soft",),
    "strong-ink": ("strong-soft",),
    "some-ink": ("some-soft",),
    "none-ink": ("none-soft",),
    # the number on the badge
    "surface": ("same", "strong", "none"),
    "on-some": ("some",),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(show: Opener, scheme: Literal["light", "dark"]) -> None:
    page = show(color_scheme=scheme).page
    colour = """(text) => {
        const context = new OffscreenCanvas(1, 1).getContext("2d");
        context.fillStyle = text;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }"""
    token = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name)"

    def read(name: str) -> str:
        return str(page.evaluate(token, f"--{name}")).strip()

    def contrast(one: str, other: str) -> float:
        light, dark = sorted(_luminance(page.evaluate(colour, c)) for c in (one, other))[::-1]
        return (light + 0.05) / (dark + 0.05)

    pairs = [(text, ground) for text, grounds in _GROUNDS.items() for ground in grounds]
    ratios = {pair: contrast(read(pair[0]), read(pair[1])) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
    ink, chroma = read("tile-ink"), float(read("tile-chroma"))
    for hue in range(0, 360, 15):
        for lightness in (read("tile-light"), read("tile-deep")):
            ground = f"oklch({lightness} {chroma + 0.03} {hue})"
            assert contrast(f"oklch({ink} 0.09 {hue})", ground) > 4.5


def _luminance(rgb: list[int]) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.divide(rgb, 255)
    ]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_dark_mode(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show(color_scheme="dark")
    view.search(photos["single_face.jpg"])
    view.expect_result()
    pixels = PIL.Image.open(io.BytesIO(view.page.screenshot())).convert("L")
    assert pixels.getpixel((2, 2)) < 40  # type: ignore[operator]


# What the server sends


def test_the_document(server: Server) -> None:
    answer = httpx.get(server.url, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language, Cookie"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    switched = httpx.get(f"{server.url}/?lang=ko", headers={"Accept-Language": "en"})
    assert switched.headers["content-language"] == "ko"
    assert "lang=ko" in switched.headers["set-cookie"]
    assert httpx.head(server.url).status_code == 200


def test_static_files_are_kept_by_browsers_only_under_their_version(server: Server) -> None:
    kept = httpx.get(f"{server.url}/static/{pages.static_version()}/app.js")
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-type"].startswith("text/javascript")
    plain = httpx.get(f"{server.url}/static/app.js")
    assert plain.text == kept.text
    assert plain.headers["cache-control"] == "no-cache"
    assert httpx.get(f"{server.url}/static/%2e%2e/pages.py").status_code == 404
    assert httpx.get(f"{server.url}/static/{pages.static_version()}/no.js").status_code == 404


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "expected"),
    [
        (None, None, "", "ko"),
        (None, None, "*", "ko"),
        (None, None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, None, "fr, ko;q=0.2, en;q=0.7", "en"),
        (None, None, "en;q=0, ko", "ko"),
        (None, None, "de-DE", "en"),
        (None, None, "en;q=much", "ko"),
        (None, "en", "ko", "en"),
        ("ko", "en", "en", "ko"),
        ("xx", "yy", "en", "en"),
    ],
)
def test_the_language(
    asked: str | None, remembered: str | None, accepted: str, expected: Language
) -> None:
    assert pages.choose_language(asked, remembered, accepted) == expected


def test_both_languages_say_the_same() -> None:
    def keys(texts: dict[str, Any]) -> set[str]:
        nested = {k: keys(v) if isinstance(v, dict) else {""} for k, v in texts.items()}
        return {f"{key}.{rest}" for key, each in nested.items() for rest in each}

    assert keys(pages.locale("ko")) == keys(pages.locale("en"))
