"""The page for whoever runs a site: its own collection, people added one by one and by the folder,
and how the site is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Locator, ViewportSize, expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from tests.support import PATIENCE_S, patient
from tests.support.browser import DESKTOP, PHONE, SMALL, Opener, View, barriers
from tests.support.serving import Server
from tests.web.test_admin import TOKEN

Serve = Callable[..., AbstractContextManager[Server]]
SITE = """
name = "봄날의 무대"
collection = "spring"

[[offers]]
id = "play"
title.ko = "봄 연극"
title.en = "The spring play"
link = "https://shop.example/play"
"""


@pytest.fixture
def event(serve: Serve, engine: LocalEngine, home: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A site that searches a collection of its own, as whoever runs it speaks to it."""
    path = tmp_path / "site.toml"
    path.write_text(SITE, "utf-8")
    headers = {b"authorization": f"Bearer {TOKEN}".encode()}
    with (
        serve(home=home, admin_token=TOKEN) as server,
        patient.Client(base_url=server.url, headers=headers) as client,
    ):
        assert client.post("/api/v1/collections", json={"id": "spring"}).status_code == 201
    with (
        serve(home=home, admin_token=TOKEN, site=str(path)) as server,
        patient.Client(base_url=server.url, headers=headers) as client,
    ):
        yield client


def administer(visit: Opener, http: httpx.Client, language: Language, size: ViewportSize) -> View:
    view = visit(f"{http.base_url}/admin", language, size)
    view.page.locator("#token").fill(TOKEN)
    view.page.locator("#token").blur()
    return view


def said(view: View, key: str, **values: object) -> str:
    text: str = view.page_text(f"admin.said.{key}")
    return text.format(**values)


def people(view: View) -> Locator:
    return view.page.locator("#people li")


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": data}


def best(http: httpx.Client, photo: bytes) -> list[str]:
    faces = http.post("/api/v1/lookalikes", files={"photo": photo}).json()["faces"]
    return [person["name"]["ko"] or person["name"]["en"] for person in faces[0]["people"]]


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_who_is_added_is_found_by_the_site(
    visit: Opener,
    event: httpx.Client,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = administer(visit, event, language, size)
    expect(view.page.locator("#found")).to_have_text(said(view, "nobody"))
    form = view.page.locator("#adding")
    form.locator("[name=name_ko]").fill("성춘향")
    form.locator("[name=photos]").set_input_files([payload("a.png", photos["astronaut.png"])])
    form.locator("[name=author]").fill("NASA")
    form.locator("[name=licence]").fill("Public domain")
    form.locator("[name=show]").check()
    form.locator("button").click()
    expect(view.page.locator("#added")).to_contain_text("성춘향")
    expect(people(view)).to_have_count(1)
    assert best(event, photos["astronaut.png"]) == ["성춘향"]
    answer = event.post("/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}).json()
    assert answer["faces"][0]["people"][0]["portrait"]["credit"]["author"] == "NASA"
    assert barriers(view.page) == []
    people(view).get_by_role("link").click()
    expect(view.page.locator("#portraits li")).to_have_count(1)
    assert barriers(view.page) == []
    view.page.get_by_role("link", name=view.page_text("manage.all")).click()
    expect(people(view)).to_have_count(1)
    view.page.set_viewport_size(SMALL)
    assert view.page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]


def stars(folder: Path, photos: Mapping[str, bytes]) -> Path:
    """A folder as somebody has it: one for each person, single photos, and other things."""
    (folder / "stars" / "이몽룡").mkdir(parents=True)
    for place, name in (
        ("이몽룡/1.jpg", "obama.jpg"),
        ("이몽룡/2.jpg", "obama2.jpg"),
        ("변학도.jpg", "biden.jpg"),
        ("산.jpg", "free-mountain-vector-01.jpg"),
    ):
        (folder / "stars" / place).write_bytes(photos[name])
    (folder / "stars" / ".DS_Store").write_bytes(b"x")
    (folder / "stars" / "notes.docx").write_bytes(b"x")
    return folder / "stars"


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_folder_is_imported(
    visit: Opener,
    event: httpx.Client,
    photos: Mapping[str, bytes],
    tmp_path: Path,
    language: Language,
    size: ViewportSize,
) -> None:
    view = administer(visit, event, language, size)
    form, under_way = view.page.locator("#importing"), view.page.locator("#import")
    form.locator("button").click()
    expect(view.page.get_by_role("alert")).to_contain_text(said(view, "no_files"))
    form.locator("[name=folder]").set_input_files(stars(tmp_path, photos))
    form.locator("button").click()
    expect(under_way).to_be_visible()
    report = view.page.locator("#import-report")
    added = said(view, "imported", people=2, portraits=3, changed=0, already=0)
    expect(report).to_contain_text(added, timeout=PATIENCE_S * 1000)
    expect(under_way).to_be_hidden()
    expect(people(view)).to_have_count(2)
    report.locator("summary", has_text=said(view, "left_out", count=1)).click()
    why = view.page_text("admin.said.why").get("no face", "no face")
    expect(report.locator("li")).to_have_text(f"산.jpg: {why}")
    assert barriers(view.page) == []
    assert best(event, photos["obama3.jpg"])[0] == "이몽룡"


def test_an_import_goes_on_when_the_page_is_opened_again(
    visit: Opener, event: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    view = administer(visit, event, "en", DESKTOP)
    table = "name,images\n이몽룡,a.jpg\n".encode()
    files = [payload("people.csv", table), payload("a.jpg", photos["obama.jpg"])]
    form = view.page.locator("#importing")
    form.locator("[name=files]").set_input_files(files)
    with view.page.expect_response("**/start"):
        form.locator("button").click()
    view.page.wait_for_function("sessionStorage.getItem('import')")
    view.page.reload()
    added = said(view, "imported", people=1, portraits=1, changed=0, already=0)
    report = view.page.locator("#import-report")
    expect(report).to_contain_text(added, timeout=PATIENCE_S * 1000)
    expect(people(view)).to_have_count(1)
    view.page.reload()
    expect(people(view)).to_have_count(1)
    expect(view.page.locator("#import")).to_be_hidden()


def test_a_table_that_cannot_be_read_is_told(visit: Opener, event: httpx.Client) -> None:
    view = administer(visit, event, "en", DESKTOP)
    form = view.page.locator("#importing")
    form.locator("[name=files]").set_input_files([payload("people.csv", b"name,photo\n")])
    form.locator("button").click()
    alert = view.page.get_by_role("alert")
    expect(alert).to_contain_text("there is no column 'photo'", timeout=PATIENCE_S * 1000)
    expect(alert).to_be_in_viewport()


def test_how_the_site_is_used(
    visit: Opener, event: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    event.get("/")
    data = {"name": "이몽룡"}
    event.post("/api/v1/people", data=data, files={"photos": photos["obama.jpg"]})
    found = event.post("/api/v1/lookalikes", files={"photo": photos["obama2.jpg"]}).json()
    result = {"person": found["faces"][0]["people"][0]["id"]}
    assert len(event.post("/api/v1/offers", json=result).json()["offers"]) == 1
    event.get("/offers/play", follow_redirects=False)
    view = administer(visit, event, "ko", PHONE)
    days, offers = (view.page.locator("#counts table").nth(place) for place in (0, 1))
    expect(days.locator("tbody td")).to_have_text(["1", "1", "1", "0", "1", "1", "이몽룡 1"])
    expect(offers.locator("tbody tr")).to_have_text("봄 연극11")
    assert barriers(view.page) == []
    assert view.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_site_that_searches_another_collection_says_so(
    visit: Opener, serve: Serve, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "site.toml"
    path.write_text('name = "A"\ncollection = "starter"', "utf-8")
    with serve(home=home, site=str(path)) as server:
        view = visit(f"{server.url}/admin", "en", DESKTOP)
        note = view.page_text("admin.elsewhere").format(searched="starter", collection="mine")
        expect(view.page.locator(".note")).to_have_text(note)
        view.page.locator("select").select_option("starter")
        view.page.get_by_role("button", name=view.page_text("admin.choose")).click()
        expect(people(view)).to_have_count(30)
        expect(view.page.locator("#adding")).to_be_hidden()
        view.page.get_by_role("button", name=view.page_text("admin.more")).click()
        expect(people(view)).to_have_count(60)
        view.page.locator("#looking [name=query]").fill("Obama")
        view.page.get_by_role("button", name=view.page_text("people_page.go")).click()
        expect(people(view)).to_have_count(1)
        view.page.wait_for_load_state("networkidle")


def test_search_engines_are_told_to_leave_it(server: Server) -> None:
    answer = patient.get(f"{server.url}/admin")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
