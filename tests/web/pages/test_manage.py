"""What the admin changes on the page: a person's portraits and facts, two people, a takedown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Dialog, FilePayload, Locator, Request, expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from tests.support import coverings, patient, secrets
from tests.support.browser import DESKTOP, PHONE, SMALL, Opener, View, barriers
from tests.support.serving import Server
from tests.web.pages.test_sent import photos_of
from tests.web.pages.test_trouble import large, refusing
from tests.web.test_admin import TOKEN

NAME = "버락 오바마 2세"
# What visitors are not led to.
HIDDEN = ("/admin", "/manage", "/takedowns", 'type="password"')


@pytest.fixture
def http(
    serve: Callable[..., AbstractContextManager[Server]], home: Path
) -> Iterator[httpx.Client]:
    """A server with a home of its own, as the admin speaks to it."""
    headers = {b"authorization": f"Bearer {TOKEN}".encode()}
    with (
        serve(home=home, admin_token=TOKEN) as server,
        patient.Client(base_url=server.url, headers=headers) as client,
    ):
        yield client


def add(http: httpx.Client, photos: Mapping[str, bytes], name: str, *files: str) -> str:
    sent = [("photos", (each, photos[each])) for each in files]
    answer = http.post("/api/v1/people", data={"name": name}, files=sent)
    assert answer.status_code == 201, answer.text
    person_id: str = answer.json()["id"]
    return person_id


def portraits(http: httpx.Client, person_id: str) -> int:
    return len(http.get(f"/api/v1/people/{person_id}/portraits").json()["portraits"])


def chosen(photos: Mapping[str, bytes], *names: str) -> list[FilePayload]:
    return [{"name": name, "mimeType": "", "buffer": photos[name]} for name in names]


def managing(visit: Opener, http: httpx.Client, person_id: str, language: Language) -> View:
    """The page to change somebody, with the token typed."""
    view = visit(f"{http.base_url}/people/{person_id}/manage", language, DESKTOP)
    view.page.locator("#token").fill(TOKEN)
    view.page.locator("#token").blur()
    return view


def said(view: View) -> Locator:
    return view.page.locator("#said")


def words(view: View, key: str, **values: object) -> str:
    text: str = view.page_text(f"manage.said.{key}")
    return text.format(**values)


def answering(view: View, *answers: bool) -> list[str]:
    """Answers the questions to come, which it returns as they are asked."""
    asked: list[str] = []
    coming = iter(answers)

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if next(coming):
            dialog.accept()
        else:
            dialog.dismiss()

    view.page.on("dialog", answer)
    return asked


def test_nothing_is_shown_without_the_token(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = visit(f"{http.base_url}/people/{person_id}/manage", "en", DESKTOP)
    view.expect_problem("not-allowed")
    expect(view.page.locator("#portraits li")).to_have_count(0)
    view.page.locator("#token").fill(TOKEN)
    view.page.locator("#token").blur()
    expect(view.page.locator("#portraits li")).to_have_count(1)
    expect(view.page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_admin_ticks_which_portraits_are_shown(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes], language: Language
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = managing(visit, http, person_id, language)
    # What has neither licence nor thumbnail cannot be ticked.
    expect(view.page.locator("#portraits li")).to_have_count(1)
    expect(view.page.locator("#portraits [type=checkbox]")).to_have_count(0)
    form = view.page.locator("#more")
    form.locator("[name=photos]").set_input_files(chosen(photos, "obama2.jpg"))
    form.locator("[name=licence]").fill("CC BY 4.0")
    form.locator("[name=author]").fill("Pete Souza")
    form.locator("[name=show]").check()
    form.locator("button").click()
    tick = view.page.locator("#portraits [type=checkbox]")
    expect(tick).to_be_checked()
    person = f"/api/v1/people/{person_id}"
    assert http.get(person).json()["portrait"]["credit"]["author"] == "Pete Souza"
    tick.uncheck()
    expect(said(view)).to_have_text(words(view, "saved"))
    assert http.get(person).json()["portrait"] is None
    tick.check()
    expect(said(view)).to_have_text(words(view, "saved"))
    expect(tick).to_be_checked()
    assert barriers(view.page) == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_portraits_are_added_and_removed(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes], language: Language
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = managing(visit, http, person_id, language)
    listed = view.page.locator("#portraits li")
    expect(listed).to_have_count(1)
    view.page.locator("#more [name=photos]").set_input_files(
        chosen(photos, "obama2.jpg", "obama3.jpg")
    )
    view.page.get_by_role("button", name=view.page_text("manage.add")).click()
    expect(said(view)).to_have_text(words(view, "portraits_added"))
    expect(listed).to_have_count(3)
    for left in (2, 1):
        listed.first.get_by_role("button").click()
        expect(listed).to_have_count(left)
    expect(said(view)).to_have_text(words(view, "portrait_removed"))
    listed.first.get_by_role("button").click()
    expect(view.page.get_by_role("alert")).to_contain_text("It is the only portrait")
    assert portraits(http, person_id) == 1


def is_adding(request: Request) -> bool:
    return request.method == "POST" and "/portraits" in request.url


def test_portraits_are_sent_as_they_are_but_silent(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    view = managing(visit, http, add(http, photos, NAME, "obama.jpg"), "en")
    file = secrets.told(photos["obama2.jpg"], "WebP", 6)
    with view.page.expect_request(is_adding) as asked:
        send(view, file)
    expect(view.page.locator("#portraits li")).to_have_count(2)
    (sent,) = photos_of(asked.value)
    assert not [each for each in secrets.ALL if each.encode() in sent]
    assert abs(len(file) - len(sent)) < 2000


def send(view: View, photo: bytes) -> None:
    file: FilePayload = {"name": "photo", "mimeType": "", "buffer": photo}
    view.page.locator("#more [name=photos]").set_input_files([file])
    view.page.locator("#more button").click()


def test_a_proxys_limit_is_met_or_told(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = managing(visit, http, person_id, "en")
    expect(view.page.locator("#portraits li")).to_have_count(1)
    seen, most = list[int](), 1024 * 1024
    view.page.route("**/portraits?*", refusing(most, seen), times=2)
    send(view, large(photos["obama2.jpg"]))
    expect(view.page.locator("#portraits li")).to_have_count(2)
    expect(said(view)).to_have_text(words(view, "portraits_added"))
    assert [each > most for each in seen] == [True, False]
    view.page.route("**/portraits?*", refusing(1000, seen), times=2)
    send(view, large(photos["obama3.jpg"]))
    view.expect_problem("proxy-too-large")
    assert portraits(http, person_id) == 2


def test_facts_are_changed(visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    http.patch(f"/api/v1/people/{person_id}", json={"groups": ["a", "b"], "born": "1961"})
    view = managing(visit, http, person_id, "en")
    facts, save = view.page.locator("#facts"), view.page_text("manage.save")
    expect(facts.locator("[name=groups]")).to_have_value("a; b")
    expect(facts.locator("[name=name_ko]")).to_have_value(NAME)
    for name, value in (
        ("name_en", "Barry"),
        ("groups", "presidents; senators"),
        ("country", "us"),
        ("fields", "politics; letters"),
        ("born", ""),
        ("links", "https://e.org/"),
        ("external_ids", "imdb=nm1682433"),
    ):
        facts.locator(f"[name={name}]").fill(value)
    facts.locator("[name=gender]").select_option("male")
    facts.get_by_role("button", name=save).click()
    expect(said(view)).to_have_text(words(view, "saved"))
    expect(view.page.locator("h1")).to_have_text("Barry")
    known = http.get(f"/api/v1/people/{person_id}/facts").json()
    assert {key: value for key, value in known.items() if value} == {
        "name_ko": NAME,
        "name_en": "Barry",
        "groups": ["presidents", "senators"],
        "gender": "male",
        "country": "US",
        "fields": ["politics", "letters"],
        "links": ["https://e.org/"],
        "external_ids": ["imdb=nm1682433"],
    }
    facts.locator("[name=born]").fill("soon")
    facts.get_by_role("button", name=save).click()
    expect(view.page.get_by_role("alert")).to_contain_text("born: 'soon' is no date")
    expect(facts.locator("[name=born]")).to_have_value("soon")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_poor_portraits_are_warned_of(
    visit: Opener,
    http: httpx.Client,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    language: Language,
) -> None:
    more = dict(photos) | {"dark.png": coverings.dark(engine.analyzer, photos["obama2.jpg"])}
    person_id = add(http, photos, NAME, "obama.jpg")
    view = managing(visit, http, person_id, language)
    view.page.locator("#more [name=photos]").set_input_files(chosen(more, "obama3.jpg", "dark.png"))
    view.page.get_by_role("button", name=view.page_text("manage.add")).click()
    flaws = ", ".join(words(view, f"flaws.{each}") for each in ("blurred", "dark"))
    warning = words(view, "poor", number=2, flaws=flaws)
    expect(said(view)).to_have_text(f"{words(view, 'portraits_added')} {warning}")
    assert portraits(http, person_id) == 3
    view.page.goto(f"{http.base_url}/admin")
    form = view.page.locator("#adding")
    form.locator("[name=name_en]").fill("Barry")
    form.locator("[name=photos]").set_input_files(chosen(more, "dark.png"))
    form.get_by_role("button", name=view.page_text("people_page.add.go"), exact=True).click()
    warning = words(view, "poor", number=1, flaws=flaws)
    expect(view.page.locator("#added")).to_contain_text(warning)


def test_what_is_sent_before_the_script_is_there_is_kept(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = visit(f"{http.base_url}/people/{person_id}", "en", DESKTOP)
    view.page.route("**/managing*.js", lambda route: route.abort())
    view.page.goto(f"{http.base_url}/people/{person_id}/manage")
    view.page.locator("#token").fill(TOKEN)
    view.page.locator("[name=other]").fill("Joe")
    view.page.locator("#merge button").click()
    expect(view.page.locator("[name=other]")).to_have_value("Joe")
    expect(view.page.locator("#token")).to_have_value(TOKEN)
    assert view.complaints, "the script was kept back"
    view.complaints.clear()


def test_two_people_are_merged(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    one = add(http, photos, NAME, "obama.jpg")
    two = add(http, photos, "Barry", "obama2.jpg", "obama3.jpg")
    joe, jo = add(http, photos, "Joe", "biden.jpg"), add(http, photos, "Joan", "astronaut.png")
    view = managing(visit, http, one, "en")
    asked = answering(view, False, True, True, True)
    other, go = view.page.locator("[name=other]"), view.page.locator("#merge button")
    other.fill("Jo")
    go.click()
    expect(view.page.get_by_role("alert")).to_contain_text(f"Joan ({jo}), Joe ({joe})")
    other.fill("barry")
    go.click()
    expect(said(view)).to_have_text("")
    assert portraits(http, one) == 1
    go.click()
    barry = f"Barry ({two})"
    expect(said(view)).to_have_text(words(view, "merged", other=barry, count=2))
    expect(view.page.locator("#portraits li")).to_have_count(3)
    expect(view.page.locator("#facts [name=name_en]")).to_have_value("Barry")
    other.fill(joe)
    go.click()
    expect(said(view)).to_have_text(words(view, "merged", other=joe, count=1))
    assert asked == [
        words(view, "merge_sure", other=barry),
        words(view, "merge_sure", other=barry),
        words(view, "merge_sure", other=joe),
        words(view, "merge_unlike", other=joe),
    ]
    assert http.get(f"/api/v1/people/{two}").status_code == 404
    assert portraits(http, one) == 4


def test_a_person_is_removed(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = managing(visit, http, person_id, "ko")
    asked = answering(view, False, True)
    button = view.page.locator("#remove button")
    button.click()
    assert portraits(http, person_id) == 1
    button.click()
    expect(view.page).to_have_url(f"{http.base_url}/admin?collection=mine")
    # The server ends with the test: whatever the page asks for has to be there before.
    view.page.wait_for_load_state("networkidle")
    assert asked == [words(view, "remove_sure")] * 2
    assert http.get(f"/api/v1/people/{person_id}").status_code == 404


def test_a_takedown_is_undone_by_its_receipt(visit: Opener, http: httpx.Client) -> None:
    view = managing(visit, http, "Q76", "en")
    expect(view.page.locator("section")).to_have_count(1)
    answering(view, True)
    view.page.locator("[name=reason]").fill("by mail")
    view.page.locator("#takedown button").click()
    expect(said(view)).to_contain_text("Receipt: T")
    (kept,) = http.get("/api/v1/takedowns").json()["takedowns"]
    expect(said(view)).to_have_text(words(view, "taken_down", receipt=kept["id"], count=0))
    assert http.get("/api/v1/people/Q76").status_code == 404
    view.page.get_by_role("link", name=view.page_text("manage.receipts")).click()
    row = view.page.locator("#receipts li")
    expect(row).to_contain_text("Barack Obama · 버락 오바마 (Q76) · ")
    expect(row).to_contain_text(f"{kept['id']} · by mail")
    row.get_by_role("button").click()
    expect(said(view)).to_have_text(words(view, "undone_back", name="Barack Obama · 버락 오바마"))
    expect(row.get_by_role("button")).to_have_count(0)
    assert http.get("/api/v1/people/Q76").json()["collection"] == "starter"


@pytest.mark.parametrize("same", [True, False])
def test_somebody_who_is_there_with_another_face_is_asked_about(
    visit: Opener, http: httpx.Client, photos: Mapping[str, bytes], same: bool
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    view = visit(f"{http.base_url}/admin", "ko", DESKTOP)
    form, done = view.page.locator("#adding"), view.page.locator("#added")
    go = form.get_by_role("button", name=view.page_text("people_page.add.go"), exact=True)
    view.page.locator("#token").fill(TOKEN)
    form.locator("[name=name_ko]").fill(NAME)
    form.locator("[name=photos]").set_input_files(chosen(photos, "obama2.jpg"))
    go.click()
    expect(done).to_have_text(words(view, "added", name=NAME, count=1))
    form.locator("[name=name_ko]").fill(NAME)
    form.locator("[name=photos]").set_input_files(chosen(photos, "biden.jpg"))
    go.click()
    question = view.page.locator("#namesakes")
    expect(question).to_contain_text(f"{NAME}는 이미 있는데 얼굴이 달라요. 같은 사람인가요?")
    choice = words(view, "to", name=NAME, id=person_id) if same else words(view, "other")
    question.get_by_role("button", name=choice).click()
    if same:
        expect(done).to_have_text(words(view, "added", name=NAME, count=1))
    else:
        expect(done).to_have_text(f"{NAME}를 추가했어요.")
    expect(question).to_be_hidden()
    assert portraits(http, person_id) == (3 if same else 2)
    people = http.get("/api/v1/people", params={"collection": "mine"}).json()["people"]
    assert len(people) == (1 if same else 2)


@pytest.mark.parametrize(("language", "scheme"), [("ko", "dark"), ("en", "light")])
def test_everybody_can_use_it(
    visit: Opener,
    http: httpx.Client,
    photos: Mapping[str, bytes],
    language: Language,
    scheme: str,
) -> None:
    person_id = add(http, photos, NAME, "obama.jpg")
    http.post("/api/v1/people/Q76/takedown")
    view = visit(f"{http.base_url}/people/{person_id}/manage", language, PHONE, color_scheme=scheme)
    page = view.page
    page.locator("#token").fill(TOKEN)
    page.locator("#token").blur()
    expect(page.locator("#portraits li")).to_have_count(1)
    for path, listed in (
        (f"/people/{person_id}/manage", "#portraits"),
        ("/takedowns", "#receipts"),
    ):
        page.goto(f"{http.base_url}{path}")
        expect(page.locator(f"{listed} li")).to_have_count(1)
        assert barriers(page) == []
        page.set_viewport_size(SMALL)
        assert page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]


def test_visitors_load_none_of_it(visit: Opener, http: httpx.Client) -> None:
    asked: list[str] = []
    view = visit(f"{http.base_url}/people/Q76", "ko", DESKTOP)
    view.page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/people", "/people/Q76", "/compare", "/privacy"):
        view.page.goto(f"{http.base_url}{path}")
        assert view.page_text("manage.said.undo") not in view.page.content()
        assert not [each for each in HIDDEN if each in view.page.content()], path
    assert not [url for url in asked if "manag" in url or "admin" in url or "takedown" in url]


@pytest.mark.parametrize(("path", "status"), [("/people/nobody/manage", 404), ("/takedowns", 200)])
def test_what_the_pages_answer(http: httpx.Client, path: str, status: int) -> None:
    assert http.get(path, headers={"accept": "text/html"}).status_code == status
