"""What the page sends of a photo: the file itself, silent, so that page and API agree."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from email import message_from_bytes
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
from PIL import ImageCms
from playwright.sync_api import FilePayload, Request, expect

from lookalike.config import Settings
from lookalike.faces.image import Limits, decode
from lookalike.web.pages.assets import static_version
from tests.support import patient, secrets
from tests.support.browser import DESKTOP, LOOKALIKES, Opener, View, encoded
from tests.support.serving import Server

_ORIENTATION = 0x0112
_SIDE = 4000

# As Firefox does with `privacy.resistFingerprinting`: one colour, or noise, and no word of it.
_LIES = """
const green = document.createElement("canvas");
green.width = green.height = 64;
green.getContext("2d").fillStyle = "rgb(0 200 0)";
green.getContext("2d").fillRect(0, 0, 64, 64);
const write = HTMLCanvasElement.prototype.toBlob;
HTMLCanvasElement.prototype.toBlob = function (call, ...rest) {
    write.call(green, call, ...rest);
};
const read = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...place) {
    const pixels = read.apply(this, place);
    crypto.getRandomValues(pixels.data.subarray(0, 65536));
    return pixels;
};"""
# As Brave does, and Firefox in private windows: a level more or less here and there.
_NOISE = """
const read = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...place) {
    const pixels = read.apply(this, place);
    for (let at = 0; at < pixels.data.length; at += 3) pixels.data[at] ^= 1;
    return pixels;
};"""


def photos_of(request: Request) -> list[bytes]:
    """Every photo of a form, in turn."""
    body = request.post_data_buffer
    assert body is not None
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts = [part for part in message_from_bytes(head + body).walk() if part.get_filename()]
    assert {part.get_filename() for part in parts} == {"photo"}
    return [bytes(part.get_payload(decode=True)) for part in parts]


def _sent(view: View, photo: bytes, name: str = "photo.jpg") -> tuple[bytes, Any]:
    """What goes to the server when a photo is searched with, and what it answers."""
    with view.page.expect_response(f"**{LOOKALIKES}") as answered:
        view.put(photo, name=name)
        view.page.locator("#consent").check()
        view.page.locator("#go").click()
    (sent,) = photos_of(answered.value.request)
    return sent, _result(answered.value.json())


def _told(server: Server, photo: bytes) -> Any:
    """What the API answers to the file itself, asked for what the page asks for."""
    url = f"{server.url}{LOOKALIKES}"
    asked = {"order": "look", "mesh": "true"}
    answer = patient.post(url, files={"photo": photo}, data=asked)
    return _result(answer.json())


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what is another one each time."""
    return {key: each for key, each in answer.items() if key not in ("timings_ms", "sealed")}


@pytest.mark.parametrize(
    ("format", "orientation"),
    [
        *(("JPEG", 1), ("JPEG", 6), ("PNG", 1), ("PNG", 7), ("WebP", 1), ("WebP", 6)),
        *(("HEIC", 1), ("HEIC", 3), ("AVIF", 7)),
    ],
)
def test_page_and_api_give_one_photo_one_answer(
    visit: Opener,
    server: Server,
    settings: Settings,
    photos: Mapping[str, bytes],
    format: str,
    orientation: int,
) -> None:
    file = secrets.told(photos["obama2.jpg"], format, orientation)
    assert all(each.encode() in file for each in secrets.ALL)
    sent, answer = _sent(visit(server.url), file)
    assert answer == _told(server, file)
    assert answer["faces"][0]["people"][0]["name"]["en"] == "Barack Obama"
    assert not [each for each in secrets.ALL if each.encode() in sent]
    limits = Limits.of(settings)
    one, other = decode(file, limits, _SIDE), decode(sent, limits, _SIDE)
    assert np.array_equal(one.pixels, other.pixels)
    assert one.format == other.format == format


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WebP"])
def test_it_is_shown_as_it_is_turned(
    visit: Opener, server: Server, photos: Mapping[str, bytes], format: str
) -> None:
    """Not every browser turns a WebP as its EXIF says; the server does."""
    plain, told = (visit(server.url, "ko", DESKTOP) for _ in range(2))
    _sent(plain, _jpeg(photos["obama2.jpg"]))
    _, answer = _sent(told, secrets.told(photos["obama2.jpg"], format, 7))
    for selector in (".framed img", ".hero .half-own canvas"):
        assert _alike(_shown(told, selector), _shown(plain, selector))
    size = "image => [image.naturalWidth, image.naturalHeight]"
    width, height = told.page.locator(".framed img").evaluate(size)
    assert (answer["photo"]["width"], answer["photo"]["height"]) == (width, height) == (626, 1200)


def _shown(view: View, selector: str) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(view.page.locator(selector).screenshot()))


def _alike(one: PIL.Image.Image, other: PIL.Image.Image) -> bool:
    small = [np.asarray(each.convert("L").resize((24, 32)), np.float32) for each in (one, other)]
    return float(np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1]) > 0.95


def test_pixels_are_turned_as_exif_says(visit: Opener, server: Server) -> None:
    stored = PIL.Image.fromarray(np.random.default_rng(1).integers(0, 256, (2, 3, 3), np.uint8))
    script = f"""async ([file, orientation]) => {{
        const {{ drawn }} = await import("/static/{static_version()}/canvas.js");
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(file)]));
        const canvas = drawn(bitmap, bitmap.width, bitmap.height, {{ orientation }});
        const {{ width, height }} = canvas;
        return [...canvas.getContext("2d").getImageData(0, 0, width, height).data];
    }}"""
    page = visit(server.url).page
    for orientation in range(1, 9):
        exif = PIL.Image.Exif()
        exif[_ORIENTATION] = orientation
        told = PIL.Image.open(io.BytesIO(encoded(stored, "PNG", exif=exif)))
        upright = np.asarray(PIL.ImageOps.exif_transpose(told).convert("RGBA"))
        drawn = page.evaluate(script, [list(encoded(stored, "PNG")), orientation])
        assert np.array_equal(np.array(drawn, np.uint8).reshape(upright.shape), upright)


_CASES: dict[str, Callable[[bytes], bytes]] = {
    "no end marker": lambda photo: _jpeg(photo)[:-2],
    "a trailer, and no end marker": lambda photo: (
        _jpeg(photo)[:-2] + b"\xff\xd8\xff\xe1\x00\x20Exif\0\0" + secrets.MAKER.encode()
    ),
    # The container does not say how it is turned, EXIF does.
    "a HEIC that EXIF alone turns": lambda photo: secrets.told(photo, "HEIC", 6).replace(
        b"irot", b"free"
    ),
    "grey": lambda photo: encoded(PIL.Image.open(io.BytesIO(photo)).convert("L"), "JPEG"),
    "cmyk": lambda photo: encoded(PIL.Image.open(io.BytesIO(photo)).convert("CMYK"), "JPEG"),
    "a wide gamut": lambda photo: encoded(
        PIL.Image.open(io.BytesIO(photo)), "JPEG", icc_profile=_wide_gamut()
    ),
    "a palette": lambda photo: encoded(
        PIL.Image.open(io.BytesIO(photo)).convert("P"), "PNG", transparency=3
    ),
    "lossless": lambda photo: encoded(PIL.Image.open(io.BytesIO(photo)), "WebP", lossless=True),
}


def _jpeg(photo: bytes) -> bytes:
    return encoded(PIL.Image.open(io.BytesIO(photo)), "JPEG", quality=95)


def _wide_gamut() -> bytes:
    """sRGB with its red and green exchanged: who leaves it out sees other colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test"))


@pytest.mark.parametrize("kind", _CASES)
def test_odd_files_go_as_they_are(
    visit: Opener, server: Server, photos: Mapping[str, bytes], kind: str
) -> None:
    file = _CASES[kind](photos["obama.jpg"])
    sent, answer = _sent(visit(server.url), file)
    assert answer == _told(server, file)
    assert secrets.MAKER.encode() not in sent
    assert len(file) - 1000 < len(sent) <= len(file)


@pytest.mark.parametrize("format", ["GIF", "BMP"])
def test_what_the_server_cannot_read_is_written_anew(
    visit: Opener, server: Server, photos: Mapping[str, bytes], format: str
) -> None:
    file = encoded(PIL.Image.open(io.BytesIO(photos["obama.jpg"])), format)
    sent, answer = _sent(visit(server.url), file)
    assert PIL.Image.open(io.BytesIO(sent)).format == "JPEG"
    assert answer["faces"][0]["people"][0]["name"]["en"] == "Barack Obama"


@pytest.mark.parametrize("limit", ["max_bytes", "max_pixels", "max_side"])
def test_what_is_too_large_is_made_smaller(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    photos: Mapping[str, bytes],
    home: Path,
    limit: str,
) -> None:
    upright = PIL.Image.open(io.BytesIO(photos["obama.jpg"]))
    file = encoded(upright.resize((1820, 2276)), "JPEG", quality=95)
    most = {"max_bytes": len(file) // 2, "max_pixels": 1820 * 2276 - 1, "max_side": 2275}
    with serve(home=home, **{limit: most[limit]}) as server:
        view = visit(server.url)
        sent, answer = _sent(view, file)
        assert PIL.Image.open(io.BytesIO(sent)).size == (1279, 1600)
        assert answer["faces"][0]["people"][0]["name"]["en"] == "Barack Obama"
        view.page.context.close()


# Browsers that lie


def test_a_browser_that_lies_about_canvases_sends_the_file_itself(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    file = secrets.told(photos["obama2.jpg"], "JPEG", 6)
    view = visit(server.url, "ko", DESKTOP, script=_LIES)
    sent, answer = _sent(view, file)
    assert answer == _told(server, file)
    assert secrets.MAKER.encode() not in sent
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    expect(view.page.locator(".framed img")).to_be_visible()


def test_it_sends_what_it_would_have_written_anew_as_it_is(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    file = encoded(PIL.Image.open(io.BytesIO(photos["obama.jpg"])), "BMP")
    view = visit(server.url, script=_LIES)
    view.search(file)
    view.expect_problem("unsupported-format")


def test_it_takes_photos_with_the_camera_app(visit: Opener, server: Server) -> None:
    view = visit(server.url, script=_LIES)
    with view.page.expect_file_chooser() as chooser:
        view.page.locator("#camera").click()
    assert chooser.value.element.get_attribute("id") == "capture"


def test_a_browser_that_adds_a_little_noise_does_not_lie(visit: Opener, server: Server) -> None:
    view = visit(server.url, script=_NOISE)
    view.page.locator("#camera").click()
    shutter = view.page.get_by_role("button", name=view.page_text("camera.shutter"))
    expect(shutter).to_be_enabled()
    shutter.click()
    expect(view.page.locator("#photo-slot")).to_have_attribute("data-state", "filled")


# Everything that sends photos


def _files(*photos: bytes) -> list[FilePayload]:
    return [{"name": "a.jpg", "mimeType": "", "buffer": each} for each in photos]


def _silent(sent: list[bytes], files: list[bytes]) -> bool:
    """Whether these are the files, without what they told."""
    secret = any(each.encode() in photo for photo in sent for each in secrets.ALL)
    sizes = [len(file) - len(photo) for file, photo in zip(files, sent, strict=True)]
    return not secret and all(0 < each < 5_000 for each in sizes)


def test_photos_that_are_compared_are_sent_alike(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    names = ("obama.jpg", "obama2.jpg", "biden.jpg")
    files = [secrets.told(photos[each], "JPEG", 6) for each in names]
    view = visit(f"{server.url}/compare", "ko", DESKTOP)
    view.page.locator("#photo").set_input_files(_files(*files))
    view.page.locator("#consent").check()
    with view.page.expect_response("**/api/v1/matrix") as answered:
        view.page.locator("#go").click()
    assert _silent(photos_of(answered.value.request), files)
    sent = [("photo", each) for each in files]
    mesh = {"mesh": "true"}
    asked = patient.post(f"{server.url}/api/v1/matrix", files=sent, data=mesh).json()
    assert _result(answered.value.json()) == _result(asked)


def test_a_family_why_cards_and_links_are_sent_alike(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    files = [secrets.told(photos[each], "JPEG", 6) for each in ("obama.jpg", "obama2.jpg")]
    asked: list[Request] = []
    view = visit(server.url, "ko", DESKTOP)
    view.page.on("request", lambda each: asked.append(each) if each.method == "POST" else None)
    view.search(*files)
    hero = view.page.locator(".hero")
    for part in (hero, view.page.locator(".compared")):
        part.get_by_text(view.text("stage.heat")).click()
        expect(part.locator("canvas.heat")).to_be_visible()
    hero.locator(".share-open").click()
    dialog = view.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=view.text("share.save"))).to_be_enabled()
    dialog.get_by_text(view.text("share.link_title")).click()
    dialog.get_by_role("button", name=view.text("share.link_go")).click()
    expect(dialog.get_by_label(view.text("share.link"), exact=True)).to_be_visible()
    paths = [each.url.rsplit("/", 1)[1] for each in asked]
    assert paths == ["lookalikes", "explain", "explain", "cards", "results"]
    for each in asked:
        sent = photos_of(each)
        assert _silent(sent, files[: len(sent)])
    assert [len(photos_of(each)) for each in asked] == [2, 1, 2, 1, 1]


def test_portraits_that_are_added_are_sent_alike(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    photos: Mapping[str, bytes],
) -> None:
    files = [secrets.told(photos[each], "JPEG", 6) for each in ("obama.jpg", "obama2.jpg")]
    with serve(home=home) as server:
        view = visit(f"{server.url}/admin", "ko", DESKTOP)
        form = view.page.locator("#adding")
        form.locator("[name=photos]").set_input_files(_files(*files))
        form.get_by_label(view.page_text("people_page.add.name_ko")).fill("홍길동")
        with view.page.expect_request("**/api/v1/people") as asked:
            form.get_by_role("button", name=view.page_text("people_page.add.go")).click()
        expect(view.page.locator("#added")).to_have_text("홍길동을 추가했어요.")
        assert _silent(photos_of(asked.value), files)
        view.page.context.close()


def test_many_photos_are_made_smaller_to_fit_into_one_form(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    photos: Mapping[str, bytes],
) -> None:
    upright = PIL.Image.open(io.BytesIO(photos["obama.jpg"]))
    file = encoded(upright, "PNG")
    # Three are the most that a form may hold.
    with serve(home=home, max_bytes=len(file) + 1000) as server:
        view = visit(f"{server.url}/compare", "ko", DESKTOP)
        view.page.locator("#photo").set_input_files(_files(*[file] * 4))
        view.page.locator("#consent").check()
        with view.page.expect_response("**/api/v1/matrix") as answered:
            view.page.locator("#go").click()
        assert answered.value.status == 200
        sent = [PIL.Image.open(io.BytesIO(each)) for each in photos_of(answered.value.request)]
        assert [each.format for each in sent] == ["JPEG"] * 4
        view.page.context.close()
