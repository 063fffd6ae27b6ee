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


def file(data: bytes) -> FilePayload:
    return {"name": "photo.png", "mimeType": "image/png", "buffer": data}


@pytest.fixture(scope="module")
def cartoon(engine: LocalEngine, photos: Mapping[str, bytes]) -> bytes:
    return coverings.cartoon(engine.analyzer, photos["biden.jpg"])


@pytest.fixture(scope="module")
def hidden(engine: LocalEngine, photos: Mapping[str, bytes]) -> dict[str, bytes]:
    """Photos of a face of which too little shows, by why."""
    drawn = {"sunglasses": "sunglasses", "mask": "mask", "covered": "hand"}
    return {
        hindrance: coverings.covered(engine.analyzer, photos["obama.jpg"], kind)
        for hindrance, kind in drawn.items()
    } | {"tiny": coverings.resized(photos["astronaut.png"], (160, 160))}


def asked_without_scripts(
    visit: Opener, server: Server, language: Language, photo: bytes, other: bytes | None = None
) -> View:
    """The page that answers a form."""
    view = visit(server.url, language, DESKTOP, java_script_enabled=False)
    for slot, data in (("photo", photo), ("reference", other)):
        if data is not None:
            view.page.locator(f"#{slot}").set_input_files([file(data)])
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
        expect(view.page.locator("#matches h2")).to_have_text(view.text("joke.title"))
        expect(view.page.locator("#status")).to_contain_text(view.text("joke.title"))
        expect(view.page.locator("#matches .name")).to_have_count(0)
        expect(view.page.locator("#filters")).to_be_hidden()
        assert barriers(view.page) == []
        # The network may be wrong, and people are to be found all the same.
        view.page.get_by_role("button", name=view.text("joke.human")).click()
        expect(view.page.locator("#matches .hint")).to_have_text(view.text("hint.not_human"))
        expect(view.page.locator("#matches .runner")).to_have_count(2)
        view.page.locator("#again").click()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_face_that_is_perhaps_not_human_without_scripts(
    visit: Opener, server: Server, language: Language
) -> None:
    view = asked_without_scripts(visit, server, language, coverings.cat())
    expect(view.page.locator(".joke h2")).to_have_text(view.text("joke.title"))
    expect(view.page.locator(".hero")).to_be_hidden()
    view.page.get_by_text(view.text("joke.human")).click()
    expect(view.page.locator(".hero")).to_be_visible()


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


@pytest.mark.parametrize(
    ("language", "hindrance"),
    [("ko", "sunglasses"), ("en", "mask"), ("en", "covered"), ("ko", "tiny")],
)
def test_what_would_tell_more(
    visit: Opener, server: Server, hidden: dict[str, bytes], language: Language, hindrance: str
) -> None:
    said = visit(server.url, language).text(f"hint.{hindrance}")
    view = visit(server.url, language)
    view.search(hidden[hindrance])
    view.expect_result()
    expect(view.page.locator(".hint")).to_have_text(said)
    expect(view.page.locator("#status")).to_contain_text(said)
    expect(view.page.locator("#matches .runner")).to_have_count(2)
    assert barriers(view.page) == []
    plain = asked_without_scripts(visit, server, language, hidden[hindrance])
    expect(plain.page.locator(".hint")).to_have_text(said)


def test_two_faces_of_which_too_little_shows(
    visit: Opener,
    server: Server,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    hidden: dict[str, bytes],
) -> None:
    masked = coverings.covered(engine.analyzer, photos["obama2.jpg"], "mask")
    view = visit(server.url, "en", DESKTOP)
    view.search(hidden["mask"], masked)
    view.expect_result()
    plain = asked_without_scripts(visit, server, "en", hidden["mask"], masked)
    for page in (view.page, plain.page):
        expect(page.locator(".compared .chip")).to_have_text(
            view.text("verdict.too-little-to-tell")
        )
        expect(page.locator(".compared .hint")).to_have_text(view.text("hint.mask"))
    view = visit(server.url, "en", DESKTOP)
    view.search(hidden["mask"], photos["obama2.jpg"])
    expect(view.page.locator(".compared .chip")).to_have_text(view.text("verdict.same-person"))
    expect(view.page.locator(".compared .hint")).to_have_count(0)


def test_several_photos_of_which_too_little_shows(
    visit: Opener,
    server: Server,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    hidden: dict[str, bytes],
) -> None:
    masked = coverings.covered(engine.analyzer, photos["obama2.jpg"], "mask")
    view = visit(f"{server.url}/compare", "ko", DESKTOP)
    view.page.locator("#photo").set_input_files([file(hidden["sunglasses"]), file(masked)])
    expect(view.page.locator("#photos img")).to_have_count(2)
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    both = f"{view.text('hint.sunglasses')} {view.text('hint.mask')}"
    expect(view.page.locator("#results .chip")).to_have_text(
        view.text("verdict.too-little-to-tell")
    )
    expect(view.page.locator("#results .hint")).to_have_text(both)


def test_a_family_of_whom_too_little_shows(
    visit: Opener, server: Server, photos: Mapping[str, bytes], hidden: dict[str, bytes]
) -> None:
    view = visit(f"{server.url}/compare", "en")
    view.page.get_by_text(view.page_text("compare.modes.family")).click()
    family = (hidden["mask"], hidden["sunglasses"], photos["biden.jpg"])
    for place, data in zip(("child", "parent-0", "parent-1"), family, strict=True):
        view.page.locator(f"#{place}").set_input_files([file(data)])
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    expect(view.page.locator(".parent .chip").first).to_have_text(
        view.text("verdict.too-little-to-tell")
    )
    both = f"{view.text('hint.mask')} {view.text('hint.sunglasses')}"
    expect(view.page.locator(".parent .hint")).to_have_text(both)
