"""Before any photo: a sample at one tap, and every step drawn on one, so that it adds up."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import PIL.Image
import pytest
from playwright.sync_api import ViewportSize, expect

from lookalike.answers.people import PLAIN
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from lookalike.web.pages.how import neighbours
from lookalike.web.samples import SAMPLES, sample
from tests.support import patient
from tests.support.browser import DESKTOP, LOOKALIKES, PHONE, Opener, barriers
from tests.support.serving import Server

# (0.3459 - 0.0937) / 0.0838 = 3.01, with the signs of a page.
_SUM = re.compile(r"\(([\d.]+) − ([\d.]+)\) ÷ ([\d.]+) = ([\d.]+)")


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_a_sample_is_answered_at_one_tap(
    visit: Opener,
    server: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(server.url, language, size)
    page = view.page
    link = page.get_by_role("link", name=view.page_text("samples.look"))
    box = link.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < size["height"], "it is below the first screen"
    with page.expect_request(f"**{LOOKALIKES}") as sent:
        link.click()
    # As it is, so that the server knows it.
    assert sample("collins") in (sent.value.post_data_buffer or b"")
    view.expect_result()
    assert page.url == f"{server.url}/"
    expect(page.locator("#sample-note")).to_contain_text("NASA")
    # In Korean the Korean stars come first.
    asked = patient.post(
        f"{server.url}{LOOKALIKES}",
        files={"photo": sample("collins")},
        data={"order": "look"} | ({"origin": "korean"} if language == "ko" else {}),
    ).json()
    best = asked["faces"][0]["people"][0]["name"][language]
    expect(page.locator(".hero h2")).to_contain_text(best)
    assert barriers(page) == []
    # A photo of one's own is another matter.
    page.go_back()
    expect(page.locator("#consent")).not_to_be_checked()
    view.put(photos["obama.jpg"])
    page.locator("#go").click()
    view.expect_problem("consent")
    page.locator("#consent").check()
    page.locator("#go").click()
    view.expect_result()
    expect(page.locator("#sample-note")).to_be_hidden()


def test_a_sample_with_a_photo_of_ones_own_needs_consent(
    visit: Opener, server: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(server.url)
    view.put(photos["biden.jpg"])
    view.put(photos["obama.jpg"], "reference")
    view.page.locator("#photo-slot .slot-remove").click()
    view.page.get_by_role("link", name=view.page_text("samples.look")).click()
    view.expect_problem("consent")


def test_a_sample_that_does_not_come(visit: Opener, server: Server) -> None:
    view = visit(server.url, "en")
    view.page.route("**/sample-collins.jpg", lambda route: route.abort())
    view.page.get_by_role("link", name=view.page_text("samples.look")).click()
    view.expect_problem("network")
    expect(view.page.locator("#photo-slot")).to_have_attribute("data-state", "empty")
    view.complaints.clear()


def test_a_sample_without_javascript(visit: Opener, server: Server) -> None:
    view = visit(server.url, java_script_enabled=False)
    view.page.get_by_role("link", name=view.page_text("samples.look")).click()
    expect(view.page.locator(".found-face")).to_have_count(1)
    expect(view.page.locator(".note")).to_contain_text(view.page_text("samples.note"))


def test_samples_are_portraits_of_one_face(engine: LocalEngine) -> None:
    for name in SAMPLES:
        image = PIL.Image.open(io.BytesIO(sample(name)))
        assert image.getexif() == {}
        assert len(engine.portrait(sample(name))) == 128


@pytest.mark.parametrize("path", ["/find", "/how"])
def test_there_is_no_other_sample(server: Server, path: str) -> None:
    answer = patient.get(f"{server.url}{path}?sample=../app")
    assert answer.status_code == 404
    assert "없는 페이지예요" in answer.text


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)])
def test_steps_on_a_sample_add_up(
    visit: Opener, server: Server, language: Language, size: ViewportSize
) -> None:
    view = visit(f"{server.url}/how", language, size)
    page = view.page
    page.get_by_role("link", name=view.page_text("samples.how")).click()
    expect(page.locator(".step")).to_have_count(7)
    cosines = page.locator(".step-people .fineprint").all_text_contents()
    values = [float(each.split()[-1]) for each in cosines]
    assert values == sorted(values, reverse=True)
    levels = [float(each) for each in page.locator(".step-sums b").all_text_contents()]
    assert levels == sorted(levels, reverse=True)
    sums = [_SUM.search(each) for each in page.locator(".sum").all_text_contents()[:10]]
    parts = [[float(each) for each in found.groups()] for found in sums if found]
    assert len(parts) == 10
    for cosine, mean, deviation, above in parts:
        assert round((cosine - mean) / deviation, 2) == above
    for level, own, theirs in zip(levels, parts[::2], parts[1::2], strict=True):
        assert level == pytest.approx((own[3] + theirs[3]) / 2, abs=0.0051)
    expect(page.locator(".step-score .name")).to_have_text(
        page.locator(".step-sums strong").first.text_content() or ""
    )
    assert f"{levels[0]:.2f} →" in (page.locator(".step-words .sum").text_content() or "")
    assert barriers(page) == []


def test_people_are_ranked_among_strangers(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Which may be another order than that of the cosines, and is that of the answer."""
    changed = 0
    for name in ("single_face.jpg", "biden.jpg", "obama2.jpg", "astronaut.png"):
        face = engine.analyzer.analyze(photos[name]).faces[0].embedding
        near = neighbours(engine, face, None, PLAIN)
        answered = [each.person.id for each in engine.matcher.rank(face, 5)]
        assert near.ranked is not None
        assert [each.person.id for each in near.ranked] == answered
        assert [each.place for each in near.by_cosine] == [1, 2, 3, 4, 5]
        cosines = [each.own.cosine for each in near.by_cosine]
        assert cosines == sorted(cosines, reverse=True)
        assert near.strangers == 1157
        changed += [each.place for each in near.ranked] != [1, 2, 3, 4, 5]
    assert changed
