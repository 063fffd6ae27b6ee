"""Coming back: results survive, stand side by side, lead to people, and are forgotten."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import FilePayload, Request, ViewportSize, expect

from lookalike.gallery.people import Language
from tests.support import coverings
from tests.support.browser import DESKTOP, LOOKALIKES, PHONE, Opener, View, barriers
from tests.support.serving import Server

OBAMA, BIDEN = "Q76", "Q6279"


def again(view: View, photo: bytes) -> None:
    """Another photo, consent having been given."""
    view.page.locator("#again").click()
    view.search(photo)


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_result_survives_reload_back_and_forward(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(server.url, language, size)
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith(LOOKALIKES):
            asked.append(request.url)

    view.page.on("request", note)
    view.search(photos["t1.jpg"], photos["obama.jpg"])
    view.page.locator("#face-2").click()
    name = view.page.locator(".hero h2").inner_text()
    view.page.reload()
    hero = view.page.locator(".hero h2")
    expect(hero).to_have_text(" ".join(name.split()))
    expect(view.page.locator("#face-2")).to_have_attribute("aria-selected", "true")
    expect(view.page.locator(".compared canvas")).to_have_count(2)
    view.page.go_back()
    expect(view.page.locator("#start")).to_be_visible()
    expect(view.page.locator("#results")).to_be_hidden()
    view.page.go_forward()
    expect(hero).to_have_text(" ".join(name.split()))
    view.page.goto(f"{server.url}/privacy")
    view.page.go_back()
    expect(hero).to_have_text(" ".join(name.split()))
    # The photo was sent once.
    assert len(asked) == 1
    # The photo is there too, to ask again with.
    view.page.locator(".compared").get_by_text(view.text("stage.heat"), exact=True).click()
    expect(view.page.locator(".compared .why-parts")).to_be_visible()
    view.page.locator("#again").click()
    expect(view.page.locator("#start")).to_be_visible()
    view.page.go_back()
    expect(hero).to_have_text(" ".join(name.split()))


def test_several_selfies_stand_side_by_side(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url)
    view.search(photos["obama.jpg"])
    view.expect_result()
    again(view, photos["biden.jpg"])
    again(view, coverings.cat())
    kept = view.page.locator(".earlier-result")
    expect(kept).to_have_count(3)
    expect(kept.locator("b")).to_have_text([view.text("joke.title"), "조 바이든", "버락 오바마"])
    expect(kept.nth(0)).to_have_attribute("aria-current", "true")
    assert barriers(view.page) == []
    kept.nth(2).click()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    expect(kept.nth(2)).to_have_attribute("aria-current", "true")
    view.page.go_back()
    expect(view.page.locator("#matches h2").first).to_have_text(view.text("joke.title"))


def test_all_is_forgotten_when_asked(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, "en", DESKTOP)
    view.search(photos["obama.jpg"])
    view.expect_result()
    view.page.get_by_role("button", name=view.text("earlier.forget")).click()
    expect(view.page.locator("#earlier")).to_have_text(view.text("earlier.forgotten"))
    assert view.page.evaluate("Object.keys(sessionStorage)") == ["consent"]
    view.page.reload()
    expect(view.page.locator("#start")).to_be_visible()
    expect(view.page.locator("#results")).to_be_hidden()


def test_nothing_is_kept_in_other_tabs_or_for_longer(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url)
    view.search(photos["obama.jpg"])
    view.expect_result()
    other = view.page.context.new_page()
    other.goto(server.url)
    expect(other.locator("#start")).to_be_visible()
    assert other.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert other.evaluate("indexedDB.databases()") == []


def test_without_storage_the_answer_is_shown_all_the_same(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    script = """Object.defineProperty(window, "sessionStorage",
        { get() { throw new DOMException("off", "SecurityError"); } });"""
    view = visit(server.url, script=script)
    view.search(photos["obama.jpg"])
    view.expect_result()
    expect(view.page.locator("#earlier section")).to_be_hidden()
    view.page.go_back()
    expect(view.page.locator("#start")).to_be_visible()


def test_only_the_last_results_are_kept(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    """In as many bytes as a tab has."""
    view = visit(server.url)
    view.search(photos["obama.jpg"])
    view.expect_result()
    ids = view.page.evaluate(
        """async () => {
            const script = document.querySelector("script[type=module]").src;
            const { keep, open, results } = await import(script.replace("app.js", "visit.js"));
            const { answer, question } = await open(results()[0]);
            for (let n = 0; n < 8; n += 1) await keep(answer, question);
            const kept = await Promise.all(results().map(open));
            return [results().length, kept.filter(Boolean).length,
                    Object.keys(sessionStorage).filter((key) => key.startsWith("result-")).length];
        }"""
    )
    assert ids == [6, 6, 6]


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_stars_page_leads_to_a_comparison_with_them(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(f"{server.url}/people/{OBAMA}", language, size)
    view.page.goto(f"{server.url}/people/{BIDEN}")
    biden, obama = (
        ("조 바이든", "버락 오바마") if language == "ko" else ("Joe Biden", "Barack Obama")
    )
    expect(view.page.locator(".seen")).to_have_text([obama])
    view.page.get_by_role("link", name=view.page_text("person_page.compare")).click()
    expect(view.page.locator(".with")).to_contain_text(biden)
    assert barriers(view.page) == []
    with view.page.expect_response(f"**{LOOKALIKES}") as answered:
        view.search(photos["obama.jpg"])
    found = answered.value.json()["faces"][0]["person"]
    assert (found["id"], found["score"]["verdict"]) == (BIDEN, "no-strong-resemblance")
    asked = view.page.locator(".asked")
    expect(asked.locator("h2")).to_contain_text(biden)
    expect(asked.locator("h2")).to_be_focused()
    expect(view.page.locator(".hero h2")).to_contain_text(obama)
    # They are somebody who was looked at, and stay asked for when the page is left.
    expect(view.page.locator(".seen")).to_have_text([obama, biden])
    view.page.reload()
    expect(asked.locator("h2")).to_contain_text(biden)
    view.page.locator(".seen").nth(1).click()
    expect(view.page).to_have_url(re.compile(f"/people/{BIDEN}$"))


def test_nobody_of_that_name_is_compared_with_nobody(visit: Opener, server: Server) -> None:
    view = visit(f"{server.url}/?with=nobody")
    expect(view.page.locator(".with")).to_have_count(0)
    expect(view.page.locator("#photo-slot")).to_be_visible()


def test_comparisons_of_ones_own_photos_survive_too(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{server.url}/compare")
    files: list[FilePayload] = [
        {"name": name, "mimeType": "", "buffer": photos[name]}
        for name in ("obama.jpg", "biden.jpg", "obama2.jpg")
    ]
    view.page.locator("#photo").set_input_files(files)
    expect(view.page.locator("#photos img")).to_have_count(3)
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    expect(view.page.locator(".cell")).to_have_count(6)
    view.page.reload()
    expect(view.page.locator(".cell")).to_have_count(6)
    view.page.locator(".best-pair").get_by_text(view.text("stage.morph"), exact=True).click()
    expect(view.page.locator(".morph-picture")).to_be_visible()
