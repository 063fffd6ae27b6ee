"""Shared results and the widget in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lookalike.web.texts import locale
from tests.support import patient
from tests.support.browser import barriers, chromium
from tests.support.serving import Server, listening

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Nothing may go wrong in its console."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(f"{line.type}: {line.text}"))
    yield opened
    context.close()
    assert complaints == []


def share(server: Server, photo: bytes, lang: str) -> dict[str, str]:
    url = f"{server.url}/api/v1/results"
    data = {"person": "Q76", "lang": lang}
    made: dict[str, str] = patient.post(url, files={"photo": photo}, data=data).json()
    return made


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_whoever_made_a_result_may_delete_it(
    serve: Serve, home: Path, page: Page, photos: Mapping[str, bytes], lang: str
) -> None:
    texts = locale("ko" if lang == "ko" else "en")["shared"]
    with serve(home=home) as server:
        made = share(server, photos["obama.jpg"], lang)
        page.goto(f"{made['url']}#delete={made['delete_token']}")
        assert page.locator("html").get_attribute("lang") == lang
        picture = page.get_by_role("img")
        assert picture.evaluate("each => each.naturalWidth") == 1080
        page.get_by_role("button", name=texts["delete"]).click()
        expect(page.get_by_role("status")).to_have_text(texts["deleted"])
        expect(picture).to_have_count(0)
        assert made["delete_token"] not in page.url
        assert patient.get(made["url"]).status_code == 404


def test_others_see_no_button(
    serve: Serve, home: Path, page: Page, photos: Mapping[str, bytes]
) -> None:
    texts = locale("ko")["shared"]
    with serve(home=home) as server:
        page.goto(share(server, photos["obama.jpg"], "ko")["url"])
        expect(page.get_by_role("heading")).to_contain_text("버락 오바마")
        expect(page.get_by_role("button")).to_have_count(0)
        start = page.get_by_role("link", name=texts["start"])
        assert start.get_attribute("href") == "/"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        assert barriers(page) == []


def test_a_wrong_token_deletes_nothing(
    serve: Serve, home: Path, browser: Browser, photos: Mapping[str, bytes]
) -> None:
    texts = locale("en")["shared"]
    with serve(home=home) as server:
        made = share(server, photos["obama.jpg"], "en")
        opened = browser.new_page()
        opened.goto(f"{made['url']}#delete=wrong")
        opened.get_by_role("button", name=texts["delete"]).click()
        expect(opened.get_by_role("status")).to_have_text(texts["failed"])
        opened.close()
        assert patient.get(made["url"]).status_code == 200


def test_a_shared_result_is_a_page_like_the_others_and_more_reserved(
    serve: Serve, home: Path, page: Page, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    colours = '[colours]\naccent = "#0b6b5d"\naccent_dark = "#7fd8c4"'
    site.write_text(f'name = "봄날의 무대"\n{colours}', "utf-8")
    with serve(home=home, site=str(site)) as server:
        made = share(server, photos["obama.jpg"], "ko")
        page.goto(made["url"])
        expect(page).to_have_title("나는 버락 오바마와 똑 닮았대요 · 봄날의 무대")
        expect(page.get_by_role("link", name="봄날의 무대")).to_have_attribute("href", "/")
        colour = "link => getComputedStyle(link).backgroundColor"
        start = page.get_by_role("link", name=locale("ko")["shared"]["start"])
        assert start.evaluate(colour) == "rgb(11, 107, 93)"
        expect(page.get_by_role("navigation", name="메뉴")).to_have_count(0)
        expect(page.get_by_role("link", name="English")).to_have_count(0)
        ordinary = patient.get(server.url)
        for url in (made["url"], f"{server.url}/r/{'A' * 22}"):
            answer = patient.get(url)
            policy = answer.headers["content-security-policy"].split("; ")
            assert {"img-src 'self'", "media-src 'none'", "form-action 'none'"} <= set(policy)
            assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers.keys() == ordinary.headers.keys() | {"x-robots-tag"}
            assert "page-data" not in answer.text


@pytest.fixture
def host(tmp_path: Path) -> Iterator[int]:
    """The port of a web site with a frame."""
    folder = tmp_path / "host"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with listening(handler) as port:
        yield port


def test_a_named_site_shows_the_widget_and_no_other_does(
    serve: Serve, home: Path, browser: Browser, host: int, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(f'name = "A"\n[embed]\norigins = ["http://localhost:{host}"]', "utf-8")
    with serve(home=home, site=str(site)) as server:
        frame = f'<iframe src="{server.url}/embed?lang=en" width="390" height="800"></iframe>'
        (tmp_path / "host" / "index.html").write_text(frame, "utf-8")
        for name, shown in (("localhost", 1), ("127.0.0.1", 0)):
            opened = browser.new_page()
            opened.goto(f"http://{name}:{host}/")
            opened.wait_for_load_state("networkidle")
            expect(opened.frame_locator("iframe").locator("main")).to_have_count(shown)
            opened.close()
