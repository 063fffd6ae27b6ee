"""The site of the documentation is whole, can be searched, and is pleasant on a phone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from docs import site
from docs.markdown import Block, blocks, prose
from lookalike.gallery.people import Language
from tests.support import ROOT
from tests.support.browser import DESKTOP, PHONE, Opener, barriers
from tests.support.serving import listening

_LANGUAGES: tuple[Language, ...] = ("en", "ko")
# Written, never said; the same as on the pages of the product (tests/web/pages/test_wording.py).
_BOOKISH = re.compile("견주|견줘|견줬|간직|까닭|어림|한몫|가운데에서|바란 |여쭙")
_ADDRESS = re.compile(r"(?:https?|mailto):[^\s)>\"'`|,]*[^\s)>\"'`|,.;…]")


class Links(HTMLParser):
    """What a page leads to and loads, and where others may lead in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.targets |= {value for name in ("href", "src") if (value := held.get(name))}
        if tag != "a" and held.get("rel") not in ("alternate", "canonical", "next", "prev"):
            self.loaded |= {value for name in ("href", "src") if (value := held.get(name))}
        self.anchors |= {value for name in ("id", "name") if (value := held.get(name))}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; a warning of MkDocs is an error."""
    folder = tmp_path_factory.mktemp("site") / "site"
    site.build(folder)
    return folder


@pytest.fixture(scope="module")
def url(built: Path) -> Iterator[str]:
    with listening(partial(Quiet, directory=str(built))) as port:
        yield f"http://127.0.0.1:{port}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def links(built: Path) -> dict[Path, Links]:
    """Those of every page."""
    return {path: Links(path.read_text("utf-8")) for path in built.rglob("*.html")}


def test_every_page_is_there_in_both_languages(built: Path) -> None:
    for name in site.pages().values():
        folder = name.removesuffix(".md").removesuffix(".ko").replace("index", "")
        assert (built / folder / "index.html").is_file(), name
        assert (built / "ko" / folder / "index.html").is_file(), name
    korean = {path.name.removesuffix(".ko.md") for path in site.DOCS.glob("*.ko.md")}
    assert korean >= {"README", "start", "visitor", "campaigns", "deploy", "operating", "privacy"}


def test_links_inside_lead_somewhere(built: Path, links: dict[Path, Links]) -> None:
    # Its address is that of any page that is not there, so its links are from the root.
    for page, found in links.items():
        for target in found.targets if page.name != "404.html" else ():
            parts = urlsplit(target)
            if not parts.scheme and not target.startswith("//"):
                path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
                path = path / "index.html" if path.is_dir() else path
                assert path.is_file(), f"{page.relative_to(built)}: {target}"
                if parts.fragment and path in links and not parts.fragment.startswith("__"):
                    anchor = unquote(parts.fragment)
                    assert anchor in links[path].anchors, f"{page.relative_to(built)}: {target}"


def test_nothing_is_loaded_from_elsewhere(built: Path, links: dict[Path, Links]) -> None:
    for page, found in links.items():
        assert not [each for each in found.loaded if urlsplit(each).netloc], page
    for sheet in built.rglob("*.css"):
        loaded = re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)", sheet.read_text())
        assert loaded == [], sheet


def written(path: Path) -> list[str]:
    """The lines of a page, without its code."""
    lines = path.read_text("utf-8").splitlines()
    return [line for line, is_prose in prose(lines) if is_prose]


def test_addresses_elsewhere_have_their_form() -> None:
    """They are never asked: a test must not depend on others."""
    for source in ("README.md", *site.pages()):
        for line in written(ROOT / source):
            for address in _ADDRESS.findall(re.sub(r"`[^`]*`", "", line)):
                parts = urlsplit(address)
                local = parts.hostname in ("127.0.0.1", "localhost")
                assert parts.scheme in ("https", "mailto") or local, f"{source}: {address}"
                assert local or "." in parts.netloc + parts.path, f"{source}: {address}"


def test_korean_pages_are_as_one_talks() -> None:
    for path in site.DOCS.glob("*.ko.md"):
        said = "\n".join(written(path))
        assert _BOOKISH.findall(said) == [], path.name
        # As the product talks: no 합니다.
        assert re.findall(r"\S*니다(?=[.\s])", said) == [], path.name


def test_a_page_has_what_its_translation_has() -> None:
    """The same blocks of code, so that who follows either gets the same."""
    for path in site.DOCS.glob("*.ko.md"):
        english = path.with_name(path.name.replace(".ko.md", ".md")).read_text("utf-8")
        for line in re.findall(r"^(?:[$#] )?lookalike [^#\n]+", path.read_text("utf-8"), re.M):
            assert line.strip() in english, f"{path.name}: {line}"


def test_it_is_searched_in_both_languages(built: Path) -> None:
    index = json.loads((built / "search" / "search_index.json").read_text("utf-8"))
    assert set(index["config"]["lang"]) == {"en", "ko"}
    places = {each["location"]: each["text"] for each in index["docs"]}
    assert "start/" in places
    assert "닮은 사람" in places["ko/start/#명령어로-쓰기"]


def test_blocks_of_a_page() -> None:
    page = "a\n```sh\nlookalike find `x`\n```\n- b\n  ````text\n  ```\n    c\n  ````\nd\n"
    assert list(blocks(page)) == [
        Block(2, "sh", "lookalike find `x`\n"),
        Block(6, "text", "```\n  c\n"),
    ]
    assert [line for line, is_prose in prose(page.splitlines()) if is_prose] == ["a", "- b", "d"]
    with pytest.raises(ValueError, match="line 1 does not end"):
        list(blocks("```sh\nlookalike\n"))


def test_links_lead_on_the_site_where_they_lead_on_github(tmp_path: Path) -> None:
    stage = site.Stage(tmp_path)
    stage.fill()

    def page(name: str) -> str:
        return (tmp_path / "pages" / name).read_text("utf-8")

    assert "[conftest.py](source/tests/conftest_py.txt)" in page("map.md")
    assert "### database/\n" in page("map.md")
    assert (tmp_path / "pages" / "source" / "tests" / "conftest_py.txt").is_file()
    assert "[Get started](start.md)" in page("index.md")
    assert "[시작하기](start.md)" in page("index.ko.md")
    assert '<a href="../../operating/">영어 문서</a>' in page("operating.ko.md")
    assert "English" not in page("operating.ko.md")
    assert "(campaigns.md)" in page("campaign-files.md")


def test_a_warning_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost.md").write_text("# Lost\n\n[nowhere](nowhere.md)\n", "utf-8")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "pages", lambda: {"lost.md": "index.md"})
    with pytest.raises(subprocess.CalledProcessError):
        site.build(tmp_path / "out")


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_fit_the_screen(
    visit: Opener, url: str, language: Language, size: dict[str, int]
) -> None:
    root = url + ("/ko" if language == "ko" else "")
    view = visit(f"{root}/", language, size)
    for name in ("", "start/", "visitor/", "campaigns/", "deploy/", "settings/", "scores/", "map/"):
        view.page.goto(f"{root}/{name}")
        expect(view.page.locator("h1")).to_be_visible()
        assert view.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name


def search(page: Page, words: str) -> None:
    """With a key at the end: only what is typed is looked for."""
    page.locator(".md-search__input").fill(words)
    page.keyboard.press("End")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(visit: Opener, url: str, scheme: str) -> None:
    view = visit(f"{url}/ko/deploy/", "ko", DESKTOP, color_scheme=scheme)
    about = ("color-contrast:", "link-in-text-block:")
    assert [each for each in barriers(view.page) if each.startswith(about)] == []


def test_somebody_searches_and_changes_the_language(visit: Opener, url: str) -> None:
    view = visit(f"{url}/visitor/", "en", DESKTOP)
    page = view.page
    search(page, "resemblance")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".md-select").first.hover()
    page.locator(".md-select__link[hreflang=ko]").click()
    expect(page.locator("h1")).to_contain_text("나는 누구를 닮았을까?")
    assert page.url == f"{url}/ko/visitor/"
    search(page, "접수증")
    page.locator(".md-search-result__link").first.click()
    expect(page.locator("h1")).to_contain_text("나만의 행사 열기")
