"""The page when something goes wrong: photos, servers and networks."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Route, expect

from lookalike.gallery.people import Language
from tests.support.browser import DESKTOP, LOOKALIKES, Opener, encoded, png
from tests.support.serving import Server


def pixel_bomb() -> bytes:
    """A PNG of some hundred KB with 900 million pixels, which no browser decodes."""
    side = 30_000
    rows = zlib.compress(bytes(side * (1 + side // 8)), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


_UNUSABLE: dict[str, Callable[[bytes], bytes]] = {
    "no-face": lambda photo: png(400, 300),
    "unsupported-format": lambda photo: b"not an image",
    "damaged-image": lambda photo: photo[:2000],
    "too-many-pixels": lambda photo: pixel_bomb(),
    "image-too-small": lambda photo: png(8, 8),
}


@pytest.mark.parametrize(
    ("code", "subject", "language"),
    [
        ("no-face", "photo", "ko"),
        ("no-face", "reference", "en"),
        ("unsupported-format", "photo", "en"),
        ("damaged-image", "reference", "ko"),
        ("too-many-pixels", "reference", "en"),
        ("image-too-small", "photo", "ko"),
    ],
)
def test_a_photo_that_cannot_be_used(
    show: Opener, photos: Mapping[str, bytes], language: Language, code: str, subject: str
) -> None:
    sound, wrong = photos["obama.jpg"], _UNUSABLE[code](photos["obama.jpg"])
    view = show(language)
    if subject == "photo":
        view.search(wrong)
    else:
        view.search(sound, wrong)
    view.expect_problem(code, subject)
    expect(view.page.locator(f"#{subject}-slot")).to_have_class(re.compile("is-wrong"))
    go = view.page.locator("#go")
    expect(go).to_have_text(view.text("choose_another"))
    with view.page.expect_file_chooser() as chooser:
        go.click()
    assert chooser.value.element.get_attribute("id") == subject
    view.put(sound, subject)
    expect(view.page.get_by_role("alert")).to_be_hidden()
    go.click()
    view.expect_result()


def test_a_photo_too_large_is_not_sent(
    visit: Opener, serve: Callable[..., AbstractContextManager[Server]], home: Path
) -> None:
    most = 1024 * 1024
    with serve(home=home, max_bytes=most) as server:
        view = visit(server.url)
        sent: list[str] = []
        view.page.on("request", lambda request: sent.append(request.url))
        view.search(bytes(most + 1))
        view.expect_problem("image-too-large")
        expect(view.page.get_by_role("alert")).to_contain_text("1MB")
        assert not [url for url in sent if url.endswith(LOOKALIKES)]
        # It may still be loading modules from a server that stops here.
        view.page.context.close()


def _problem(code: str, status: int) -> Callable[[Route], None]:
    kind = f"urn:lookalike:problem:{code}"
    body = json.dumps({"type": kind, "title": "", "status": status, "detail": ""})
    return lambda route: route.fulfill(
        status=status, content_type="application/problem+json", body=body
    )


_TROUBLE: dict[str, tuple[str, Callable[[Route], None]]] = {
    "busy": ("busy", _problem("busy", 503)),
    "internal": ("internal", _problem("internal", 500)),
    "a proxy's page": ("proxy", lambda route: route.fulfill(status=502, body="<html>")),
    "a proxy's patience": ("proxy", lambda route: route.fulfill(status=504, body="<html>")),
    "a page for an answer": (
        "proxy",
        lambda route: route.fulfill(status=200, content_type="text/html", body="<html>"),
    ),
    "network gone": ("network", lambda route: route.abort()),
}


@pytest.mark.parametrize(
    ("trouble", "language"),
    [
        ("busy", "ko"),
        ("internal", "en"),
        ("a proxy's page", "ko"),
        ("a proxy's patience", "en"),
        ("a page for an answer", "ko"),
        ("network gone", "en"),
    ],
)
def test_a_server_in_trouble(
    show: Opener, photos: Mapping[str, bytes], language: Language, trouble: str
) -> None:
    code, answer = _TROUBLE[trouble]
    view = show(language)
    view.page.route(f"**{LOOKALIKES}", answer)
    view.search(photos["single_face.jpg"])
    view.expect_problem(code)
    expect(view.page.locator(".is-wrong")).to_have_count(0)
    view.page.unroute(f"**{LOOKALIKES}")
    go = view.page.locator("#go")
    expect(go).to_have_text(view.text("retry"))
    expect(go).to_be_focused()
    go.click()
    view.expect_result()


def refusing(most: int, seen: list[int]) -> Callable[[Route], None]:
    """As nginx does with larger bodies, its `client_max_body_size` being 1 MB unless set."""

    def answer(route: Route) -> None:
        seen.append(len(route.request.post_data_buffer or b""))
        if seen[-1] > most:
            page = "<html><h1>413 Request Entity Too Large</h1><hr>nginx</html>"
            route.fulfill(status=413, content_type="text/html", body=page)
        else:
            route.continue_()

    return answer


def test_a_proxy_that_refuses_the_size_is_sent_smaller_photos(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    most, seen = 1024 * 1024, list[int]()
    view = show("ko", DESKTOP)
    view.page.route(re.compile("/api/v1/(lookalikes|cards)$"), refusing(most, seen))
    view.search(large(photos["obama.jpg"]), large(photos["obama2.jpg"]))
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    expect(view.page.locator(".compared canvas")).to_have_count(2)
    assert [each > most for each in seen] == [True, False]
    # What was made smaller is not sent large again.
    view.page.locator(".hero .share-open").click()
    save = view.page.get_by_role("dialog").get_by_role("button", name=view.text("share.save"))
    expect(save).to_be_enabled()
    assert [each > most for each in seen] == [True, False, False]


def large(photo: bytes) -> bytes:
    """More than 1 MB, and within our own limits."""
    picture = PIL.Image.open(io.BytesIO(photo)).convert("RGB")
    return encoded(picture.resize((2000, 2500)), "JPEG", quality=99)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_proxys_limit_is_told_as_the_proxys(
    show: Opener, photos: Mapping[str, bytes], language: Language
) -> None:
    seen = list[int]()
    view = show(language)
    view.page.route(f"**{LOOKALIKES}", refusing(1000, seen))
    view.search(photos["single_face.jpg"])
    view.expect_problem("proxy-too-large")
    alert = view.page.get_by_role("alert")
    expect(alert).to_contain_text("client_max_body_size")
    expect(alert).to_contain_text("20MB" if language == "ko" else "20 MB")
    # Smaller it was refused again, and that was that.
    assert len(seen) == 2
    assert seen[1] < seen[0]


def test_a_search_can_be_cancelled(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show(reduced_motion="no-preference")
    held: list[Route] = []
    view.page.route(f"**{LOOKALIKES}", lambda route: held.append(route))
    view.search(photos["single_face.jpg"])
    expect(view.page.get_by_role("progressbar")).to_be_visible()
    expect(view.page.locator("#cancel")).to_be_focused()
    view.page.locator("#cancel").click()
    expect(view.page.locator("#status")).to_have_text(view.text("working.cancelled"))
    expect(view.page.locator("#go")).to_be_focused()
    expect(view.page.get_by_role("alert")).to_be_hidden()
    for route in held:
        route.abort()
    view.page.unroute(f"**{LOOKALIKES}")
    view.page.locator("#go").click()
    view.expect_result()


def test_a_slow_network_shows_how_much_has_left(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.put(photos["obama.jpg"])
    view.page.locator("#consent").check()
    wire = view.page.context.new_cdp_session(view.page)
    slow = {"offline": False, "latency": 50, "downloadThroughput": -1, "uploadThroughput": 60_000}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)
    bar = view.page.locator("#bar")
    view.page.evaluate(
        """() => {
            window.seen = [];
            const bar = document.querySelector("#bar");
            const look = () => window.seen.push(bar.ariaValueNow);
            new MutationObserver(look).observe(bar, { attributes: true });
        }"""
    )
    view.page.locator("#go").click()
    expect(bar).to_be_visible()
    view.expect_result()
    seen = [int(each) for each in view.page.evaluate("window.seen") if each is not None]
    assert seen == sorted(seen)
    assert [each for each in seen if 0 < each < 100], seen


def test_narrowing_down_may_fail_too(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["single_face.jpg"])
    view.expect_result()
    view.page.route(f"**{LOOKALIKES}/again", lambda route: route.abort())
    view.page.locator("#filters select").first.select_option(index=1)
    view.expect_problem("network")
    view.page.unroute(f"**{LOOKALIKES}/again")
    view.page.locator("#filters select").first.select_option(index=0)
    expect(view.page.locator(".hero")).to_be_visible()
