"""What can be done with the answer: narrow it down, ask why, share it; and photos of one's own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Locator, Request, Route, ViewportSize, expect

from lookalike.config import Settings
from lookalike.engine import Engine
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Language, Person, Text
from lookalike.gallery.store import Portrait
from lookalike.web import answers
from tests.browser import DESKTOP, PHONE, Opener, View, png
from tests.conftest import Server

# Among whom to look


@pytest.fixture(scope="module")
def crowd(
    serve: Callable[..., AbstractContextManager[Server]],
    settings: Settings,
    engine: Engine,
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
        gallery.add(person, [Portrait(engine.portrait(photos[photo]))])
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
    page.get_by_text(view.page_text("filters.female")).click()
    expect(hero).to_have_text("아일린 콜린스")
    page.get_by_text(view.page_text("filters.male"), exact=True).click()
    expect(hero).to_contain_text("버락 오바마")
    expect(page.locator(".people > li")).to_have_count(1)
    page.locator("#filters").get_by_text(view.page_text("filters.everyone"), exact=True).click()
    page.get_by_label(view.page_text("filters.group")).select_option("친구들")
    expect(page.locator(".people > li")).to_have_count(2)
    page.get_by_label(view.page_text("filters.collection")).select_option("starter")
    expect(page.locator("#matches")).to_have_text(view.text("nobody"))
    page.get_by_label(view.page_text("filters.group")).select_option("")
    expect(hero).to_contain_text("버락 오바마")
    assert page.locator(".people > li").count() == 9


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
    ("language", "words"), [("ko", "눈과 눈썹이 닮았어요"), ("en", "It’s the eyes and brows")]
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
    expect(hero.locator(".why-regions li")).to_have_count(3)
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


def _cards(view: View) -> list[str]:
    """Answer every card with a picture; what was asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append((route.request.post_data_buffer or b"").decode("latin-1"))
        route.fulfill(body=png(120, 63), content_type="image/png")

    view.page.route("**/api/v1/cards", answer)
    return asked


def _field(form: str, name: str) -> str:
    return form.split(f'name="{name}"\r\n\r\n')[1].split("\r\n")[0]


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_card_is_saved(
    show: Opener, photos: Mapping[str, bytes], language: Language, size: ViewportSize
) -> None:
    view = show(language, size)
    asked = _cards(view)
    dialog = _shared(view, photos["obama.jpg"])
    save = dialog.get_by_role("button", name=view.text("share.save"))
    expect(save).to_be_enabled()
    expect(dialog.get_by_role("checkbox")).not_to_be_checked()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_text(view.text("share.wide"), exact=True).click()
    expect(dialog.locator("[data-shape=wide] img")).to_be_visible()
    with view.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == view.text("share.file")
    assert PIL.Image.open(io.BytesIO(download.value.path().read_bytes())).size == (120, 63)
    assert [_field(form, "include_photo") for form in asked] == ["false", "true", "true"]
    assert [_field(form, "shape") for form in asked] == ["tall", "tall", "wide"]
    assert {_field(form, "person") for form in asked} == {"Q76"}
    assert {_field(form, "lang") for form in asked} == {language}


def test_a_phone_shares_the_card_as_a_file(show: Opener, photos: Mapping[str, bytes]) -> None:
    script = """navigator.canShare = () => true;
        navigator.share = async ({ files, text }) => {
            window.shared = [files[0].type, files[0].name, text];
        };"""
    view = show(script=script)
    _cards(view)
    dialog = _shared(view, photos["obama.jpg"])
    dialog.get_by_role("button", name=view.text("share.share")).click()
    view.page.wait_for_function("window.shared")
    expected = ["image/png", "닮은꼴.png", "나는 버락 오바마를 닮았대요!"]
    assert view.page.evaluate("window.shared") == expected


def test_a_link_only_for_those_who_ask_for_one(show: Opener, photos: Mapping[str, bytes]) -> None:
    view = show("en")
    _cards(view)
    made: list[str] = []
    deleted: list[str | None] = []

    def make(route: Route) -> None:
        made.append((route.request.post_data_buffer or b"").decode("latin-1"))
        link = {"id": "abc", "url": "/r/abc", "expires": "2030-01-02T00:00:00Z"}
        route.fulfill(status=201, json=link | {"delete_token": "secret"})

    def delete(route: Route) -> None:
        deleted.append(route.request.header_value("x-delete-token"))
        route.fulfill(status=204)

    view.page.route("**/api/v1/results", make)
    view.page.route("**/api/v1/results/abc", delete)
    dialog = _shared(view, photos["obama.jpg"])
    dialog.get_by_text(view.text("share.link_title")).click()
    assert made == []
    dialog.get_by_label(view.text("share.days")).select_option("30")
    dialog.get_by_role("button", name=view.text("share.link_go")).click()
    link = dialog.get_by_label(view.text("share.link"), exact=True)
    expect(link).to_have_value(view.page.url.rstrip("/") + "/r/abc")
    expect(dialog.locator(".link-place")).to_contain_text("January 2, 2030")
    assert [(_field(form, "days"), _field(form, "include_photo")) for form in made] == [
        ("30", "false")
    ]
    dialog.get_by_role("button", name=view.text("share.delete")).click()
    expect(dialog.locator(".link-place")).to_have_text(view.text("share.deleted"))
    assert deleted == ["secret"]


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


def _matrix(engine: Engine, photos: list[bytes]) -> dict[str, Any]:
    """What the server answers to POST /matrix, from the real engine."""
    found = [engine.detect(photo) for photo in photos]
    places = [(n, m) for n, photo in enumerate(found) for m in range(len(photo.faces))]
    vectors = [found[n].faces[m].embedding for n, m in places]
    return {
        "photos": [
            answers.detection(engine, photo).model_dump(include={"photo", "faces"})
            for photo in found
        ],
        "faces": [{"photo": n, "face": m} for n, m in places],
        "scores": [
            [
                None
                if np.array_equal(one, other)
                else answers.Score.model_validate(engine.matcher.compare(one, other)).model_dump()
                for other in vectors
            ]
            for one in vectors
        ],
    }


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_all_faces_with_all(
    visit: Opener,
    server: Server,
    engine: Engine,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(f"{server.url}/compare", language, size, color_scheme="dark")
    names = ("obama.jpg", "biden.jpg", "obama2.jpg")
    answer = _matrix(engine, [photos[name] for name in names])
    view.page.route("**/api/v1/matrix", lambda route: route.fulfill(json=answer))
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
        lambda route: route.fulfill(json={"scores": scores, "closer": closer}),
    )
    view.page.get_by_text(view.page_text("compare.modes.family")).click()
    view.page.locator("#go").click()
    view.expect_problem("three-wanting")
    for place, name in (
        ("child", "obama3.jpg"),
        ("parent-0", "obama.jpg"),
        ("parent-1", "biden.jpg"),
    ):
        view.page.locator(f"#{place}").set_input_files(_files(photos, name))
        expect(view.page.locator(f"#{place}-place")).to_have_attribute("data-state", "filled")
    if language == "en":
        view.page.locator("#parent-1-name").fill("Papa")
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    title = view.page.locator("#results h1")
    expect(title).to_have_text(words or view.text("compare.equal"))
    expect(view.page.locator(".is-closer")).to_have_count(0 if closer is None else 1)
    expect(view.page.locator(".parent .chip").first).to_have_text(
        view.text("verdict.some-resemblance")
    )


def test_the_photo_at_fault_is_marked(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{server.url}/compare")
    problem = {
        "type": "urn:lookalike:problem:no-face",
        "status": 422,
        "detail": "",
        "subject": "parent",
        "number": 1,
    }
    view.page.route("**/api/v1/family", lambda route: route.fulfill(status=422, json=problem))
    view.page.get_by_text(view.page_text("compare.modes.family")).click()
    for place in ("child", "parent-0", "parent-1"):
        view.page.locator(f"#{place}").set_input_files(_files(photos, "obama.jpg"))
        expect(view.page.locator(f"#{place}-place")).to_have_attribute("data-state", "filled")
    view.page.locator("#consent").check()
    view.page.locator("#go").click()
    view.expect_problem("no-face", "parent")
    expect(view.page.locator("#parent-1")).to_have_attribute("aria-invalid", "true")
    expect(view.page.locator("#parent-0")).to_have_attribute("aria-invalid", "false")


# Adding people


def test_somebody_is_added_with_the_token(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    photos: Mapping[str, bytes],
) -> None:
    with serve(home=home, admin_token="right") as server:
        view = visit(f"{server.url}/people", "ko", DESKTOP)
        view.page.get_by_text(view.page_text("people_page.add.title")).click()
        form = view.page.locator("#adding")
        button = form.get_by_role("button", name=view.page_text("people_page.add.go"))
        token = form.get_by_label(view.page_text("people_page.add.token"))
        token.fill("wrong")
        form.locator("[name=photos]").set_input_files(_files(photos, "obama.jpg", "obama2.jpg"))
        button.click()
        view.expect_problem("name-wanting")
        form.get_by_label(view.page_text("people_page.add.name_ko")).fill("홍길동")
        button.click()
        view.expect_problem("not-allowed")
        token.fill("right")
        button.click()
        expect(view.page.locator("#added")).to_have_text("홍길동을 더했어요.")
        view.page.goto(f"{server.url}/people?query=홍길동")
        expect(view.page.locator(".face-card")).to_have_count(1)
        view.page.get_by_text(view.page_text("people_page.add.title")).click()
        expect(view.page.locator("[name=token]")).to_have_value("right")
