"""How the page talks: Korean on Korean pages, as one talks, with words that stay in one piece."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lookalike.gallery.people import Language
from lookalike.web import texts
from tests.support.browser import DESKTOP, PHONE, SMALL, Opener, barriers
from tests.support.serving import Server

_PAGES = (
    "/",
    "/compare",
    "/people",
    "/people/Q76",
    "/people/Q1048",
    "/how",
    "/privacy",
    "/nothing",
)
# Names of things that Koreans write so, too.
_KNOWN = {"Lookalike", "log", "ms", "English", "NASA", "API", "ID", "JPEG", "HEIC", "AWS"}
# Written, never said.
_BOOKISH = re.compile("견주|견줘|견줬|간직|까닭|어림|한몫|가운데에서|바란 |여쭙")
# Words of one element whose letters are on two lines.
_BROKEN = """() => {
    const broken = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { textContent, parentElement } = walker.currentNode;
        if (!parentElement.checkVisibility() || parentElement.closest(".unseen, select")) continue;
        for (const { 0: word, index } of textContent.matchAll(/[가-힣]{2,}/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, index);
            range.setEnd(walker.currentNode, index + word.length);
            const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (lines.size > 1) broken.push(word);
        }
    }
    return broken;
}"""


@pytest.mark.parametrize("path", _PAGES)
def test_korean_pages_are_in_korean(visit: Opener, server: Server, path: str) -> None:
    view = visit(server.url)
    page = view.page
    page.goto(server.url + path)
    page.locator(".other-name, .brand, code").evaluate_all(
        "all => all.forEach((each) => each.remove())"
    )
    for details in page.locator("details:not(.menu, .adding)").all():
        details.evaluate("each => { each.open = true; }")
    said = page.locator("main").inner_text() + page.locator("footer").inner_text()
    foreign = set(re.findall(r"[A-Za-z]{2,}", said)) - _KNOWN
    # Names of groups, and of people who are called so in Korea as well.
    assert {each for each in foreign if not each.isupper()} <= _names(page), foreign
    assert "starter" not in said
    view.complaints.clear()  # Chromium tells of a page that is not there


def _names(page: Page) -> set[str]:
    """Words in the names of people who are listed."""
    return set(" ".join(page.locator(".face-card strong").all_text_contents()).split())


def test_texts_are_spoken_korean() -> None:
    folder = Path(texts.__file__).parent / "locales"
    for name in ("ko.json", "aws_ko.json"):
        said = json.dumps(json.loads((folder / name).read_text("utf-8")), ensure_ascii=False)
        assert _BOOKISH.findall(said) == []


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=lambda size: str(size["width"]))
def test_words_are_not_broken(visit: Opener, server: Server, size: ViewportSize) -> None:
    view = visit(server.url, "ko", size)
    for path in _PAGES:
        view.page.goto(server.url + path)
        assert view.page.evaluate(_BROKEN) == [], path
        assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    view.complaints.clear()


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_the_cross_of_the_dialog_hides_nothing(
    show: Opener, photos: Mapping[str, bytes], language: Language, size: ViewportSize
) -> None:
    view = show(language, size)
    view.search(photos["obama.jpg"])
    view.page.locator(".runner .more").first.click()
    dialog = view.page.locator("#dialog")
    expect(dialog).to_be_visible()
    cross = dialog.locator(".dialog-close").bounding_box()
    picture = dialog.locator(".stage").bounding_box()
    assert cross is not None
    assert picture is not None
    assert cross["y"] + cross["height"] <= picture["y"]
    dialog.locator(".dialog-close").click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", ["/nothing", "/people/nobody", "/find?sample=nobody"])
def test_what_is_not_there_is_not_tried_again(
    visit: Opener, server: Server, language: Language, path: str
) -> None:
    view = visit(server.url, language)
    view.page.goto(server.url + path)
    view.complaints.clear()  # Chromium tells of the status
    links = view.page.locator("main a")
    assert links.all_text_contents() == [
        view.page_text("problem.home"),
        view.page_text("problem.people"),
    ]
    assert barriers(view.page) == []
    links.first.click()
    assert view.page.url == f"{server.url}/"


def test_a_failed_form_is_tried_again(server: Server, visit: Opener) -> None:
    view = visit(f"{server.url}/how", "ko", java_script_enabled=False)
    view.page.evaluate("document.querySelector('form').noValidate = true")
    view.page.get_by_role("button", name=view.page_text("how.go")).click()
    again = view.page.get_by_role("link", name=view.page_text("problem.back"))
    expect(again).to_have_attribute("href", "/how")
    view.complaints.clear()
