"""Pictures of every state of the page, to look at.

python -m docs.screenshots OUT [NAME ...]

A server with the real models answers. What the page asks of portraits is answered here: photos of
the tests stand in for them. NAME chooses some of the states.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import PIL.Image
import pillow_heif
from playwright.sync_api import Browser, FilePayload, Page, Route, ViewportSize

from docs.readme_picture import enrolled
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from lookalike.web.services import PORTRAIT_SIDE
from lookalike.web.texts import locale
from tests.support import ROOT, coverings
from tests.support import photos as packaged
from tests.support.browser import DESKTOP, LOCALES, PHONE, chromium, encoded
from tests.support.serving import running

Scheme = Literal["light", "dark"]

# Whose portrait a photo of the tests can stand in for.
_PORTRAITS = {"Q76": "obama3.jpg", "Q6279": "biden.jpg", "Q2263": "Tom_Hanks_54745.png"}
_SITE = ROOT / "examples" / "campaign" / "site.toml"
_SCREENS: tuple[tuple[Language, ViewportSize, Scheme], ...] = (
    ("ko", PHONE, "light"),
    ("en", PHONE, "dark"),
    ("ko", DESKTOP, "light"),
    ("en", DESKTOP, "dark"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One page on one screen, and what it is shown with; `event` is the address of a server with
    the site file of examples/campaign, `own` that of one with a portrait of its own."""

    page: Page
    url: str
    event: str
    own: str
    language: Language
    photos: dict[str, bytes]

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def choose(self, selector: str, *names: str) -> None:
        files: list[FilePayload] = [
            {"name": name, "mimeType": "", "buffer": self.photos[name]} for name in names
        ]
        self.page.locator(selector).set_input_files(files)

    def say(self, key: str) -> str:
        """A text of the scripts."""
        text = locale(self.language)["script"]
        for part in key.split("."):
            text = text[part]
        return str(text)

    def page_text(self, key: str) -> str:
        """A text of the documents."""
        text = locale(self.language)["page"]
        for part in key.split("."):
            text = text[part]
        return str(text)

    def answer(self, *names: str) -> None:
        self.go("/")
        for slot, name in zip(("#photo", "#reference"), names, strict=False):
            self.choose(slot, name)
        self.page.locator("#consent").check()
        self.page.locator("#go").click()
        self.page.locator(".hero").wait_for()

    def view(self, mode: str) -> None:
        self.page.locator(".hero").get_by_text(self.say(f"stage.{mode}")).click()


def chosen(stage: Stage) -> None:
    stage.go("/")
    stage.choose("#photo", "obama.jpg")


def wanting(stage: Stage) -> None:
    chosen(stage)
    stage.page.locator("#go").click()


def camera(stage: Stage) -> None:
    stage.go("/")
    stage.page.locator("#camera").click()
    stage.page.wait_for_timeout(1500)


def working(stage: Stage) -> None:
    stage.page.route("**/lookalikes", lambda route: None)
    chosen(stage)
    stage.page.locator("#consent").check()
    stage.page.locator("#go").click()


def faceless(stage: Stage) -> None:
    stage.go("/")
    stage.choose("#photo", "free-mountain-vector-01.jpg")
    stage.page.locator("#consent").check()
    stage.page.locator("#go").click()
    stage.page.locator("#alert").wait_for()


def answer(stage: Stage) -> None:
    stage.answer("obama.jpg")
    stage.page.locator(".hero .is-loaded").wait_for()


def sample(stage: Stage) -> None:
    stage.go("/")
    stage.page.locator("a.sample").click()
    stage.page.locator(".hero").wait_for()


def dialog(stage: Stage) -> None:
    sample(stage)
    stage.page.locator(".runner .more").first.click()


def leaving(stage: Stage) -> None:
    stage.go("/people/Q76")
    stage.page.locator(".leaving summary").click()


def split(stage: Stage) -> None:
    answer(stage)
    stage.view("split")


def morph(stage: Stage) -> None:
    answer(replace(stage, url=stage.own))
    stage.view("morph")
    stage.page.locator(".morph canvas").wait_for()


def more(stage: Stage) -> None:
    answer(stage)
    stage.page.locator(".people-more").click()
    stage.page.locator(".people").scroll_into_view_if_needed()


def narrowed(stage: Stage) -> None:
    stage.answer("single_face.jpg")
    stage.page.locator("#filters label", has_text=stage.page_text("filters.female")).first.click()
    stage.page.locator("#filters[aria-busy=false]").wait_for()


def joke(stage: Stage) -> None:
    stage.photos["cat.png"] = coverings.cat()
    stage.go("/")
    stage.choose("#photo", "cat.png")
    stage.page.locator("#consent").check()
    stage.page.locator("#go").click()
    stage.page.locator(".joke").wait_for()


def visit(stage: Stage) -> None:
    """Several selfies, and whom one looked at."""
    stage.answer("single_face.jpg")
    stage.page.locator("#again").click()
    stage.page.locator("#camera").wait_for()
    stage.choose("#photo", "obama2.jpg")
    stage.page.locator("#photo-slot[data-state=filled]").wait_for()
    stage.page.locator("#go").click()
    stage.page.locator("#earlier img, #earlier canvas").nth(2).wait_for()
    stage.page.locator("#earlier").scroll_into_view_if_needed()


def invited(stage: Stage) -> None:
    """Come from a star's page."""
    stage.go("/people/Q76")
    stage.page.locator("a[href*='with=']").click()
    stage.choose("#photo", "single_face.jpg")
    stage.page.locator("#consent").check()
    stage.page.locator("#go").click()
    stage.page.locator(".asked").wait_for()


def why(stage: Stage) -> None:
    answer(stage)
    stage.view("heat")
    stage.page.locator(".why-parts, .why .alert").first.wait_for()


def share(stage: Stage) -> None:
    answer(replace(stage, url=stage.own))
    stage.page.locator(".hero .share-open").click()
    stage.page.locator(".card-preview :is(img, strong)").locator("visible=true").wait_for()


def offers(stage: Stage) -> None:
    replace(stage, url=stage.event).answer("obama.jpg")
    stage.page.locator(".offer-shape button").click()
    stage.page.locator(".offer-shape strong").wait_for()
    stage.page.locator(".offers").scroll_into_view_if_needed()


def admin(stage: Stage) -> None:
    replace(stage, url=stage.event).go("/admin")
    stage.page.locator("#found:not(:empty)").wait_for()


def both(stage: Stage) -> None:
    share(stage)
    for each in ("[name=include]", "[value=prints] + span", "[value=square] + span"):
        with stage.page.expect_response("**/cards"):
            stage.page.locator(f".share {each}").click()
    stage.page.locator(".card-preview img").locator("visible=true").wait_for()


def link(stage: Stage) -> None:
    both(stage)
    stage.page.locator(".link-part summary").click()
    stage.page.locator("[name=keep_face]").check()
    stage.page.locator(".link-part > .link-row .button").click()
    stage.page.locator(".link-place .link-row").scroll_into_view_if_needed()


def shared(stage: Stage) -> None:
    link(stage)
    stage.page.goto(stage.page.locator(".link-place input").first.input_value())


def matrix(stage: Stage) -> None:
    stage.go("/compare")
    stage.choose("#photo", "obama.jpg", "obama3.jpg", "biden.jpg", "single_face.jpg")
    stage.page.locator("#consent").check()
    stage.page.locator("#go").click()
    stage.page.locator(".matrix, #alert:not([hidden])").first.wait_for()


def relatives(stage: Stage) -> None:
    stage.go("/compare")
    stage.page.locator("[value=family] + span").click()
    for place, name in (("child", "obama3.jpg"), ("parent-0", "single_face.jpg")):
        stage.choose(f"#{place}", name)
    stage.choose("#parent-1", "obama.jpg")
    stage.page.locator("#consent").check()


def family(stage: Stage) -> None:
    relatives(stage)
    stage.page.locator("#go").click()
    stage.page.locator(".parents, #alert:not([hidden])").first.wait_for()


def how(stage: Stage) -> None:
    stage.go("/how")
    stage.page.locator("a.sample").click()
    stage.page.locator(".steps").wait_for()


def heic(stage: Stage) -> None:
    """What Chromium cannot decode."""
    stage.photos["IMG_0001.HEIC"] = encoded_as_heic(stage.photos["obama.jpg"])
    stage.answer("IMG_0001.HEIC")
    stage.page.locator(".hero .is-loaded").wait_for()


def page(path: str) -> Callable[[Stage], None]:
    return lambda stage: stage.go(path)


STATES: dict[str, Callable[[Stage], None]] = {
    "start": page("/"),
    "chosen": chosen,
    "consent": wanting,
    "camera": camera,
    "working": working,
    "faceless": faceless,
    "sample": sample,
    "dialog": dialog,
    "answer": answer,
    "heic": heic,
    "split": split,
    "morph": morph,
    "more": more,
    "narrowed": narrowed,
    "joke": joke,
    "visit": visit,
    "invited": invited,
    "operator": page("/operator"),
    "why": why,
    "share": share,
    "offers": offers,
    "admin": admin,
    "share-both": both,
    "share-link": link,
    "shared": shared,
    "several": lambda stage: stage.answer("t1.jpg"),
    "reference": lambda stage: stage.answer("single_face.jpg", "obama.jpg"),
    "compare": page("/compare"),
    "relatives": relatives,
    "matrix": matrix,
    "family": family,
    "people": page("/people"),
    "person": page("/people/Q76"),
    "leaving": leaving,
    "how": how,
    "privacy": page("/privacy"),
    "missing": page("/people/nobody"),
    "absent": page("/nothing"),
    "steps": page("/how"),
}


def encoded_as_heic(photo: bytes) -> bytes:
    written = io.BytesIO()
    with PIL.Image.open(io.BytesIO(photo)) as opened:
        pillow_heif.from_pillow(opened.convert("RGB")).save(written)
    return written.getvalue()


def main() -> None:
    folder, *names = sys.argv[1:]
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        settings = config.load(
            {}, home=Path(home), cache=packaged.FOLDER.parent / "cache", portraits="on"
        )
        server = stack.enter_context(running(settings))
        event = stack.enter_context(running(replace(settings, site=str(_SITE))))
        kept = stack.enter_context(tempfile.TemporaryDirectory())
        own = stack.enter_context(running(replace(settings, home=Path(kept), portraits="off")))
        enrolled(own.url)
        urls = (server.url, event.url, own.url)
        portraits = _portraits(LocalEngine(settings))
        browser = stack.enter_context(chromium())
        for name in names or STATES:
            for language, size, scheme in _SCREENS:
                file = out / f"{name}-{language}-{size['width']}-{scheme}.png"
                with _opened(browser, urls, language, size, scheme, portraits) as stage:
                    STATES[name](stage)
                    stage.page.wait_for_timeout(400)
                    stage.page.screenshot(path=file)
                print(file)


def _portraits(engine: LocalEngine) -> dict[str, bytes]:
    """Aligned as the server aligns them."""
    drawn = {}
    for person, name in _PORTRAITS.items():
        pixels = engine.framed_portrait(packaged.load()[name], PORTRAIT_SIDE)
        drawn[person] = encoded(PIL.Image.fromarray(pixels), "JPEG", quality=90)
    return drawn


@contextmanager
def _opened(
    browser: Browser,
    urls: tuple[str, str, str],
    language: Language,
    size: ViewportSize,
    scheme: Scheme,
    portraits: dict[str, bytes],
) -> Iterator[Stage]:
    context = browser.new_context(
        viewport=size, locale=LOCALES[language], color_scheme=scheme, reduced_motion="reduce"
    )

    def portrait(route: Route) -> None:
        person = route.request.url.split("/people/")[1].split("/")[0]
        if person in portraits:
            route.fulfill(body=portraits[person], content_type="image/jpeg")
        else:
            route.fulfill(status=404)

    shown = context.new_page()
    shown.route(f"{urls[0]}/**/people/*/portrait*", portrait)
    shown.route(f"{urls[1]}/**/people/*/portrait*", portrait)
    yield Stage(shown, *urls, language, packaged.load())
    context.close()


if __name__ == "__main__":
    main()
