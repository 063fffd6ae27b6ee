"""What the page says beside the answer to a photo that shows little of a face, or none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import FilePayload, expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from tests.support import coverings
from tests.support.browser import DESKTOP, PHONE, Opener, View, barriers
from tests.support.serving import Server


@pytest.fixture(scope="module")
def cartoon(engine: LocalEngine, photos: Mapping[str, bytes]) -> bytes:
    return coverings.cartoon(engine.analyzer, photos["biden.jpg"])


def asked_without_scripts(visit: Opener, server: Server, language: Language, photo: bytes) -> View:
    """The page that answers a form."""
    view = visit(server.url, language, DESKTOP, java_script_enabled=False)
    file: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": photo}
    view.page.locator("#photo").set_input_files([file])
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    return view


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_face_that_is_perhaps_not_human(
    visit: Opener, server: Server, cartoon: bytes, language: Language
) -> None:
    view = visit(server.url, language, PHONE)
    for photo in (coverings.cat(), cartoon):
        view.search(photo)
        view.expect_result()
        expect(view.page.locator("#matches .hint")).to_have_text(view.text("not_human"))
        expect(view.page.locator("#status")).to_contain_text(view.text("not_human"))
        expect(view.page.locator("#matches .people > li")).to_have_count(9)
        assert barriers(view.page) == []
        view.page.locator("#again").click()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_face_that_is_perhaps_not_human_without_scripts(
    visit: Opener, server: Server, language: Language
) -> None:
    view = asked_without_scripts(visit, server, language, coverings.cat())
    expect(view.page.locator(".found-face .hint")).to_have_text(view.text("not_human"))
    expect(view.page.locator(".found-face .people > li")).to_have_count(9)


def test_nothing_is_said_of_ordinary_faces(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url)
    view.search(photos["obama.jpg"])
    view.expect_result()
    expect(view.page.locator("#matches .hero")).to_be_visible()
    expect(view.page.locator(".hint")).to_have_count(0)
    plain = asked_without_scripts(visit, server, "ko", photos["obama.jpg"])
    expect(plain.page.locator(".hero")).to_be_visible()
    expect(plain.page.locator(".hint")).to_have_count(0)
