"""How the server is doing, as whoever runs it sees it on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lookalike.gallery.people import Language
from tests.support import patient
from tests.support.browser import DESKTOP, SMALL, Opener, barriers
from tests.support.serving import Server
from tests.web.test_admin import TOKEN

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.mark.parametrize(("language", "screen"), [("ko", SMALL), ("en", DESKTOP)])
def test_the_state_is_shown_to_who_has_the_token(
    visit: Opener,
    serve: Serve,
    home: Path,
    photos: Mapping[str, bytes],
    language: Language,
    screen: Mapping[str, int],
) -> None:
    with serve(home=home, admin_token=TOKEN, log_addresses="hashed") as server:
        url = server.url
        patient.post(f"{url}/api/v1/lookalikes", files={"photo": photos["obama.jpg"]})
        patient.post(f"{url}/api/v1/detect", files={"photo": b"x"})
        view = visit(f"{url}/operator", language, screen)
        page = view.page
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("#state section")).to_have_count(0)
        page.locator("#token").fill(TOKEN)
        page.locator("#token").blur()
        expect(page.get_by_text(view.page_text("operator.said.ready"))).to_be_visible()
        galleries = page.locator("section", has_text="starter")
        expect(galleries.get_by_role("row")).to_have_count(2)
        last = page.locator("section").filter(has=page.get_by_text("unsupported-format")).last
        expect(last.get_by_text("POST /api/v1/detect")).to_be_visible()
        verdict = page.locator("section", has_text=view.page_text("operator.said.answers"))
        expect(verdict.locator("dd").first).to_have_text("1")
        assert barriers(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0


def test_it_is_read_again_while_it_is_looked_at(visit: Opener, serve: Serve, home: Path) -> None:
    with serve(home=home) as server:
        view = visit(f"{server.url}/operator", "en", DESKTOP)
        expect(view.page.locator("section", has_text="not-found")).to_have_count(0)
        patient.get(f"{server.url}/api/v1/nothing")
        expect(view.page.get_by_text("404 not-found").first).to_be_visible(timeout=60_000)
