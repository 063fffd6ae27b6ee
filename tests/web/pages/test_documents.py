"""What the server sends: documents that work without scripts, headers, languages, and little."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from lookalike.web.pages.assets import modules, static_version
from lookalike.web.pages.how import bars
from lookalike.web.texts import choose_language, locale
from tests.support import patient, portraits
from tests.support.browser import DESKTOP, PHONE, Opener, barriers, encoded, png
from tests.support.serving import Server

# Bytes of a first visit, compressed, without portraits.
_FIRST_LOAD = 100_000


def _choose(page: Page, field: str, photo: bytes) -> None:
    file: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo}
    page.locator(field).set_input_files([file])


# Without JavaScript


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_the_answer_without_javascript(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(server.url, language, size, java_script_enabled=False)
    page = view.page
    expect(page.locator("#camera")).to_be_hidden()
    _choose(page, "#photo", photos["t1.jpg"])
    _choose(page, "#reference", photos["obama.jpg"])
    page.locator("#consent").check()
    page.get_by_role("button", name=view.page_text("find_button")).click()
    faces = page.locator(".found-face")
    expect(faces).to_have_count(6)
    first = faces.first
    # In Korean the Koreans come first, and everybody a tap away.
    first_shown = {"origin": "korean"} if language == "ko" else {}
    expect(first.locator(".hero h2")).to_contain_text(_best(server, photos, language, first_shown))
    expect(first.locator(".runner")).to_have_count(2)
    expect(first.locator(".runners ~ .people > li")).to_have_count(7)
    everyone = first.locator(".everyone")
    if language == "ko":
        everyone.locator("summary").click()
        expect(first.locator(".hero .eyebrow")).to_contain_text("가장 닮은 한국 스타")
        expect(everyone.locator("li")).to_have_count(10)
        expect(everyone.locator("li").first).to_contain_text(_best(server, photos, language, {}))
    else:
        expect(everyone).to_have_count(0)
    expect(first.locator(".compared .chip")).to_have_text(
        view.text("verdict.no-strong-resemblance")
    )
    own = first.locator(".hero img").first
    assert (own.get_attribute("src") or "").startswith("data:image/jpeg;base64,")
    page.get_by_role("link", name=view.text("faces.face").format(number=3)).click()
    assert page.url.endswith("/find#face-3")


def _best(
    server: Server, photos: Mapping[str, bytes], language: Language, who: Mapping[str, str]
) -> str:
    """The name of the best match of the first face, as the API has it."""
    answer = patient.post(
        f"{server.url}/api/v1/lookalikes",
        files={"photo": photos["t1.jpg"]},
        data={"order": "look", **who},
    ).json()
    return str(answer["faces"][0]["people"][0]["name"][language])


def test_who_is_in_the_photo_comes_first_wherever_they_are_from(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, java_script_enabled=False)
    _choose(view.page, "#photo", photos["obama.jpg"])
    view.page.locator("#consent").check()
    view.page.get_by_role("button", name=view.page_text("find_button")).click()
    expect(view.page.locator(".hero h2")).to_contain_text("버락 오바마")
    expect(view.page.locator(".everyone")).to_have_count(0)


def test_consent_is_asked_for_without_javascript_too(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, java_script_enabled=False)
    _choose(view.page, "#photo", photos["obama.jpg"])
    view.page.locator("#go").click()
    # The browser itself asks for the box to be ticked.
    assert view.page.url == f"{server.url}/"
    answer = patient.post(f"{server.url}/find", files={"photo": photos["obama.jpg"]})
    assert answer.status_code == 422
    assert "먼저 동의해 주세요" in answer.text


@pytest.mark.parametrize(
    ("photo", "status", "words"),
    [
        (png(400, 300), 422, "We couldn’t find a face in your photo"),
        (b"not an image", 415, "We can’t open your photo"),
        (b"", 422, "Please choose a photo"),
        (bytes(21 * 1024 * 1024), 413, "Choose one smaller than 20 MB."),
    ],
    ids=["no face", "no image", "nothing", "too large"],
)
def test_what_goes_wrong_is_a_page(server: Server, photo: bytes, status: int, words: str) -> None:
    answer = patient.post(
        f"{server.url}/find",
        files={"photo": ("photo.jpg", photo)},
        data={"consent": "yes", "lang": "en"},
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert words in answer.text


def test_a_result_has_no_address_of_its_own(server: Server) -> None:
    answer = patient.get(f"{server.url}/find?lang=en")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?lang=en"


def test_names_cannot_break_out_of_a_page(server: Server) -> None:
    answer = patient.get(f"{server.url}/people", params={"query": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert "그런 이름은 없어요" in answer.text


# The other pages


def test_people_are_found_by_name_and_group(visit: Opener, server: Server) -> None:
    view = visit(f"{server.url}/people", "ko", DESKTOP)
    page = view.page
    expect(page.locator(".face-card")).to_have_count(48)
    page.get_by_role("link", name=view.page_text("people_page.next")).click()
    expect(page.locator(".pages")).to_contain_text("2 / 25")
    page.get_by_role("searchbox").fill("오바마")
    page.get_by_role("button", name=view.page_text("people_page.go"), exact=True).click()
    page.get_by_role("link", name="버락 오바마").click()
    expect(page.locator("h1")).to_have_text("버락 오바마 Barack Obama")
    expect(page.locator(".facts")).to_contain_text("1961년 8월 4일")
    wikipedia = page.get_by_role("link", name="위키백과", exact=True)
    expect(wikipedia).to_have_attribute(
        "href", "https://www.wikidata.org/wiki/Special:GoToLinkedPage/kowiki/Q76"
    )
    page.goto(f"{server.url}/people?group=BTS")
    expect(page.locator(".face-card")).to_have_count(7)
    expect(page.locator("select[name=group]")).to_have_value("BTS")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/people?page=900", 200),
        ("/people?page=x", 200),
        ("/people?collection=none", 404),
        ("/people/nobody", 404),
    ],
)
def test_odd_addresses(server: Server, path: str, status: int) -> None:
    answer = patient.get(server.url + path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("language", "title", "space"), [("ko", "없는 페이지예요", ""), ("en", "no such page", " ")]
)
def test_who_browses_reads_of_a_problem_on_a_page(
    server: Server, language: str, title: str, space: str
) -> None:
    asked = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
    answer = patient.get(f"{server.url}/absent", headers=asked)
    assert (answer.status_code, answer.headers["content-language"]) == (404, language)
    assert title in answer.text
    answer = patient.post(f"{server.url}/privacy", headers=asked)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    with closing(HTTPConnection(urlsplit(server.url).netloc)) as connection:
        connection.request("POST", "/find", headers=asked | {"Content-Length": str(10**9)})
        told = connection.getresponse()
        assert (told.status, f"20{space}MB" in told.read().decode()) == (413, True)
    answer = patient.get(f"{server.url}/api/v1/absent", headers=asked)
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_step_is_drawn(
    visit: Opener, server: Server, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{server.url}/how", "en", DESKTOP, java_script_enabled=False)
    page = view.page
    _choose(page, "[name=photo]", photos["obama.jpg"])
    page.locator("#consent").check()
    page.get_by_role("button", name=view.page_text("how.go")).click()
    expect(page.locator(".step")).to_have_count(7)
    expect(page.locator(".step-point")).to_have_count(5)
    expect(page.locator(".step-bars .up, .step-bars .down")).to_have_count(128)
    expect(page.locator(".step-people li")).to_have_count(5)
    face = engine.analyzer.analyze(photos["obama.jpg"]).faces[0]
    nearest = engine.matcher.rank(face.embedding, 1)[0]
    cosine = f"cosine {nearest.score.cosine:.4f}"
    expect(page.locator(".step-people li").first).to_contain_text(f"Barack Obama {cosine}")
    expect(page.locator(".step-sums li").first).to_contain_text("Barack Obama")
    expect(page.locator("main")).to_contain_text(engine.contract)
    up = page.locator(".step-bars .up").count()
    assert up == sum(value > 0 for value in face.embedding)


def test_an_embedding_as_bars() -> None:
    drawn = bars([0.5, -1.0, 0.0])
    assert [(bar.x, bar.y, bar.height) for bar in drawn] == [
        (0, 25, 25),
        (5, 50, 50),
        (10, 50, 0.5),
    ]


def test_privacy_and_people_name_who_to_ask(
    serve: Callable[..., AbstractContextManager[Server]], home: Path
) -> None:
    with serve(home=home, contact="hello@example.org") as server:
        page = patient.get(f"{server.url}/privacy").text
        assert '<a href="mailto:hello@example.org">' in page
        assert 'id="takedown"' in page
        page = patient.get(f"{server.url}/people/Q76?lang=en").text
        subject = "Please%20take%20me%20out%20of%20the%20gallery%3A%20Barack%20Obama"
        assert f'<a href="mailto:hello@example.org?subject={subject}">' in page
    with serve(home=home, contact="https://fans.example/ask") as server:
        page = patient.get(f"{server.url}/people/Q76").text
        assert '<a href="https://fans.example/ask" rel="noopener">' in page


def test_portraits_come_with_their_credit(
    serve: Callable[..., AbstractContextManager[Server]],
    own_cache: Path,
    home: Path,
    photos: Mapping[str, bytes],
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    with serve(home=home, cache=own_cache) as server:
        form = {"consent": "yes", "lang": "en"}
        for answer in (
            patient.post(f"{server.url}/find", files={"photo": photos["obama.jpg"]}, data=form),
            patient.get(f"{server.url}/people/Q76?lang=en"),
            patient.get(f"{server.url}/people?query=obama&lang=en"),
        ):
            assert "/api/v1/people/Q76/portrait" in answer.text
            assert "Photo: Jane Doe" in answer.text
            assert "CC BY-SA 4.0" in answer.text


_EVENT = """
name = "봄날의 무대"
link = "https://shop.example/people/{id}"
counts = false
[tagline]
ko = "극단 봄"
[heading]
ko = "나는 어느 배우를 닮았을까?"
[colours]
accent = "#0b6b5d"
accent_dark = "#7fd8c4"
[embed]
origins = ["https://fans.example"]
"""


def test_an_event_has_its_own_words_and_colours(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    home: Path,
    tmp_path: Path,
    photos: Mapping[str, bytes],
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(_EVENT, "utf-8")
    with serve(home=home, site=str(file)) as server:
        view = visit(server.url)
        page = view.page
        expect(page).to_have_title("나를 닮은 유명인 찾기 · 봄날의 무대")
        expect(page.locator("h1").first).to_have_text("나는 어느 배우를 닮았을까?")
        expect(page.locator(".tagline")).to_have_text("극단 봄")
        colour = "button => getComputedStyle(button).backgroundColor"
        assert page.locator("#camera").evaluate(colour) == "rgb(11, 107, 93)"
        assert barriers(page) == []
        view.search(photos["obama.jpg"])
        link = page.locator(".hero").get_by_role("link", name=view.text("links.site"))
        expect(link).to_have_attribute("href", "https://shop.example/people/Q76")
        page.goto(f"{server.url}/embed?lang=en")
        expect(page.locator("h1").first).to_have_text("Who do you look like?")
        expect(page.get_by_role("navigation", name="Menu")).to_have_count(0)
        expect(page.locator(".brand")).to_have_attribute("target", "_blank")
        # The results of this visit come after all else.
        page.wait_for_load_state("networkidle")


def test_no_barriers_without_javascript(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url, "ko", PHONE)
    page = view.page
    answer = patient.post(
        f"{server.url}/find", files={"photo": photos["t1.jpg"]}, data={"consent": "yes"}
    )
    page.route("**/find", lambda route: route.fulfill(body=answer.text, content_type="text/html"))
    page.goto(f"{server.url}/find")
    assert barriers(page) == []


# Nothing stays, and little comes


def test_nothing_of_a_visit_stays_on_disk(
    visit: Opener,
    serve: Callable[..., AbstractContextManager[Server]],
    photos: Mapping[str, bytes],
    home: Path,
) -> None:
    def files(*folders: Path) -> dict[Path, tuple[int, int]]:
        found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in found}

    with serve(home=home) as server:
        patient.get(f"{server.url}/people")
        before = files(home, server.settings.cache)
        assert before
        view = visit(server.url)
        view.search(photos["t1.jpg"], photos["obama2.jpg"])
        view.expect_result()
        form = {"consent": "yes"}
        # Larger than what a server commonly puts into a file on disk.
        large = PIL.Image.open(io.BytesIO(photos["obama.jpg"])).resize((3000, 3750))
        photo = encoded(large, "JPEG", quality=97)
        assert len(photo) > 2_000_000
        for path in ("/find", "/how"):
            answer = patient.post(server.url + path, files={"photo": photo}, data=form)
            assert answer.status_code == 200
        assert files(home, server.settings.cache) == before


@pytest.mark.parametrize("path", ["/", "/compare", "/people"])
def test_the_first_load_is_light(visit: Opener, server: Server, path: str) -> None:
    view = visit("about:blank")
    view.foreign.clear()
    wire = view.page.context.new_cdp_session(view.page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    view.page.goto(server.url + path)
    view.page.wait_for_load_state("networkidle")
    view.foreign.clear()
    assert 10_000 < sum(sizes) < _FIRST_LOAD


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_moves_by_itself(
    visit: Opener, server: Server, photos: Mapping[str, bytes], size: ViewportSize
) -> None:
    script = """window.shifts = [];
        new PerformanceObserver((list) => {
            for (const each of list.getEntries()) {
                if (!each.hadRecentInput) window.shifts.push(each.value);
            }
        }).observe({ type: "layout-shift", buffered: true });"""
    view = visit(server.url, "ko", size, script=script)
    for path in ("/", "/compare", "/people", "/how"):
        view.page.goto(server.url + path)
        view.page.wait_for_load_state("networkidle")
        assert view.page.evaluate("window.shifts") == [], path


# Headers and languages


def test_the_document(server: Server) -> None:
    answer = patient.get(server.url, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language, Cookie, Accept-Encoding, User-Agent"
    assert answer.headers["content-encoding"] == "gzip"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["permissions-policy"].startswith("camera=(self)")
    assert "set-cookie" not in answer.headers
    switched = patient.get(f"{server.url}/?lang=ko", headers={"Accept-Language": "en"})
    assert switched.headers["content-language"] == "ko"
    assert "lang=ko" in switched.headers["set-cookie"]
    assert patient.head(server.url).status_code == 200


def test_a_client_that_cannot_unpack_gets_plain_text(server: Server) -> None:
    answer = patient.get(server.url, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert len(answer.content) == int(answer.headers["content-length"])


def test_the_language_can_be_switched_and_is_remembered(visit: Opener, server: Server) -> None:
    page = visit(server.url, "ko").page
    expect(page.locator("#heading")).to_have_text("나는 누구를 닮았을까?")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#heading")).to_have_text("Who do you look like?")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(server.url)
    expect(page.locator("#heading")).to_have_text("Who do you look like?")


def test_static_files_are_kept_by_browsers_only_under_their_version(server: Server) -> None:
    kept = patient.get(f"{server.url}/static/{static_version()}/app.js")
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-encoding"] == "gzip"
    assert kept.headers["content-type"].startswith("text/javascript")
    plain = patient.get(f"{server.url}/static/app.js")
    assert plain.text == kept.text
    assert plain.headers["cache-control"] == "no-cache"
    assert patient.get(f"{server.url}/static/%2e%2e/pages.py").status_code == 404
    assert patient.get(f"{server.url}/static/{static_version()}/no.js").status_code == 404


def test_modules_are_asked_for_at_once(server: Server) -> None:
    document = patient.get(server.url).text
    preloaded = document.count('rel="modulepreload"')
    # What only the answer needs comes with the answer.
    assert "/camera.js" not in document
    assert "/results.js" not in document
    assert preloaded == len(modules("app.js"))
    assert {"dom.js", "slot.js", "texts.js"} < set(modules("app.js"))


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "expected"),
    [
        (None, None, "", "ko"),
        (None, None, "*", "ko"),
        (None, None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, None, "fr, ko;q=0.2, en;q=0.7", "en"),
        (None, None, "en;q=0, ko", "ko"),
        (None, None, "de-DE", "en"),
        (None, None, "en;q=much", "ko"),
        (None, "en", "ko", "en"),
        ("ko", "en", "en", "ko"),
        ("xx", "yy", "en", "en"),
    ],
)
def test_the_language(
    asked: str | None, remembered: str | None, accepted: str, expected: Language
) -> None:
    assert choose_language(asked, remembered, accepted) == expected


def test_both_languages_say_the_same() -> None:
    def keys(texts: Any) -> set[str]:
        if isinstance(texts, list):
            return {f"[{len(texts)}]"} | {key for each in texts for key in keys(each)}
        if not isinstance(texts, dict):
            return {""}
        return {f"{key}.{rest}" for key, each in texts.items() for rest in keys(each)}

    assert keys(locale("ko")) == keys(locale("en"))


# What is known of people


@pytest.mark.parametrize(
    ("language", "person", "facts"),
    [
        ("ko", "Q1048", ("고대 로마의 장군, 정치가", "이탈리아", "기원전 100년", "기원전 44년")),
        ("en", "Q1048", ("Roman general and dictator", "Italy", "100 BC", "44 BC")),
        ("ko", "Q2643", ("영국 음악가, 비틀스 멤버", "음악", "비틀스", "영국", "1943년 2월 25일")),
        ("en", "Q2643", ("music", "The Beatles", "United Kingdom", "25 February 1943")),
    ],
)
def test_a_person_is_described(
    server: Server, language: Language, person: str, facts: tuple[str, ...]
) -> None:
    shown = patient.get(f"{server.url}/people/{person}", params={"lang": language}).text
    for fact in facts:
        assert f">{fact}<" in shown, fact


def test_no_description_is_english_on_a_korean_page(server: Server) -> None:
    listed = patient.get(f"{server.url}/people", params={"lang": "ko"}).text
    described = re.findall(r"</strong>\s*<span>(.*?)</span>", listed)
    assert len(described) == 48
    assert all(re.search("[가-힣]", each) for each in described)
