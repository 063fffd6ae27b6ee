"""Photos that are chosen before the scripts of a page are there, as on a slow network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.support.browser import Opener
from tests.support.serving import Server


def file(photos: Mapping[str, bytes], name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": photos[name]}


@contextmanager
def without_script(page: Page, address: str, script: str) -> Iterator[None]:
    """A page whose script comes at the end."""
    held: list[Route] = []
    page.route(f"**/{script}", lambda route: held.append(route))
    # What loads a script is not ready before that has come.
    with page.expect_request(f"**/{script}"):
        page.goto(address, wait_until="commit")
    yield
    # Whoever asks for it from now on has it.
    page.unroute(f"**/{script}")
    for each in held:
        each.continue_()


def test_a_photo_is_shown_and_looked_at(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, "en")
    with without_script(view.page, server.url, "app.js"):
        view.page.locator("#photo").set_input_files([file(photos, "obama.jpg")])
        view.page.locator("#reference").set_input_files([file(photos, "biden.jpg")])
        view.page.locator("#consent").check()
    for slot in ("photo", "reference"):
        expect(view.page.locator(f"#{slot}-slot")).to_have_attribute("data-state", "filled")
    view.page.locator("#go").click()
    expect(view.page.locator(".hero h2")).to_contain_text("Obama")


def test_photos_to_compare(visit: Opener, server: Server, photos: Mapping[str, bytes]) -> None:
    view = visit(server.url, "en")
    with without_script(view.page, f"{server.url}/compare", "compare.js"):
        several = [file(photos, "obama.jpg"), file(photos, "biden.jpg")]
        view.page.locator("#photo").set_input_files(several)
        view.page.locator("#child").set_input_files(several[:1])
    expect(view.page.locator("#photos .tile")).to_have_count(2)
    expect(view.page.locator("#child-place")).to_have_attribute("data-state", "filled")
