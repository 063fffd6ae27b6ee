"""The page, the JSON API and our Rekognition API while Amazon Rekognition is the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import ViewportSize, expect

from lookalike.aws.engine import AwsEngine
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from lookalike.web.texts import locale
from tests.support import patient
from tests.support.amazon import clients, pushes
from tests.support.amazon.stand_in import REGION, environment, making
from tests.support.browser import DESKTOP, PHONE, Opener, barriers
from tests.support.serving import Server, running

every_language = pytest.mark.parametrize(
    ("language", "size"), [("ko", PHONE), ("en", DESKTOP)], ids=["ko-phone", "en-desktop"]
)
_COLLECTION = "page"


@pytest.fixture(scope="module")
def without(
    settings: Settings,
    amazon: Server,
    profile: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server of ours that asks Amazon, without a collection there; its own key is ours."""
    chosen = replace(
        settings,
        engine="aws",
        aws_region=REGION,
        aws_endpoint_url=amazon.url,
        home=tmp_path_factory.mktemp("without"),
    )
    with environment(profile), running(chosen) as started:
        yield started


@pytest.fixture(scope="module")
def with_collection(
    without: Server,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    profile: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """One that has a collection there, of a gallery of two people."""
    home = tmp_path_factory.mktemp("with")
    chosen = replace(without.settings, aws_collection=_COLLECTION, home=home)
    with environment(profile):
        aws = AwsEngine(chosen)
        pushes.add(aws, engine, photos, thumbnails=True)
        pushes.push(aws, _COLLECTION)
        aws.close()
        with running(chosen) as started:
            yield started


def calls(server: Server) -> dict[str, int]:
    told: dict[str, int] = patient.get(f"{server.url}/api/v1/engine").json()["aws_calls"]
    return told


@every_language
def test_a_celebrity_with_amazons_score(
    visit: Opener,
    without: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(without.url, language, size)
    told = locale(language, "aws")["page"]
    expect(view.page.locator(".lead")).to_have_text(told["lead"])
    expect(view.page.locator(".consent .tick")).to_contain_text(told["consent"]["label"])
    expect(view.page.locator(".invitation")).to_have_count(0)
    expect(view.page.locator(".places li").or_(view.page.locator(".menu li"))).to_have_count(4)
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    hero, compared = view.page.locator(".hero"), view.page.locator(".compared")
    expect(hero.locator("h2")).to_contain_text(
        "버락 오바마" if language == "ko" else "Barack Obama"
    )
    expect(hero.locator(".eyebrow")).to_have_text(view.text("best.MatchConfidence"))
    expect(hero.locator(".words")).to_have_text(sure(view.text("score.aws.MatchConfidence")))
    expect(hero.locator(".fineprint")).to_have_text(view.text("score.by_aws"))
    expect(compared.locator(".words")).to_have_text(sure(view.text("score.aws.Similarity")))
    # Nothing that only our own networks can tell.
    for each in (".chip", ".share-open", "label:has([value=heat])", "#filters"):
        expect(view.page.locator(f"#results {each}").filter(visible=True)).to_have_count(0)
    expect(view.page.locator("#calls")).to_have_text(
        view.text("score.aws_calls").format(
            calls="CompareFaces 1, DetectFaces 1, RecognizeCelebrities 1"
        )
    )
    assert barriers(view.page) == []


def sure(words: str) -> re.Pattern[str]:
    """A sentence with 80 points or more in it."""
    return re.compile(re.escape(words).replace(r"\{points\}", "(8[0-9]|9[0-9]|100)"))


@every_language
def test_where_nobody_is_known_it_says_what_to_do(
    visit: Opener,
    without: Server,
    photos: Mapping[str, bytes],
    language: Language,
    size: ViewportSize,
) -> None:
    view = visit(without.url, language, size)
    view.search(photos["astronaut.png"])
    view.expect_problem("aws-collection-missing")
    expect(view.page.get_by_role("alert")).to_contain_text("LOOKALIKE_AWS_COLLECTION")
    # A reference was compared: that is an answer, even though nobody is named.
    view.put(photos["astronaut.png"], "reference")
    view.page.locator("#go").click()
    expect(view.page.locator("h2.nobody")).to_have_text(view.text("unknown"))
    # What is told first.
    expect(view.page.locator(".compared h2")).to_be_focused()
    expect(view.page.locator(".compared .words")).to_have_text(
        sure(view.text("score.aws.Similarity"))
    )


def test_a_stranger_has_look_alikes_in_the_own_collection(
    visit: Opener, with_collection: Server, photos: Mapping[str, bytes]
) -> None:
    view = visit(with_collection.url, "en", PHONE)
    view.search(photos["astronaut.png"])
    hero = view.page.locator(".hero")
    expect(hero.locator("h2")).to_contain_text("Eileen")
    expect(hero.locator(".eyebrow")).to_have_text(view.text("best.Similarity"))
    expect(hero.locator(".words")).to_have_text(sure(view.text("score.aws.Similarity")))
    expect(view.page.locator(".runners > li")).to_have_count(1)
    # The face of their portrait cannot be laid over, so there is nothing to choose.
    expect(hero.locator(".stage-modes")).to_be_hidden()
    view.page.get_by_role("button", name=re.compile("One, side by side")).click()
    expect(view.page.locator("#dialog .share-open")).to_have_count(0)
    expect(view.page.locator("#dialog .words")).to_be_visible()


def test_trouble_with_amazon_is_said_on_the_page(
    visit: Opener, without: Server, photos: Mapping[str, bytes], profile: dict[str, str]
) -> None:
    with (
        environment(profile),
        making((400, "AccessDeniedException")) as trouble,
        running(replace(without.settings, aws_endpoint_url=trouble.url)) as server,
    ):
        view = visit(server.url, "ko", PHONE)
        view.search(photos["obama.jpg"])
        view.expect_problem("aws-denied")
        # It may still be loading modules from a server that stops here.
        view.page.context.close()


def test_the_answers_without_javascript(
    with_collection: Server, without: Server, photos: Mapping[str, bytes]
) -> None:
    def find(server: Server, **files: bytes) -> httpx.Response:
        sent = {"consent": "yes", "lang": "en"}
        return patient.post(f"{server.url}/find", data=sent, files=files)

    texts = locale("en")["script"]
    known = find(without, photo=photos["obama.jpg"])
    assert known.status_code == 200
    assert texts["best"]["MatchConfidence"] in known.text
    assert texts["score"]["by_aws"] in known.text
    assert texts["score"]["resemblance"] not in known.text.partition("<details")[0]
    assert "RecognizeCelebrities 1" in known.text
    stranger = find(with_collection, photo=photos["astronaut.png"])
    assert texts["score"]["aws_measure"]["Similarity"] in stranger.text
    unknown = find(without, photo=photos["astronaut.png"])
    assert unknown.status_code == 502
    assert texts["problem"]["aws-collection-missing"][0] in unknown.text
    compared = find(without, photo=photos["astronaut.png"], reference=photos["astronaut.png"])
    assert texts["unknown"] in compared.text
    assert texts["reference"]["title"] in compared.text


@pytest.mark.parametrize("path", ["how", "compare"])
def test_pages_of_our_own_networks_say_that_they_are_not_offered(
    without: Server, path: str
) -> None:
    answer = patient.get(f"{without.url}/{path}?lang=en")
    assert answer.status_code == 501
    assert locale("en")["script"]["problem"]["not-offered"][0] in answer.text


def test_what_needs_our_own_networks_is_refused(
    without: Server, photos: Mapping[str, bytes]
) -> None:
    photo = ("photo", photos["obama.jpg"])
    parents = [("child", photo[1]), ("parent", photo[1]), ("parent", photo[1])]
    before = calls(without)
    for path, files in (
        ("explain", [photo]),
        ("matrix", [photo, photo]),
        ("family", parents),
        ("cards", [photo]),
        ("results", [photo]),
    ):
        answer = patient.post(f"{without.url}/api/v1/{path}", files=files, data={"person": "Q76"})
        assert answer.status_code == 501, path
        assert answer.json()["type"] == "urn:lookalike:problem:not-offered"
        assert "LOOKALIKE_ENGINE=aws" in answer.json()["detail"]
    assert calls(without) == before


def test_what_does_not_score_works_with_our_own_networks(
    without: Server, photos: Mapping[str, bytes]
) -> None:
    before = calls(without)
    sent = {"photos": photos["astronaut.png"]}
    added = patient.post(f"{without.url}/api/v1/people", data={"name": "Eileen"}, files=sent)
    assert added.status_code == 201
    with clients.client(without.url) as client:
        answer = client.recognize_celebrities(Image={"Bytes": photos["obama.jpg"]})
    assert answer["CelebrityFaces"][0]["Id"] == "Q76"
    assert calls(without) == before


def test_both_languages_say_the_same_of_amazon() -> None:
    def keys(texts: object) -> set[str]:
        if not isinstance(texts, dict):
            return {f"[{len(texts)}]" if isinstance(texts, list) else ""}
        return {f"{key}.{rest}" for key, each in texts.items() for rest in keys(each)}

    assert keys(locale("ko", "aws")) == keys(locale("en", "aws"))
    own, amazons = locale("ko"), locale("ko", "aws")
    # They only replace, but for lists, which may have other lengths.
    assert {re.sub(r"\[\d+\]", "", key) for key in keys(amazons)} == {
        re.sub(r"\[\d+\]", "", key) for key in keys(own)
    }
