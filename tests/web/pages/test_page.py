"""From the first screen to the answer: in a real browser, on a real server, with real models."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import urljoin

import PIL.Image
import pillow_heif
import pytest
from playwright.sync_api import ViewportSize, expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery import starter
from lookalike.gallery.people import Language, Text
from lookalike.web.pages.assets import static_version
from lookalike.web.pages.monogram import monogram
from lookalike.web.score_words import rarity, standing
from tests.support import patient
from tests.support.browser import DESKTOP, LOOKALIKES, PHONE, Opener, png

Scheme = Literal["light", "dark"]

every_screen = pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [
        ("ko", PHONE, "light"),
        ("ko", DESKTOP, "dark"),
        ("en", PHONE, "dark"),
        ("en", DESKTOP, "light"),
    ],
    ids=["ko-phone", "ko-desktop", "en-phone", "en-desktop"],
)


@every_screen
def test_the_best_match_and_the_reference(
    show: Opener,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
    scheme: Scheme,
) -> None:
    view = show(language, size, color_scheme=scheme)
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    hero, compared = view.page.locator(".hero"), view.page.locator(".compared")
    names = ("버락 오바마", "Barack Obama")
    first, second = names if language == "ko" else names[::-1]
    expect(hero.locator("h2")).to_have_text(re.compile(f"^{first} {second}$"))
    expect(hero.locator(".eyebrow")).to_have_text(view.text("best.same-person"))
    # What somebody had in mind comes first, and is told as fully.
    expect(compared.locator("h2")).to_have_text(view.text("verdict.same-person"))
    expect(compared.locator("h2")).to_be_focused()
    expect(compared.locator("canvas")).to_have_count(2)
    expect(view.page.locator(".runner")).to_have_count(2)
    more = view.page.locator(".people-more")
    expect(more).to_have_text(view.text("more").format(count=7))
    more.click()
    expect(view.page.locator(".people > li")).to_have_count(7)
    expect(view.page.locator(".people button").first).to_be_focused()


def test_it_is_said_by_what_people_are_in_order(
    show: Opener, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """With scripts and without them."""
    expected = engine.find(photos["astronaut.png"], limit=10, order="look").faces[0].matches
    plain = engine.find(photos["astronaut.png"], limit=10).faces[0].matches
    assert [each.person for each in expected] != [each.person for each in plain]
    view = show("en")
    view.search(photos["astronaut.png"])
    said = view.page.locator(".others-order")
    expect(said).to_have_text(view.text("by_look"))
    view.page.locator(".people-more").click()
    names = view.page.locator("#matches .name")
    for place, match in enumerate(expected):
        expect(names.nth(place)).to_contain_text(match.person.name.get(view.language) or "")
    answer = patient.post(
        urljoin(view.page.url, "/find"),
        files={"photo": photos["astronaut.png"]},
        data={"consent": "yes", "lang": view.language},
    )
    assert view.text("by_look") in answer.text


def test_it_works_without_a_reference(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["single_face.jpg"])
    view.expect_result()
    expect(view.page.locator(".compared")).to_have_count(0)
    expect(view.page.get_by_role("tab")).to_have_count(0)


# The camera


def test_a_photo_is_taken_in_a_mirror(show: Opener) -> None:
    view = show()
    view.page.locator("#camera").click()
    dialog = view.page.locator("#camera-dialog")
    shutter = dialog.get_by_role("button", name=view.page_text("camera.shutter"))
    expect(shutter).to_be_enabled()
    video = dialog.locator("video")
    assert video.evaluate("video => getComputedStyle(video).scale") == "-1 1"
    expect(dialog.locator(".camera-guide")).to_be_visible()
    shutter.click()
    expect(dialog).to_be_hidden()
    expect(view.page.locator("#photo-slot")).to_have_attribute("data-state", "filled")
    # Nobody looks any more, so the camera is off.
    assert video.evaluate("video => video.srcObject") is None
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")


@pytest.mark.parametrize(
    ("language", "error", "words"),
    [("ko", "NotAllowedError", "denied"), ("en", "NotFoundError", "missing")],
)
def test_without_the_camera_a_photo_is_chosen(
    show: Opener, language: Language, error: str, words: str
) -> None:
    refuse = f"""navigator.mediaDevices.getUserMedia =
        () => Promise.reject(new DOMException("no", "{error}"))"""
    view = show(language, script=refuse)
    view.page.locator("#camera").click()
    dialog = view.page.locator("#camera-dialog")
    expect(dialog).to_contain_text(view.text(f"camera.{words}"))
    with view.page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name=view.page_text("choose")).click()
    assert chooser.value.element.get_attribute("id") == "photo"


def test_a_browser_without_getusermedia_opens_the_camera_app(show: Opener) -> None:
    # So it is on every page that did not come over https.
    view = show(script="Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    with view.page.expect_file_chooser() as chooser:
        view.page.locator("#camera").click()
    assert chooser.value.element.get_attribute("capture") == "user"


# Consent


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_is_sent_without_consent(
    show: Opener, photos: Mapping[str, bytes], language: Language
) -> None:
    view = show(language)
    sent: list[str] = []
    view.page.on("request", lambda request: sent.append(request.method))
    box, go = view.page.locator("#consent"), view.page.locator("#go")
    expect(box).not_to_be_checked()
    view.put(photos["obama.jpg"])
    go.click()
    view.expect_problem("consent")
    expect(box).to_be_focused()
    assert "POST" not in sent
    box.check()
    go.click()
    view.expect_result()


def test_consent_is_remembered_for_the_visit_only(show: Opener) -> None:
    view = show()
    view.page.locator("#consent").check()
    view.page.reload()
    expect(view.page.locator("#consent")).to_be_checked()
    assert view.page.context.cookies() == []
    another = view.page.context.new_page()
    another.goto(view.page.url)
    expect(another.locator("#consent")).not_to_be_checked()
    view.page.locator("#consent").uncheck()
    view.page.reload()
    expect(view.page.locator("#consent")).not_to_be_checked()


# Photos of every kind


def test_a_photo_that_the_browser_cannot_decode_is_shown_by_the_server(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    written = io.BytesIO()
    photo = PIL.Image.open(io.BytesIO(photos["obama.jpg"]))
    pillow_heif.from_pillow(photo).save(written)
    view = show()
    view.put(written.getvalue(), name="IMG_0001.HEIC")
    expect(view.page.locator("#photo-slot .slot-note")).to_be_visible()
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    # The server, which can, sends it back.
    expect(view.page.locator(".hero .tile-plain")).to_have_count(0)
    own = view.page.locator(".hero canvas.tile-image").first
    middle = own.evaluate(
        """canvas => {
            const { width, height } = canvas;
            return [...canvas.getContext("2d").getImageData(width / 2, height / 2, 1, 1).data];
        }"""
    )
    # Skin: more red than green, more green than blue.
    assert middle[0] > middle[1] > middle[2]
    assert view.page.locator("#photo-panel img").evaluate("image => image.naturalWidth") == 910


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_photo_can_be_pasted_and_dropped(show: Opener, kind: str) -> None:
    view = show("ko", DESKTOP)
    script = """([kind, slot, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "a.jpg", { type: "image/jpeg" }));
        const bubbling = { bubbles: true, cancelable: true };
        const event = kind === "paste"
            ? new ClipboardEvent(kind, { ...bubbling, clipboardData: data })
            : new DragEvent(kind, { ...bubbling, dataTransfer: data });
        document.querySelector(slot).dispatchEvent(event);
    }"""
    filled = "data-state", "filled"
    photo = list(png(60, 60))
    view.page.evaluate(script, [kind, "body", photo])
    expect(view.page.locator("#photo-slot")).to_have_attribute(*filled)
    view.page.evaluate(script, [kind, "#reference", photo])
    expect(view.page.locator("#reference-slot")).to_have_attribute(*filled)


# The answer


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_face_can_be_chosen(
    show: Opener, photos: Mapping[str, bytes], size: ViewportSize
) -> None:
    view = show("ko", size)
    view.search(photos["t1.jpg"])
    tabs, frames = view.page.get_by_role("tab"), view.page.locator("button.frame")
    expect(tabs).to_have_count(6)
    expect(frames).to_have_count(6)
    expect(tabs.first).to_have_attribute("aria-selected", "true")

    def people() -> list[str]:
        return view.page.locator(".matches .name").all_inner_texts()

    first = people()
    tabs.nth(3).click()
    expect(tabs.nth(3)).to_have_attribute("aria-selected", "true")
    second = people()
    assert second != first
    frames.nth(1).click()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    assert people() not in (first, second)


def test_faces_are_aligned_as_the_networks_see_them(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    view = show()
    module = f"/static/{static_version()}/aligned.js"
    # A face that lies where the template has it, three times as large, moved and turned by 90°.
    script = f"""async () => {{
        const {{ towardsTemplate, MARGIN }} = await import("{module}");
        const points = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                        [41.5493, 92.3655], [70.7299, 92.2041]];
        const turned = points.map(([x, y]) => [50 - 3 * y, 20 + 3 * x]);
        const {{ a, b, x, y }} = towardsTemplate(turned, 112 * (1 + 2 * MARGIN));
        return turned.map(([u, v]) => [a * u - b * v + x - 112 * MARGIN,
                                       b * u + a * v + y - 112 * MARGIN]);
    }}"""
    back = view.page.evaluate(script)
    assert back[0] == pytest.approx([38.2946, 51.6963])
    assert back[4] == pytest.approx([70.7299, 92.2041])


def test_one_face_is_drawn_over_the_other(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    hero.get_by_text(view.text("stage.split")).click()
    halves = hero.locator(".halves")
    at = "halves => halves.style.getPropertyValue('--at')"
    divider = hero.get_by_role("slider")
    divider.focus()
    view.page.keyboard.press("ArrowRight")
    assert halves.evaluate(at) == "51%"
    box = halves.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)
    view.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    view.page.mouse.down()
    view.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 60)
    view.page.mouse.up()
    assert halves.evaluate(at) == "25%"
    expect(divider).to_have_value("25")


def test_a_portrait_that_is_not_aligned_stays_beside(
    show: Opener, photos: Mapping[str, bytes]
) -> None:
    view = show(portraits="missing")
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator(".monogram")).to_have_text("오바마")
    expect(hero.locator("img")).to_have_count(0)
    expect(hero.locator(".credit")).to_be_empty()
    expect(hero.get_by_text(view.text("stage.split"))).to_be_hidden()


def test_side_by_side(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["single_face.jpg"])
    button = view.page.locator(".more").nth(1)
    button.click()
    dialog = view.page.get_by_role("dialog")
    expect(dialog.locator(".tile")).to_have_count(2)
    name = view.page.locator(".runner .name").nth(1).inner_text()
    expect(dialog.locator("h2")).to_have_text(" ".join(name.split()))
    view.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("photo", ["astronaut.png", "single_face.jpg"])
def test_a_score_is_told_in_words(show: Opener, photos: Mapping[str, bytes], photo: str) -> None:
    view = show("en", DESKTOP)
    with view.page.expect_response(f"**{LOOKALIKES}") as answered:
        view.search(photos[photo])
    face: dict[str, Any] = answered.value.json()["faces"][0]
    best, second = (each["score"] for each in face["people"][:2])
    rounded = f"{float(format(best['one_in'], '.2g')):,.0f}"
    hero = view.page.locator(".hero")
    expect(hero.locator(".standing")).to_have_text(standing(face["standing"]["share"], "en"))
    expect(hero.locator(".fineprint").first).to_contain_text(f"as alike as 1 stranger in {rounded}")
    expect(hero.locator(".eyebrow")).to_have_text(view.text(f"best.{best['verdict']}"))
    view.page.locator(".runner .more").first.click()
    meter = view.page.get_by_role("dialog").get_by_role("meter")
    expect(meter).to_have_attribute("aria-valuenow", str(int(second["resemblance"])))


def test_a_portrait_shows_its_credit(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator(".tile-portrait.is-loaded")).to_be_visible()
    credit = hero.locator(".credit")
    expect(credit).to_contain_text("사진: Jane Doe · CC BY 4.0 · 출처")
    source = credit.get_by_role("link", name="출처")
    expect(source).to_have_attribute("href", "https://commons.wikimedia.org/wiki/File:Jane.jpg")


def test_going_back_keeps_the_reference(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    view.expect_result()
    view.page.go_back()
    expect(view.page.locator("#results")).to_be_hidden()
    expect(view.page.locator("#photo-slot")).to_have_attribute("data-state", "empty")
    view.search(photos["biden.jpg"])
    expect(view.page.locator(".hero h2")).to_contain_text("조 바이든")
    expect(view.page.locator(".compared")).to_be_visible()
    view.page.locator("#again").click()
    expect(view.page.locator("#camera")).to_be_focused()


def test_the_monogram_is_the_same_in_scripts_and_documents(show: Opener) -> None:
    people: list[dict[str, Any]] = [
        {
            "id": each.id,
            "name": {"ko": each.name.ko, "en": each.name.en},
            "country": each.country,
        }
        for each in starter.load("sface-2021dec/1").people
    ]
    module = f"/static/{static_version()}/monogram.js"
    script = f"""async (people) => {{
        const {{ monogram }} = await import("{module}");
        return people.map((each) => {{
            const {{ textContent, className, dataset }} = monogram(each);
            return [textContent, className, dataset.letters];
        }});
    }}"""
    for language in get_args(Language):
        drawn = show(language=language).page.evaluate(script, people)
        for person, told in zip(people, drawn, strict=True):
            mark = monogram(Text(**person["name"]), person["id"], language, person["country"])
            assert told == [mark.letters, f"monogram hue-{mark.hue}", str(mark.width)], person


@pytest.mark.parametrize("language", ["ko", "en"])
def test_rarity_is_the_same_in_scripts_documents_and_cards(
    show: Opener, language: Language
) -> None:
    strangers = [1, 9, 10, 12, 99, 630, 1_294, 9_949, 9_951, 15_687, 99_999, 100_000]
    module = f"/static/{static_version()}/score.js"
    script = f"""async (strangers) => {{
        const {{ words }} = await import("{module}");
        return strangers.map((one_in) => words({{ one_in }}));
    }}"""
    said = show(language).page.evaluate(script, strangers)
    assert said == [rarity(each, language) for each in strangers]
