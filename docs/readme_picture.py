"""The picture of the README: a result in Korean, and the card that is made of it.

python -m docs.readme_picture [docs/screenshot.png]

Both photos are in the public domain (the White House's, of the tests). The portrait is one of a
gallery of one's own that the page may show, so nothing is asked of the network.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import PIL.Image
from playwright.sync_api import FilePayload, Page, ViewportSize

from lookalike import config
from tests.support import ROOT, patient
from tests.support import photos as packaged
from tests.support.browser import LOCALES, chromium
from tests.support.serving import running

_SIZE: ViewportSize = {"width": 1120, "height": 900}
_PERSON = {
    "name_ko": "버락 오바마",
    "name_en": "Barack Obama",
    "wikidata": "Q76",
    "description_ko": "제44대 미국 대통령",
    "author": "Pete Souza",
    "licence": "Public domain",
    "show": "true",
}
_OWN, _PORTRAIT = "obama.jpg", "obama3.jpg"
# Of the card: its width, and what is left around it, and in which colour.
_WIDTH, _MARGIN, _GROUND = 400, 32, "#ebe6de"


def enrolled(url: str) -> str:
    """The id of somebody of one's own whose portrait the page may show."""
    added = patient.post(
        f"{url}/api/v1/people",
        data=_PERSON,
        files={"photos": packaged.load()[_PORTRAIT]},
    )
    person: str = added.raise_for_status().json()["id"]
    return person


def _result(page: Page, url: str, photo: bytes) -> PIL.Image.Image:
    page.goto(url)
    file: FilePayload = {"name": _OWN, "mimeType": "image/jpeg", "buffer": photo}
    page.locator("#photo").set_input_files([file])
    page.locator("#consent").check()
    page.locator("#go").click()
    page.locator(".hero .is-loaded").wait_for()
    page.wait_for_timeout(500)
    return _opened(page.screenshot())


def _opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshot.png"
    photos = packaged.load()
    with tempfile.TemporaryDirectory() as home:
        settings = config.load(
            {},
            home=Path(home),
            cache=packaged.FOLDER.parent / "cache",
            portraits="off",
            public_url="https://lookalike.example",
        )
        with running(settings) as server, chromium() as browser:
            sent = {
                "person": enrolled(server.url),
                "collection": "mine",
                "include_photo": "true",
                "order": "look",
                "shape": "tall",
                "lang": "ko",
            }
            card = patient.post(
                f"{server.url}/api/v1/cards", data=sent, files={"photo": photos[_OWN]}
            ).raise_for_status()
            context = browser.new_context(viewport=_SIZE, locale=LOCALES["ko"])
            result = _result(context.new_page(), server.url, photos[_OWN])
            context.close()
    drawn = _opened(card.content)
    drawn = drawn.resize((_WIDTH, _WIDTH * drawn.height // drawn.width))
    both = PIL.Image.new("RGB", (result.width + _WIDTH + 2 * _MARGIN, result.height), _GROUND)
    both.paste(result)
    both.paste(drawn, (result.width + _MARGIN, (result.height - drawn.height) // 2))
    both.quantize(256, dither=PIL.Image.Dither.FLOYDSTEINBERG).save(out, optimize=True)


if __name__ == "__main__":
    main()
