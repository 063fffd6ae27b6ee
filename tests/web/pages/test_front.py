"""What a link to a page is shown with in chats, and what phones and search engines ask for."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Credit
from tests.support import patient, portraits
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
SITE = """name = "봄날의 무대"
[heading]
ko = "나는 어느 배우를 닮았을까?"
[lead]
ko = "배우 서른 명이 기다려요."
[colours]
accent = "#0b6b5d"
accent_dark = "#7fd8c4"
"""
PAGES = ("/", "/compare", "/people", "/people/Q76", "/how", "/privacy", "/takedowns", "/nothing")


def tags(server: Server, path: str, lang: str = "ko") -> dict[str, str]:
    """The `og:` and `twitter:` tags of a page."""
    asked = {"Accept-Language": lang, "Accept": "text/html"}
    text = patient.get(server.url + path, headers=asked).text
    found = re.findall(
        r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">', text
    )
    assert len(dict(found)) == len(found)
    return {name: html.unescape(value) for name, value in found}


def picture(url: str) -> PIL.Image.Image:
    answer = patient.get(url, follow_redirects=True)
    assert answer.status_code == 200
    opened = PIL.Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == f"image/{str(opened.format).lower()}"
    return opened


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_shown_with_a_picture_that_is_there(
    server: Server, path: str, lang: str
) -> None:
    found = tags(server, path, lang)
    assert found["og:title"] == found["twitter:title"] != ""
    assert found["og:description"] == found["twitter:description"] != ""
    assert found["og:url"] == server.url + path
    assert found["og:locale"] == {"ko": "ko_KR", "en": "en_US"}[lang]
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"] == found["twitter:image"]
    size = (int(found["og:image:width"]), int(found["og:image:height"]))
    assert picture(found["og:image"]).size == size == (1200, 630)


def test_the_start_page_asks_what_it_is_about(server: Server) -> None:
    assert tags(server, "/")["og:title"] == "나는 누구를 닮았을까? · Lookalike"
    assert tags(server, "/", "en")["og:title"] == "Who do you look like? · Lookalike"


def test_a_campaign_is_shown_in_its_own_words_and_colours(
    serve: Serve, server: Server, home: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE, "utf-8")
    with serve(home=home, site=str(site), public_url="https://look.example/spring") as own:
        found = tags(own, "/")
        assert found["og:title"] == "나는 어느 배우를 닮았을까? · 봄날의 무대"
        assert found["og:description"] == "배우 서른 명이 기다려요."
        assert found["og:url"] == "https://look.example/spring/"
        assert found["og:image"].startswith("https://look.example/spring/preview.png?lang=ko")
        shown = picture(f"{own.url}/preview.png").convert("RGB")
        assert (np.asarray(shown) == (11, 107, 93)).all(-1).any()
        icon = picture(f"{own.url}/icon-192.png").convert("RGB")
        assert icon.getpixel((96, 96)) == (11, 107, 93)
        assert "icon.svg" not in patient.get(own.url).text
    assert picture(f"{server.url}/icon-192.png").convert("RGB").getpixel((96, 96)) == (226, 80, 43)


def test_somebody_is_shown_by_their_portrait_where_it_may_be_passed_on(
    serve: Serve, own_cache: Path, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    portraits.put(own_cache, "Q6279", photos["biden.jpg"], Credit("A", "CC BY-ND 4.0", None, None))
    with serve(cache=own_cache) as server:
        found = tags(server, "/people/Q76")
        assert found["og:title"] == "나도 버락 오바마를 닮았을까?"
        assert tags(server, "/people/Q76", "en")["og:title"] == "Do I look like Barack Obama?"
        shown = patient.get(found["og:image"])
        assert shown.headers["content-type"] == "image/jpeg"
        (face,) = engine.analyzer.analyze(shown.content).faces
        obama = engine.matcher.person("Q76")
        assert engine.matcher.compare(face.embedding, obama).verdict == "same-person"
        hidden = patient.get(f"{server.url}/people/Q6279/preview.jpg", follow_redirects=True)
        assert hidden.content == patient.get(f"{server.url}/preview.png").content
        assert patient.get(f"{server.url}/people/Q0/preview.jpg").status_code == 404


def test_icons_of_phones_and_the_manifest(server: Server) -> None:
    page = patient.get(server.url).text
    for path, side in (("/apple-touch-icon.png", 180), ("/favicon.ico", 48)):
        assert picture(server.url + path).size == (side, side)
    assert '<link rel="apple-touch-icon" href="/apple-touch-icon.png">' in page
    (address,) = re.findall(r'<link rel="manifest" href="([^"]+)">', page)
    answer = patient.get(server.url + address)
    assert answer.headers["content-type"] == "application/manifest+json"
    facts = answer.json()
    assert (facts["name"], facts["start_url"], facts["display"]) == ("Lookalike", "/", "standalone")
    for each in facts["icons"]:
        side = int(each["sizes"].partition("x")[0])
        assert picture(server.url + each["src"]).size == (side, side)
    assert {each["sizes"] for each in facts["icons"]} == {"192x192", "512x512"}
    assert patient.get(f"{server.url}/icon-64.png").status_code in (404, 422)


def test_what_search_engines_may_read(server: Server) -> None:
    """Those that draw previews keep to it too: they must be let in to results."""
    answer = patient.get(f"{server.url}/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert lines == ["User-agent: *", "Disallow: /api/", "Disallow: /takedowns"]
