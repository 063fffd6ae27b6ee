"""The page inside KakaoTalk and Instagram, whose browsers do less: Chromium with their user agents
and without what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import pytest
from playwright.sync_api import FilePayload, Locator, ViewportSize, expect

from lookalike.gallery.people import Language
from lookalike.web.in_app import app_of
from tests.support import patient
from tests.support.agents import INSTAGRAM_ANDROID, INSTAGRAM_IPHONE, KAKAOTALK, LACKING
from tests.support.browser import DESKTOP, PHONE, Opener, View, barriers
from tests.support.serving import Server

CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"
PAGE = "https://look.example/stage?lang=ko&x=1"


@pytest.mark.parametrize(
    ("agent", "name", "way"),
    [
        (KAKAOTALK, "kakaotalk", f"kakaotalk://web/openExternal?url={quote(PAGE, safe='')}"),
        (
            INSTAGRAM_ANDROID,
            "instagram",
            "intent://look.example/stage?lang=ko&x=1#Intent;scheme=https;end",
        ),
        (INSTAGRAM_IPHONE, "instagram", None),
        (f"{CHROME} [FBAN/EMA;FBAV/400.0]", "facebook", "intent://"),
    ],
)
def test_the_way_out(agent: str, name: str, way: str | None) -> None:
    app = app_of(agent)
    assert app is not None
    assert app.name == name
    out = app.way_out(PAGE)
    assert out is None if way is None else out is not None and out.startswith(way)


@pytest.mark.parametrize("agent", [CHROME, "", "curl/8.5.0", "Instagrammar/1.0"])
def test_browsers_of_their_own(agent: str) -> None:
    assert app_of(agent) is None


def test_the_start_page_says_how_to_leave_the_app(server: Server) -> None:
    kakaotalk = start(server, KAKAOTALK)
    assert "카카오톡 안에서는" in kakaotalk
    address = quote(f"{server.url}/", safe="")
    assert f'href="kakaotalk://web/openExternal?url={address}"' in kakaotalk
    assert "‘브라우저로 열기’" in start(server, INSTAGRAM_IPHONE)
    assert "안에서는 카메라" not in start(server, CHROME)


def start(server: Server, agent: str) -> str:
    headers = {"User-Agent": agent, "Accept-Language": "ko"}
    answer = patient.get(f"{server.url}/", headers=headers)
    assert "User-Agent" in answer.headers["vary"]
    return answer.text


SCREENS: list[tuple[Language, ViewportSize, str]] = [
    ("ko", PHONE, KAKAOTALK),
    ("en", PHONE, INSTAGRAM_IPHONE),
    ("en", DESKTOP, KAKAOTALK),
    ("ko", DESKTOP, INSTAGRAM_ANDROID),
]


@pytest.fixture(params=SCREENS, ids=["kakao-ko", "insta-en", "kakao-en-wide", "insta-ko-wide"])
def view(request: pytest.FixtureRequest, show: Opener) -> View:
    language, size, agent = request.param
    return show(language, size, script=LACKING, user_agent=agent)


def test_photo_card_and_link(view: View, photos: Mapping[str, bytes]) -> None:
    page = view.page
    moved = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
            resolve(list.getEntries().reduce((sum, each) => sum + each.value, 0))
        ).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => resolve(0), 500))"""
    )
    assert moved == 0
    with page.expect_file_chooser() as chooser:
        page.locator("#camera").click()
    assert chooser.value.element.get_attribute("capture") == "user"
    taken: FilePayload = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photos["obama.jpg"]}
    chooser.value.set_files([taken])
    expect(page.locator("#photo-slot")).to_have_attribute("data-state", "filled")
    page.locator("#consent").check()
    page.locator("#go").click()
    page.locator(".hero .share-open").click()
    dialog = page.locator("#dialog")
    _save_by_a_long_press(view, dialog)
    _leave_by_the_link(view, dialog)


def _save_by_a_long_press(view: View, dialog: Locator) -> None:
    """The whole card as a picture that the app itself can save, as it holds all of it."""
    page = view.page
    expect(dialog.get_by_role("button", name=view.text("share.share"))).to_have_count(0)
    save = dialog.get_by_role("button", name=view.text("share.save"))
    expect(save).to_be_enabled()
    save.click()
    whole = page.locator(".whole-card")
    expect(whole).to_contain_text(view.text("share.press"))
    picture = whole.get_by_role("img")
    assert picture.evaluate("each => [each.naturalWidth, each.src.slice(0, 15)]") == [
        1080,
        "data:image/jpeg",
    ]
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index]
    box = picture.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert barriers(page) == []
    whole.get_by_role("button", name=view.text("share.close")).click()
    expect(whole).to_have_count(0)
    expect(dialog).to_be_visible()


def _leave_by_the_link(view: View, dialog: Locator) -> None:
    """The page of a link holds the card at an address, which every app can save and others open."""
    dialog.get_by_text(view.text("share.link_title")).click()
    dialog.get_by_role("button", name=view.text("share.link_go")).click()
    link = dialog.get_by_label(view.text("share.link"), exact=True)
    address = link.input_value()
    dialog.get_by_role("button", name=view.text("share.copy"), exact=True).click()
    expect(dialog.get_by_role("button", name=view.text("share.copied"))).to_be_visible()
    app = app_of(view.page.evaluate("navigator.userAgent"))
    assert app is not None
    out = dialog.get_by_role("link", name=view.text("share.outside"))
    if app.way_out(address) is None:
        expect(out).to_have_count(0)
    else:
        expect(out).to_have_attribute("href", str(app.way_out(address)))
    post = dialog.get_by_role("link", name=view.text("share.post")).last
    posted = str(post.get_attribute("href"))
    assert posted.startswith("https://x.com/intent/post?text=")
    assert posted.endswith(f"&url={quote(address, safe='')}")
    assert barriers(view.page) == []
