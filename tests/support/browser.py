"""A real Chromium, and the page in it, for the tests.

python -m tests.support.browser      succeeds when there is one

Its camera is a file made from a real photo, and every page is watched: nothing may be asked of
another origin, and nothing may go wrong in the console.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import PIL.Image
import pytest
from playwright.sync_api import (
    Browser,
    FilePayload,
    Page,
    Playwright,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

from lookalike.gallery.people import Language
from lookalike.web.texts import locale
from tests.support import PATIENCE_S, photos
from tests.support.serving import Server

LOOKALIKES = "/api/v1/lookalikes"

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SMALL: ViewportSize = {"width": 360, "height": 740}

LOCALES = {"ko": "ko-KR", "en": "en-GB"}

_GONE = ("net::ERR_CONNECTION_REFUSED", "Failed to fetch dynamically imported module")
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
    """The browser, with somebody before its camera."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "camera.mjpeg"
        film.write_bytes(_film())
        camera = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )
        path = executable(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS, *camera])
        yield browser
        browser.close()


def _film() -> bytes:
    """A few frames of a real photo, one after the other: what Chromium takes for a camera."""
    photo = PIL.Image.open(io.BytesIO(photos.load()["obama.jpg"])).convert("RGB")
    # Wide, as most cameras are, with the face in the middle of a phone held upright.
    upper = photo.crop((0, 0, photo.width, photo.width * 9 // 16))
    return encoded(upper.resize((1280, 720)), "JPEG", quality=90) * 4


@dataclass(frozen=True, slots=True)
class View:
    """A page that was opened, and what it must not do."""

    page: Page
    language: Language
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def text(self, key: str) -> Any:
        """What the scripts say in this language."""
        return _at(locale(self.language)["script"], key)

    def page_text(self, key: str) -> Any:
        """What the documents say in this language."""
        return _at(locale(self.language)["page"], key)

    def put(self, data: bytes, slot: str = "photo", name: str = "photo.jpg") -> None:
        file: FilePayload = {"name": name, "mimeType": "", "buffer": data}
        self.page.locator(f"#{slot}").set_input_files([file])
        expect(self.page.locator(f"#{slot}-slot")).to_have_attribute("data-state", "filled")

    def search(self, data: bytes, reference: bytes | None = None) -> None:
        self.put(data)
        if reference is not None:
            self.put(reference, "reference")
        self.page.locator("#consent").check()
        self.page.locator("#go").click()

    def expect_result(self) -> None:
        expect(self.page.locator("#results")).to_be_visible()

    def expect_problem(self, code: str, subject: str = "photo") -> None:
        name = self.text(f"problem.subject.{subject}")
        title, _ = self.text(f"problem.{code}")
        said = title.replace("{subject}", name).replace("{Subject}", name.capitalize())
        expect(self.page.get_by_role("alert")).to_contain_text(said)


def _at(texts: Any, key: str) -> Any:
    for part in key.split("."):
        texts = texts[part]
    return texts


Opener = Callable[..., View]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def offering(
    serve: Callable[..., AbstractContextManager[Server]], model_cache: Path
) -> Iterator[Server]:
    """A server that offers portraits; what the page asks of them, `serve_portraits` answers. It
    has a cache of its own, for it remembers for a while whom it could not fetch."""
    with serve(portraits="on", cache=model_cache) as started:
        yield started


@pytest.fixture
def show(browser: Browser, offering: Server) -> Iterator[Opener]:
    """Opens the start page: `show("ko", PHONE, color_scheme="dark")`."""
    with watched(browser) as opener:
        yield lambda *given, **options: opener(offering.url, *given, **options)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opener]:
    """Opens any page: `visit(f"{server.url}/people", "en", DESKTOP)`."""
    with watched(browser) as opener:
        yield opener


@contextmanager
def watched(browser: Browser) -> Iterator[Opener]:
    """Opens pages: `show(url, "ko", PHONE, color_scheme="dark")`. At the end nothing may have been
    asked of another origin, and nothing may have gone wrong in the console."""
    views: list[View] = []

    def start(
        url: str,
        language: Language = "ko",
        size: ViewportSize = PHONE,
        portraits: Literal["loaded", "missing"] = "loaded",
        script: str = "",
        **options: Any,
    ) -> View:
        options = {"reduced_motion": "reduce"} | options
        context = browser.new_context(viewport=size, locale=LOCALES[language], **options)
        context.set_default_timeout(PATIENCE_S * 1000)
        view = View(context.new_page(), language)
        views.append(view)
        listen(view, url)
        serve_portraits(view.page, portraits)
        if script:
            view.page.add_init_script(script)
        view.page.goto(url)
        return view

    yield start
    for view in views:
        view.page.context.close()
        assert view.foreign == []
        assert view.complaints == []


@cache
def _axe() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def barriers(page: Page) -> list[str]:
    """What axe-core finds wrong for people with disabilities: rule and element."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]
    ]


def listen(view: View, own: str) -> None:
    origin = urlsplit(own).netloc
    page = view.page

    def asked(url: str) -> None:
        if not url.startswith(("blob:", "data:")) and urlsplit(url).netloc != origin:
            view.foreign.append(url)

    def said(kind: str, text: str, url: str) -> None:
        # Chromium itself reports every answer that is not a success.
        expected = "/api/v1/" in urlsplit(url).path
        if kind in {"error", "warning"} and not expected:
            complain(text)

    def complain(text: str) -> None:
        # Of a page that still loads when a test ends its server; what is missing has a status.
        if not any(each in text for each in _GONE):
            view.complaints.append(text)

    page.on("request", lambda request: asked(request.url))
    page.on("pageerror", lambda error: complain(str(error)))
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
            # Aligned ones are square, as the server's are.
            size = (320, 320) if "aligned=1" in route.request.url else (300, 400)
            route.fulfill(body=png(*size), content_type="image/png")
        else:
            route.fulfill(status=404, body="")

    def person(route: Route) -> None:
        route.fulfill(json={"portrait": {"url": "", "credit": credit}})

    page.route(re.compile(r"/api/v1/people/\w+$"), person)
    page.route(re.compile(r"/portrait(\?aligned=1)?$"), portrait)


def png(width: int, height: int) -> bytes:
    return encoded(PIL.Image.new("RGB", (width, height), (90, 120, 160)), "PNG")


def encoded(image: PIL.Image.Image, format: str, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, format, **options)
    return written.getvalue()


if __name__ == "__main__":
    with sync_playwright() as playwright:
        sys.exit(executable(playwright) is None)
