"""What can be done with the answer: narrow it down, ask why, share it; and photos of one's own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Locator, Request, Route, ViewportSize, expect

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Language, Person, Text
from lookalike.gallery.portraits import Portrait
from tests.support import patient
from tests.support.browser import DESKTOP, PHONE, Opener, View, png
from tests.support.serving import Server

# Among whom to look


@pytest.fixture(scope="module")
def crowd(
    serve: Callable[..., AbstractContextManager[Server]],
    settings: Settings,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server with a gallery of its own, of people whose gender and group are stated."""
    home: Path = tmp_path_factory.mktemp("crowd")
    gallery = Gallery.open(replace(settings, home=home), engine.analyzer.embedder)
    people = [
        ("one", "아일린 콜린스", "astronaut.png", "female"),
        ("two", "조 바이든", "biden.jpg", "male"),
        ("three", "버락 오바마", "obama.jpg", "male"),
    ]
    for person_id, name, photo, gender in people:
        person = Person(
            id=person_id, collection="mine", name=Text(ko=name), groups=("친구들",), gender=gender
        )
        gallery.store.add(person, [Portrait(engine.portrait(photos[photo]))])
    gallery.close()
    with serve(home=home) as started:
        yield started


def test_people_are_narrowed_down(
    visit: Opener, crowd: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(crowd.url)
    view.search(photos["obama2.jpg"])
    hero, page = view.page.locator(".hero h2"), view.page
    expect(hero).to_contain_text("버락 오바마")
    page.get_by_label(view.page_text("filters.collection")).select_option("mine")
    page.get_by_text(view.page_text("filters.female")).click()
    expect(hero).to_have_text("아일린 콜린스")
    page.get_by_text(view.page_text("filters.male"), exact=True).click()
    expect(hero).to_contain_text("버락 오바마")
    expect(page.locator(".runner")).to_have_count(1)
    page.get_by_label(view.page_text("filters.collection")).select_option("")
    page.locator("#filters").get_by_text(view.page_text("filters.everyone"), exact=True).click()
    page.get_by_label(view.page_text("filters.group")).select_option("친구들")
    expect(page.locator(".runner")).to_have_count(2)
    page.get_by_label(view.page_text("filters.collection")).select_option("starter")
    expect(page.locator("#matches")).to_have_text(view.text("nobody"))
    page.get_by_label(view.page_text("filters.group")).select_option("")
    expect(hero).to_contain_text("버락 오바마")
    expect(page.locator(".people-more")).to_have_text(view.text("more").format(count=7))


# Why

_EXPLANATION: dict[str, Any] = {
    "regions": [
        {"name": name, "weight": weight}
        for name, weight in (
            ("eyes", 0.31),
            ("brows", 0.25),
            ("nose", 0.16),
            ("mouth", 0.12),
            ("jaw", 0.08),
            ("cheeks", 0.05),
            ("forehead", 0.03),
        )
    ],
    "grid": {
        "size": 112,
        "rows": 4,
        "columns": 4,
        "values": [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0.2, 0.2, 0], [0, 0, 0, 0]],
    },
    "score": {},
}


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "눈매가 닮았어요"), ("en", "It’s the eyes")]
)
def test_where_two_faces_are_alike(
    show: Opener, photos: Mapping[str, bytes], language: Language, words: str
) -> None:
    view = show(language)
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(json=_EXPLANATION)

    view.page.route("**/api/v1/explain", answer)
    view.search(photos["obama.jpg"])
    hero = view.page.locator(".hero")
    hero.get_by_text(view.text("stage.heat")).click()
    expect(hero.locator(".why-words")).to_have_text(words)
    parts = [view.text(f"why.parts.{each}") for each in ("eyes", "nose", "mouth", "shape")]
    expect(hero.locator(".why-parts b")).to_have_text(parts)
    degrees = [view.text(f"why.degrees.{each}") for each in ("most", "much", "little", "hardly")]
    expect(hero.locator(".why-parts li > span:last-child")).to_have_text(degrees)
    expect(hero.locator(".why-legend")).to_contain_text(view.text("why.most"))
    heat = hero.locator("canvas.heat")
    # The second row of the grid is hot, the last one is not; what lies around the crop is clear.
    rows = heat.evaluate(
        """canvas => {
            const { width, height } = canvas;
            const column = canvas.getContext("2d").getImageData(width / 2, 0, 1, height).data;
            return [0.02, 0.42, 0.95].map((share) => column[4 * Math.floor(height * share) + 3]);
        }"""
    )
    assert rows[1] > 150
    assert rows[0] == rows[2] == 0
    hero.get_by_text(view.text("stage.pair")).click()
    hero.get_by_text(view.text("stage.heat")).click()
    assert len(asked) == 1
    assert b'name="person"\r\n\r\nQ76\r\n' in (asked[0].post_data_buffer or b"")


def test_the_server_says_why(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("en", DESKTOP)
    view.search(photos["single_face.jpg"], photos["astronaut.png"])
    for part in (".hero", ".compared"):
        card = view.page.locator(part)
        with view.page.expect_response("**/api/v1/explain") as answered:
            card.get_by_text(view.text("stage.heat")).click()
        weights = {each["name"]: each["weight"] for each in answered.value.json()["regions"]}
        parts = {
            "eyes": (weights["eyes"] + weights["brows"]) / 2,
            "nose": weights["nose"],
            "mouth": weights["mouth"],
            "shape": (weights["forehead"] + weights["cheeks"] + weights["jaw"]) / 3,
        }
        heaviest = max(parts, key=lambda part: parts[part])
        words = card.locator(".why-words")
        expect(words).to_contain_text(view.text(f"why.parts.{heaviest}"))
        expect(card.locator("canvas.heat")).to_be_visible()


def test_a_server_that_cannot_say_why(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show()
    view.page.route(
        "**/api/v1/explain",
        lambda route: route.fulfill(
            status=404, json={"type": "urn:lookalike:problem:not-found", "status": 404}
        ),
    )
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    compared = view.page.locator(".compared")
    compared.get_by_text(view.text("stage.heat")).click()
    expect(compared.locator(".alert")).to_contain_text(view.text("problem.not-offered")[0])
    expect(view.page.locator(".hero")).to_be_visible()


# Sharing


def _shared(view: View, photo: bytes) -> Locator:
    view.search(photo)
    view.page.locator(".hero .share-open").click()
    return view.page.get_by_role("dialog")


def _field(request: Request, name: str) -> str:
    form = (request.post_data_buffer or b"").decode("latin-1")
    return form.split(f'name="{name}"\r\n\r\n')[1].split("\r\n")[0]


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_card_is_saved(
    show: Opener, photos: Mapping[str, bytes], language: Language, size: ViewportSize
) -> None:
    view = show(language, size)
    asked: list[Request] = []
    view.page.on("request", lambda each: asked.append(each) if "/cards" in each.url else None)
    dialog = _shared(view, photos["obama.jpg"])
    save = dialog.get_by_role("button", name=view.text("share.save"))
    expect(save).to_be_enabled()
    expect(dialog.get_by_role("checkbox")).not_to_be_checked()
    with view.page.expect_response("**/cards"):
        dialog.get_by_role("checkbox").check()
    with view.page.expect_response("**/cards"):
        dialog.get_by_text(view.text("share.shape.wide"), exact=True).click()
    expect(dialog.locator("[data-shape=wide] img")).to_be_visible()
    expect(save).to_be_enabled()
    with view.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == view.text("share.file")
    assert PIL.Image.open(io.BytesIO(download.value.path().read_bytes())).size == (1200, 630)
    assert [_field(each, "include_photo") for each in asked] == ["false", "true", "true"]
    assert [_field(each, "shape") for each in asked] == ["tall", "tall", "wide"]
    assert {_field(each, "person") for each in asked} == {"Q76"}
    assert {_field(each, "lang") for each in asked} == {language}


def test_a_phone_shares_the_card_as_a_file(show: Opener, photos: Mapping[str, bytes]) -> None:
    script = """navigator.canShare = () => true;
        navigator.share = async ({ files, text }) => {
            window.shared = [files[0].type, files[0].name, text];
        };"""
    view = show(script=script)
    dialog = _shared(view, photos["obama.jpg"])
    dialog.get_by_role("button", name=view.text("share.share")).click()
    view.page.wait_for_function("window.shared")
    expected = ["image/jpeg", "닮은꼴.jpg", "나는 버락 오바마를 닮았대요!"]
    assert view.page.evaluate("window.shared") == expected


def test_a_link_only_for_those_who_ask_for_one(
    show: Opener, offering: Server, photos: Mapping[str, bytes]
) -> None:
    view = show("en")
    results = offering.settings.home / "results"
    dialog = _shared(view, photos["obama.jpg"])
    dialog.get_by_text(view.text("share.link_title")).click()
    expect(dialog.get_by_role("button", name=view.text("share.save"))).to_be_enabled()
    assert not results.exists() or not list(results.iterdir())
    dialog.get_by_label(view.text("share.days")).select_option("30")
    dialog.get_by_role("button", name=view.text("share.link_go")).click()
    link = dialog.get_by_label(view.text("share.link"), exact=True)
    address = link.input_value()
    assert address.startswith(f"{offering.url}/r/")
    assert patient.get(address).status_code == 200
    dialog.get_by_text(view.text("share.owner"), exact=True).click()
    expect(dialog.get_by_label(view.text("share.owner"))).to_have_value(
        re.compile(re.escape(address) + "#delete=.{20,}")
    )
    expires = datetime.now(UTC) + timedelta(days=30)
    expect(dialog.locator(".link-place")).to_contain_text(f"{expires:%B} {expires.day}")
    dialog.get_by_role("button", name=view.text("share.delete")).click()
    expect(dialog.locator(".link-place")).to_have_text(view.text("share.deleted"))
    assert patient.get(address).status_code == 404
    assert list(results.iterdir()) == []


# Photos of one's own


def _files(photos: Mapping[str, bytes], *names: str) -> list[FilePayload]:
    return [{"name": name, "mimeType": "", "buffer": photos[name]} for name in names]


def _score(resemblance: float, verdict: str) -> dict[str, Any]:
    return {
        "similarity": resemblance,
        "resemblance": resemblance,
        "one_in": round(10 ** (resemblance / 20)),
        "verdict": verdict,
        "cosine": 0.3,
        "extrapolated": False,
    }


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_all_faces_with_all(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(f"{server.url}/compare", language, size, color_scheme="dark")
    names = ("obama.jpg", "biden.jpg", "obama2.jpg")
    go = view.page.locator("#go")
    go.click()
    view.expect_problem("two-wanting")
    view.page.locator("#photo").set_input_files(_files(photos, "obama.jpg", "astronaut.png"))
    expect(view.page.locator("#photos img")).to_have_count(2)
    second = view.text("compare.remove").format(number=2)
    view.page.get_by_role("button", name=second).click()
    view.page.locator("#photo").set_input_files(_files(photos, *names[1:]))
    expect(view.page.locator("#photos img")).to_have_count(3)
    go.click()
    view.expect_problem("consent")
    view.page.locator("#consent").check()
    go.click()
    title = view.page.locator("#results h1")
    expect(title).to_have_text(view.text("compare.best").format(one=1, other=3))
    expect(title).to_be_focused()
    cells = view.page.locator(".cell")
    expect(cells).to_have_count(6)
    assert cells.nth(0).inner_text() == cells.nth(2).inner_text()
    cells.nth(0).click()
    dialog = view.page.get_by_role("dialog")
    expect(dialog.locator("canvas")).to_have_count(2)
    expect(dialog.locator("h2")).to_have_text(view.text("compare.pair").format(one=1, other=2))
    view.page.keyboard.press("Escape")
    view.page.go_back()
    expect(view.page.locator("#photos img")).to_have_count(3)


@pytest.mark.parametrize(
    ("language", "closer", "words"),
    [("ko", 0, "엄마를 더 닮았어요"), ("en", 1, "Looks more like Papa"), ("ko", None, None)],
)
def test_a_child_and_two_parents(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    closer: int | None,
    words: str | None,
) -> None:
    view = visit(f"{server.url}/compare", language)
    scores = [_score(52, "some-resemblance"), _score(31, "no-strong-resemblance")]
    view.page.route(
        "**/api/v1/family",
        lambda route: route.fulfill(
            json=route.fetch().json() | {"scores": scores, "closer": closer}
        ),
    )
    view.page.get_by_text(view.page_text("compare.modes.family")).click()
    view.page.locator("#go").click()
    view.expect_problem("three-wanting")
    _relatives(view, photos, "obama3.jpg", "obama.jpg", "biden.jpg")
    if language == "en":
        view.page.locator("#parent-1-name").fill("Papa")
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    title = view.page.locator("#results h1")
    expect(title).to_have_text(words or view.text("compare.equal"))
    # On the photo of the parent, and on what is said of them.
    expect(view.page.locator(".is-closer")).to_have_count(0 if closer is None else 2)
    expect(view.page.locator(".parent .chip").first).to_have_text(
        view.text("verdict.some-resemblance")
    )


def test_a_family_of_real_photos(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{server.url}/compare", "ko", DESKTOP)
    view.page.get_by_text(view.page_text("compare.modes.family")).click()
    _relatives(view, photos, "obama3.jpg", "biden.jpg", "t1.jpg")
    nobody: FilePayload = {"name": "none.png", "mimeType": "", "buffer": png(400, 300)}
    view.page.locator("#parent-1").set_input_files([nobody])
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    view.expect_problem("no-face", "parent")
    expect(view.page.locator("#parent-1")).to_have_attribute("aria-invalid", "true")
    expect(view.page.locator("#parent-0")).to_have_attribute("aria-invalid", "false")
    view.page.locator("#parent-1").set_input_files(_files(photos, "obama.jpg"))
    expect(view.page.get_by_role("alert")).to_be_hidden()
    view.page.locator("#go").click()
    expect(view.page.locator("#results h1")).to_have_text("아빠를 더 닮았어요")


def _relatives(view: View, photos: Mapping[str, bytes], child: str, *parents: str) -> None:
    places = {"child": child, "parent-0": parents[0], "parent-1": parents[1]}
    for place, name in places.items():
        view.page.locator(f"#{place}").set_input_files(_files(photos, name))
        expect(view.page.locator(f"#{place}-place")).to_have_attribute("data-state", "filled")


# Adding people


def test_somebody_is_added_with_the_token(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    photos: Mapping[str, bytes],
) -> None:
    with serve(home=home, admin_token="right") as server:
        view = visit(f"{server.url}/admin", "ko", DESKTOP)
        form = view.page.locator("#adding")
        button = form.get_by_role("button", name=view.page_text("people_page.add.go"))
        token = view.page.get_by_label(view.page_text("people_page.add.token"))
        token.fill("wrong")
        form.locator("[name=photos]").set_input_files(_files(photos, "obama.jpg", "obama2.jpg"))
        button.click()
        view.expect_problem("name-wanting")
        form.get_by_label(view.page_text("people_page.add.name_ko")).fill("홍길동")
        button.click()
        view.expect_problem("not-allowed")
        token.fill("right")
        button.click()
        expect(view.page.locator("#added")).to_have_text("홍길동을 추가했어요.")
        view.page.goto(f"{server.url}/people?query=홍길동")
        expect(view.page.locator(".face-card")).to_have_count(1)
        view.page.goto(f"{server.url}/admin")
        expect(view.page.locator("#token")).to_have_value("right")
