"""`<lookalike-button>` on a web site of another origin, which is told what came of a photo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, FrameLocator, Page, expect

import lookalike.web
from lookalike.gallery.people import Language
from lookalike.web.texts import locale
from tests.support import PATIENCE_S, patient
from tests.support.browser import LOCALES, barriers
from tests.support.serving import Server, listening

BUTTON = Path(lookalike.web.__file__).parent / "static" / "lookalike-button.js"
# The strictest that a site can have: it lets in nothing but what docs/embedding.md asks for.
HOST = """<!doctype html><html lang="{language}"><title>Fans</title>
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src {server}; frame-src {server}">
<script src="{server}/static/lookalike-button.js" defer></script>
<main><h1>Fans</h1><lookalike-button>{label}</lookalike-button></main></html>"""
HEARD = """window.heard = [];
for (const what of ["open", "result", "close", "error"])
  addEventListener(`lookalike-${what}`, ({ type, detail }) => heard.push({ type, detail }));
window.messages = [];
addEventListener("message", ({ data, origin }) => messages.push({ ...data, origin }));"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the web site."""
    return tmp_path_factory.mktemp("host")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[int]:
    """Its port."""
    with listening(partial(SimpleHTTPRequestHandler, directory=str(folder))) as port:
        yield port


@pytest.fixture(scope="module")
def embedded(serve: Callable[..., AbstractContextManager[Server]], site: int) -> Iterator[Server]:
    with serve(embed_origins=f"http://localhost:{site}, https://fans.example") as server:
        yield server


@pytest.fixture
def visit(browser: Browser, embedded: Server, folder: Path, site: int) -> Iterator[Any]:
    """Opens the web site: under a name that was named, or another."""
    pages: list[Page] = []

    def start(language: Language = "ko", name: str = "localhost", label: str = "") -> Page:
        text = HOST.format(server=embedded.url, language=language, label=label)
        (folder / "index.html").write_text(text, "utf-8")
        context = browser.new_context(locale=LOCALES[language], reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_S * 1000)
        pages.append(page := context.new_page())
        page.add_init_script(HEARD)
        page.goto(f"http://{name}:{site}/")
        return page

    yield start
    for page in pages:
        page.context.close()


def opened(page: Page) -> FrameLocator:
    page.locator("lookalike-button button.open").click()
    return page.frame_locator("lookalike-button iframe")


def find(frame: FrameLocator, photo: bytes) -> None:
    file: FilePayload = {"name": "photo.jpg", "mimeType": "", "buffer": photo}
    frame.locator("#photo").set_input_files([file])
    expect(frame.locator("#photo-slot")).to_have_attribute("data-state", "filled")
    frame.locator("#consent").check()
    frame.locator("#go").click()
    expect(frame.locator("#results")).to_be_visible()


def escape(frame: FrameLocator) -> None:
    """Press Escape in the frame, which closes at it.

    Chromium answers `page.keyboard.press` when the frame says that it had the key, and waits for
    ever where the frame is gone by then; so the page presses it, once this call has its answer.
    """
    frame.locator("body").evaluate(
        """body => void setTimeout(() => {
          body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
        })"""
    )


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate("heard.map(({ type }) => type)")
    return found


def result(page: Page) -> dict[str, Any]:
    handle = page.wait_for_function("heard.find(({ type }) => type === 'lookalike-result')?.detail")
    found: dict[str, Any] = handle.json_value()
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_site_that_was_named_hears_who_was_found_and_sees_no_photo(
    visit: Callable[..., Page],
    embedded: Server,
    photos: Mapping[str, bytes],
    language: Language,
) -> None:
    page = visit(language)
    frame = opened(page)
    said = locale(language)["script"]["host"].format(site="localhost")
    expect(frame.locator("#host-note")).to_have_text(said)
    assert barriers(page) == []
    find(frame, photos["obama.jpg"])
    told = result(page)
    assert told.keys() == {"people", "standing", "language"}
    best = told["people"][0]
    assert best.keys() == {"id", "collection", "name", "rank", "score", "links"}
    assert (best["id"], best["name"]["en"], best["rank"]) == ("Q76", "Barack Obama", 1)
    assert best["score"]["resemblance"] == pytest.approx(100, abs=1)
    assert told["language"] == language
    assert len(told["people"]) == 3
    # The browser says who told it.
    messages = page.evaluate("messages")
    assert {each["origin"] for each in messages} == {embedded.url}
    assert [each["type"] for each in messages] == ["lookalike:ready", "lookalike:result"]
    escape(frame)
    expect(page.locator("lookalike-button iframe")).to_have_count(0)
    assert heard(page) == ["lookalike-open", "lookalike-result", "lookalike-close"]
    expect(page.locator("lookalike-button button.open")).to_be_focused()


def test_the_sample_is_told_to_nobody(visit: Callable[..., Page]) -> None:
    page = visit("en")
    frame = opened(page)
    expect(frame.locator("#host-note")).to_be_visible()
    frame.locator("a.sample").click()
    expect(frame.locator("#results")).to_be_visible()
    expect(frame.locator("#sample-note")).to_be_visible()
    page.locator("lookalike-button button.close").click()
    assert heard(page) == ["lookalike-open", "lookalike-close"]


def test_another_site_is_told_nothing_and_says_what_to_do(visit: Callable[..., Page]) -> None:
    page = visit("en", name="127.0.0.1")
    page.clock.install()
    frame = opened(page)
    page.wait_for_load_state("networkidle")
    expect(frame.locator("main")).to_have_count(0)
    page.clock.run_for(6000)
    refused = page.locator("lookalike-button .refused")
    expect(refused).to_contain_text("It can’t be opened on this site.")
    assert heard(page) == ["lookalike-open", "lookalike-error"]
    assert page.evaluate("messages") == []


def test_a_site_names_the_button_as_it_likes(visit: Callable[..., Page]) -> None:
    page = visit("en", label="Your double?")
    expect(page.get_by_role("button", name="Your double?")).to_be_visible()
    unnamed = visit("ko")
    expect(unnamed.get_by_role("button", name="닮은 유명인 찾기")).to_be_visible()


def test_only_the_sites_that_are_named_may_frame_it(embedded: Server, site: int) -> None:
    policy = patient.get(f"{embedded.url}/embed").headers["content-security-policy"]
    assert f"frame-ancestors http://localhost:{site} https://fans.example" in policy
    assert "frame-ancestors 'none'" in patient.get(embedded.url).headers["content-security-policy"]


def test_the_button_is_small_and_a_browser_asks_whether_it_changed(embedded: Server) -> None:
    answer = patient.get(f"{embedded.url}/static/lookalike-button.js")
    assert len(answer.content) == BUTTON.stat().st_size < 10_000
    assert answer.headers["cache-control"] == "no-cache"
    again = {"If-None-Match": answer.headers["etag"]}
    assert patient.get(str(answer.url), headers=again).status_code == 304
