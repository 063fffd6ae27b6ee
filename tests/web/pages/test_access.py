"""The page for everybody: keyboards, screen readers, small screens, large fingers, weak eyes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Literal

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from lookalike.gallery.people import Language
from tests.support.browser import DESKTOP, PHONE, SMALL, Opener, barriers
from tests.support.serving import Server

Scheme = Literal["light", "dark"]

_PAGES = (
    "/compare",
    "/people",
    "/people?query=zzzz",
    "/people/Q76",
    "/people/Q76/manage",
    "/people/no",
    "/takedowns",
    "/how",
    "/privacy",
)


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("ko", PHONE, "dark"), ("en", DESKTOP, "light")],
    ids=["ko-phone-dark", "en-desktop-light"],
)
def test_no_barriers_on_any_page(
    visit: Opener, server: Server, language: Language, size: ViewportSize, scheme: Scheme
) -> None:
    view = visit(server.url, language, size, color_scheme=scheme)
    found = {"/": barriers(view.page)}
    for path in _PAGES:
        view.page.goto(server.url + path)
        found[path] = barriers(view.page)
    # Chromium reports the 404 with which somebody unknown is answered.
    view.complaints.clear()
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("ko", PHONE, "light"), ("en", DESKTOP, "dark")],
    ids=["ko-phone-light", "en-desktop-dark"],
)
def test_no_barriers_on_the_way(
    show: Opener,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
    scheme: Scheme,
) -> None:
    view = show(language, size, color_scheme=scheme)
    page = view.page
    found = {}
    page.locator("#camera").click()
    expect(page.locator(".camera-shutter")).to_be_enabled()
    found["camera"] = barriers(page)
    page.locator(".camera-close").click()
    page.locator(".terms summary").click()
    view.put(photos["t1.jpg"])
    page.locator("#go").click()
    found["consent wanting"] = barriers(page)
    view.search(photos["t1.jpg"], photos["obama2.jpg"])
    view.expect_result()
    found["answer"] = barriers(page)
    page.locator(".more").first.click()
    found["side by side"] = barriers(page)
    page.get_by_role("dialog").locator(".share-open").click()
    expect(page.locator(".card-preview :is(img, strong)").locator("visible=true")).to_be_visible()
    found["share"] = barriers(page)
    assert {state: each for state, each in found.items() if each} == {}


def test_the_keyboard_is_enough(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("en", DESKTOP)
    keyboard, page = view.page.keyboard, view.page
    keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        _tab_to(page, "#photo")
        keyboard.press("Enter")
    file: FilePayload = {"name": "t1.jpg", "mimeType": "", "buffer": photos["t1.jpg"]}
    chooser.value.set_files([file])
    expect(page.locator("#photo-slot")).to_have_attribute("data-state", "filled")
    _tab_to(page, "#consent")
    keyboard.press("Space")
    _tab_to(page, "#go")
    keyboard.press("Enter")
    expect(page.locator(".hero h2")).to_be_focused()
    page.locator("#face-0").focus()
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
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached with Tab")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_fits_on_a_small_phone_and_can_be_touched(
    visit: Opener, server: Server, photos: Mapping[str, bytes], language: Language
) -> None:
    view = visit(server.url, language, SMALL)
    page = view.page
    width = "document.documentElement.scrollWidth"
    small = """() => [...document.querySelectorAll("button, a, summary, label, select")]
        .filter((each) => each.checkVisibility() && !each.closest(".credit, .framed, .skip, p"))
        .filter((each) => Math.min(each.offsetHeight, each.offsetWidth) < 44)
        .map((each) => each.outerHTML)"""
    for path in ("/", *(each for each in _PAGES if each != "/people/no")):
        page.goto(server.url + path)
        assert (page.evaluate(width), page.evaluate(small)) == (360, []), path
    page.goto(server.url)
    view.search(photos["t1.jpg"], photos["obama2.jpg"])
    view.expect_result()
    assert (page.evaluate(width), page.evaluate(small)) == (360, [])
    page.locator(".more").first.click()
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


def test_the_menu_of_a_phone(show: Opener) -> None:
    view = show("ko")
    view.page.locator(".menu summary").click()
    view.page.locator(".menu").get_by_role("link", name=view.page_text("nav.how")).click()
    expect(view.page.locator("h1")).to_have_text(view.page_text("how.heading"))
    view.page.get_by_role("link", name="English").click()
    expect(view.page.locator("h1")).to_have_text("How you are matched")


_GROUNDS = {
    "ink": ("paper", "surface", "sunken"),
    "ink-soft": ("paper", "surface", "sunken"),
    "accent-ink": ("paper", "surface", "sunken", "accent-soft"),
    "on-accent": ("accent", "accent-strong"),
    "wrong-ink": ("wrong-soft",),
    "same-ink": ("same-soft", "surface"),
    "strong-ink": ("strong-soft",),
    "some-ink": ("some-soft",),
    "none-ink": ("none-soft",),
    # the number on the badge
    "surface": ("same", "strong", "none"),
    "on-some": ("some",),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(show: Opener, scheme: Scheme) -> None:
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


def test_dark_mode(show: Opener) -> None:
    view = show(color_scheme="dark")
    pixels = PIL.Image.open(io.BytesIO(view.page.screenshot())).convert("L")
    assert pixels.getpixel((2, 2)) < 40  # type: ignore[operator]
