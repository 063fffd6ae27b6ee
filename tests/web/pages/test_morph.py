"""One face turns into another, is filmed, and nothing is made of what may not be changed."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import PIL.Image
import PIL.ImageSequence
import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from lookalike.gallery.people import Language
from tests.support import patient, portraits
from tests.support.agents import KAKAOTALK, LACKING
from tests.support.browser import DESKTOP, PHONE, Opener, View, barriers
from tests.support.serving import Server

OBAMA, BIDEN = "Q76", "Q6279"
NO_DERIVATIVES = replace(
    portraits.CREDIT,
    licence="CC BY-ND 4.0",
    licence_url="https://creativecommons.org/licenses/by-nd/4.0/",
)


@pytest.fixture(scope="module")
def gallery(
    serve: Callable[..., AbstractContextManager[Server]],
    model_cache: Path,
    photos: Mapping[str, bytes],
) -> Iterator[Server]:
    """A server with two portraits, of which one may not be changed."""
    portraits.put(model_cache, OBAMA, photos["obama3.jpg"])
    portraits.put(model_cache, BIDEN, photos["biden.jpg"], NO_DERIVATIVES)
    with serve(cache=model_cache) as started:
        yield started


def answered(visit: Opener, gallery: Server, photo: bytes, *given: object) -> tuple[View, Locator]:
    """The best match to a photo, with the portrait of the server itself."""
    view = visit(gallery.url, *given)
    view.page.unroute_all()
    view.search(photo)
    hero = view.page.locator(".hero")
    # The first to ask waits until the networks are open.
    expect(hero.locator(".tile-portrait.is-loaded")).to_be_visible(timeout=30_000)
    return view, hero


def pixels(canvas: Locator) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """(side, side, 3), as they are on the page."""
    drawn = canvas.evaluate("canvas => canvas.toDataURL('image/png').split(',')[1]")
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGB")
    return np.asarray(picture, np.int16)


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_face_turns_into_another(
    visit: Opener,
    gallery: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view, hero = answered(visit, gallery, photos["obama.jpg"], language, size)
    hero.get_by_text(view.text("stage.morph"), exact=True).click()
    canvas, slider = hero.locator(".morph-picture"), hero.locator(".morph-range input")
    expect(canvas).to_be_visible()
    expect(hero.locator(".halves")).to_be_hidden()
    expect(slider).to_have_value("50")
    half = pixels(canvas)
    slider.fill("0")
    own = pixels(canvas)
    slider.fill("100")
    other = pixels(canvas)
    # Both ends are the faces as they are.
    square = patient.get(f"{gallery.url}/api/v1/people/{OBAMA}/portrait?aligned=1").content
    portrait = PIL.Image.open(io.BytesIO(square)).convert("RGB").resize((480, 480))
    assert np.abs(other - np.asarray(portrait, np.int16)).mean() < 3
    assert np.abs(own - other).mean() > 20
    # Half way is neither, and more than one picture over the other: the eyes have met.
    assert min(np.abs(half - each).mean() for each in (own, other)) > 8
    assert np.abs(half - (own + other) / 2)[150:350, 120:360].mean() > 2
    expect(hero.locator(".morph .credit")).to_contain_text("Jane Doe, CC BY-SA 4.0")
    assert barriers(view.page) == []
    hero.get_by_text(view.text("stage.pair"), exact=True).click()
    expect(hero.locator(".morph")).to_be_hidden()


def test_a_short_film_is_saved(visit: Opener, gallery: Server, photos: Mapping[str, bytes]) -> None:
    view, hero = answered(visit, gallery, photos["obama.jpg"])
    hero.get_by_text(view.text("stage.morph"), exact=True).click()
    film = hero.locator(".morph-film")
    film.click()
    expect(film).to_have_text(view.text("morph.save"), timeout=60_000)
    with view.page.expect_download() as download:
        film.click()
    name = download.value.suggested_filename
    assert name.startswith(view.text("morph.file"))
    frames = [each.to_ndarray(format="rgb24") for each in _frames(download.value.path())]
    assert frames[0].shape == (900, 720, 3)
    # It moves there and back; below the faces stands who took the picture, and on what terms.
    middle = frames[len(frames) // 2].astype(np.int16)
    faces = [np.abs(each.astype(np.int16) - middle)[:700].mean() for each in frames]
    assert min(faces[0], faces[-1]) > 8
    assert (frames[5][720:] > 150).mean() > 0.005


def _frames(path: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as film:
        yield from film.decode(video=0)


def test_a_phone_sends_the_film(
    visit: Opener, gallery: Server, photos: Mapping[str, bytes]
) -> None:
    script = """navigator.canShare = () => true;
        navigator.share = async ({ files, text }) => { window.shared = [files[0].type, text]; };"""
    view = visit(gallery.url, script=script)
    view.page.unroute_all()
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    hero.get_by_text(view.text("stage.morph"), exact=True).click()
    film = hero.locator(".morph-film")
    film.click()
    expect(film).to_have_text(view.text("morph.send"), timeout=60_000)
    film.click()
    view.page.wait_for_function("window.shared")
    kind, text = view.page.evaluate("window.shared")
    assert kind in {"video/webm", "video/mp4"}
    assert text == "나의 얼굴이 버락 오바마의 얼굴로!"


def test_apps_save_a_loop_by_a_long_press(
    visit: Opener, gallery: Server, photos: Mapping[str, bytes]
) -> None:
    """Their browsers download nothing, and save pictures only."""
    view = visit(gallery.url, script=LACKING, user_agent=KAKAOTALK)
    view.page.unroute_all()
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    hero.get_by_text(view.text("stage.morph"), exact=True).click()
    film = hero.locator(".morph-film")
    film.click()
    expect(film).to_have_text(view.text("morph.save"), timeout=60_000)
    film.click()
    whole = view.page.locator(".whole-card")
    expect(whole).to_contain_text(view.text("share.press"))
    address = whole.get_by_role("img").get_attribute("src") or ""
    assert address.startswith("data:image/gif;base64,")
    loop = PIL.Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))
    frames = [each.convert("RGB") for each in PIL.ImageSequence.Iterator(loop)]
    assert (loop.size, len(frames), loop.info["loop"]) == ((320, 400), 40, 0)
    first, middle = (np.asarray(frames[each], np.int16) for each in (0, 20))
    assert np.abs(first - middle)[:320].mean() > 8
    assert np.abs(first - middle)[330:].mean() < 1
    assert barriers(view.page) == []


def test_what_may_not_be_changed_is_never_blended(
    visit: Opener, gallery: Server, photos: Mapping[str, bytes]
) -> None:
    view, hero = answered(visit, gallery, photos["biden.jpg"])
    expect(hero.locator(".credit")).to_contain_text("CC BY-ND 4.0")
    expect(hero.get_by_text(view.text("stage.split"), exact=True)).to_be_visible()
    expect(hero.get_by_text(view.text("stage.morph"), exact=True)).to_be_hidden()
    answer = patient.get(f"{gallery.url}/api/v1/people/{BIDEN}/portrait/mesh")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("portrait-unavailable")
    assert "CC BY-ND 4.0" in answer.json()["detail"]


def test_two_photos_of_ones_own(visit: Opener, server: Server, photos: Mapping[str, bytes]) -> None:
    view = visit(server.url, "en", DESKTOP)
    view.search(photos["single_face.jpg"], photos["obama.jpg"])
    compared = view.page.locator(".compared")
    compared.get_by_text(view.text("stage.morph"), exact=True).click()
    expect(compared.locator(".morph-picture")).to_be_visible()
    expect(compared.locator(".morph .credit")).to_have_count(0)


def test_no_two_triangles_overlap(visit: Opener, server: Server) -> None:
    """Between random points, and between some that lie in a row."""
    view = visit(server.url)
    module = view.page.locator("script[type=module]").get_attribute("src") or ""
    script = """async (address) => {
        const { triangulated } = await import(address.replace("app.js", "triangles.js"));
        const random = Array.from({ length: 200 }, (_, n) =>
            [(n * 0.754877) % 1 * 400 + 20, (n * 0.569840) % 1 * 400 + 20]);
        const points = [[0, 0], [440, 0], [440, 440], [0, 440], [100, 100], [150, 100], [200, 100],
                        ...random];
        const area = ([[ax, ay], [bx, by], [cx, cy]]) =>
            Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
        const found = triangulated(points).map((corners) => corners.map((n) => points[n]));
        return [found.length, found.reduce((sum, each) => sum + area(each), 0)];
    }"""
    count, area = view.page.evaluate(script, module)
    # Of n points of which 4 are on the hull there are 2 n - 6, which together cover the square.
    assert count == 2 * 207 - 6
    assert area == pytest.approx(440 * 440, rel=1e-3)
