"""A real Chromium, and the page in it, for the tests.

python -m tests.browser      succeeds when there is one
"""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import PIL.Image
from playwright.sync_api import (
    Browser,
    FilePayload,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

from lookalike.gallery.people import Language
from lookalike.web import pages

LOOKALIKES = "/api/v1/lookalikes"

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# A test must not depend on what Chromium does on its own behalf.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


def executable(playwright: Playwright) -> str | None:
    """The system's Chromium, else the one that Playwright installed."""
    installed = next((path for name in _NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return installed or (own if Path(own).is_file() else None)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = executable(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class View:
    """A page that was opened, and what it must not do."""

    page: Page
    language: Language
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def text(self, key: str) -> Any:
        """What the scripts say in this language."""
        found = pages.locale(self.language)["script"]
        for part in key.split("."):
            found = found[part]
        return found

    def put(self, data: bytes, slot: str = "photo", name: str = "photo.jpg") -> None:
        file: FilePayload = {"name": name, "mimeType": "", "buffer": data}
        self.page.locator(f"#{slot}").set_input_files([file])
        expect(self.page.locator(f"#{slot}-slot")).to_have_attribute("data-state", "filled")

    def search(self, data: bytes, reference: bytes | None = None) -> None:
        self.put(data)
        if reference is not None:
            self.put(reference, "reference")
        self.page.locator("#go").click()

    def expect_result(self) -> None:
        expect(self.page.locator("#results")).to_be_visible()

    def expect_problem(self, code: str, subject: str = "photo") -> None:
        name = self.text(f"problem.subject.{subject}")
        title, _ = self.text(f"problem.{code}")
        said = title.replace("{subject}", name).replace("{Subject}", name.capitalize())
        expect(self.page.get_by_role("alert")).to_contain_text(said)


def listen(view: View, own: str) -> None:
    origin = urlsplit(own).netloc
    page = view.page

    def asked(url: str) -> None:
        if not url.startswith(("blob:", "data:")) and urlsplit(url).netloc != origin:
            view.foreign.append(url)

    def said(kind: str, text: str, url: str) -> None:
        # Chromium itself reports every answer that is not a success.
        expected = urlsplit(url).path == LOOKALIKES or url.endswith("/portrait")
        if kind in {"error", "warning"} and not expected:
            view.complaints.append(text)

    page.on("request", lambda request: asked(request.url))
    page.on("pageerror", lambda error: view.complaints.append(str(error)))
    page.on("console", lambda line: said(line.type, line.text, line.location["url"]))


def serve_portraits(page: Page, portraits: Literal["loaded", "missing"]) -> None:
    """Portraits come from Wikimedia Commons, which a test must not ask."""
    credit = {
        "author": "Jane Doe",
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "source_url": "https://commons.wikimedia.org/wiki/File:Jane.jpg",
    }

    def portrait(route: Route) -> None:
        if portraits == "loaded":
            route.fulfill(body=png(300, 400), content_type="image/png")
        else:
            route.fulfill(status=404, body="")

    def person(route: Route) -> None:
        route.fulfill(json={"portrait": {"url": "", "credit": credit}})

    page.route(re.compile(r"/people/\w+$"), person)
    page.route(re.compile(r"/portrait$"), portrait)


def png(width: int, height: int) -> bytes:
    return encoded(PIL.Image.new("RGB", (width, height), (90, 120, 160)), "PNG")


def encoded(image: PIL.Image.Image, format: str, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, format, **options)
    return written.getvalue()


if __name__ == "__main__":
    with sync_playwright() as playwright:
        sys.exit(executable(playwright) is None)
