"""Portraits on demand, against a local server that answers as Wikidata and Commons do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Person, Text
from lookalike.gallery.wikimedia.client import _retry_after, open_client
from lookalike.gallery.wikimedia.portrait_cache import CachedPortrait, Portraits, forget
from tests.support.wikimedia import Replay, Rerouted, claim, picture, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def replay() -> Iterator[Replay]:
    answers = Replay()
    with serving(answers):
        yield answers


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def person(wikidata: str | None, person_id: str | None = None) -> Person:
    return Person(person_id or wikidata or "K1", "starter", Text(en="A"), wikidata=wikidata)


class Setup:
    """A folder of portraits whose network is the replay."""

    def __init__(self, folder: Path, port: int, clock: Clock) -> None:
        self.client = open_client("me@example.org", "1.0")
        self.client._transport = Rerouted(port)
        self.portraits = Portraits(folder, self.client, enabled=True, now=clock)

    async def fetch(self, wikidata: str) -> CachedPortrait:
        return await self.portraits.fetch(person(wikidata))


@pytest.fixture
def setup(tmp_path: Path, replay: Replay, clock: Clock) -> Setup:
    return Setup(tmp_path, replay.port, clock)


async def fails(setup: Setup, wikidata: str, match: str) -> None:
    with pytest.raises(PortraitUnavailable, match=match):
        await setup.fetch(wikidata)


UNKNOWN = 'Unknown author<span style="display: none;">Unknown author</span>'


@pytest.mark.parametrize(
    ("artist", "author"),
    [
        (UNKNOWN, "Unknown author"),
        (f'<div class="fn value">\n{UNKNOWN}</div>', "Unknown author"),
        (
            '<div class="fn value">\n<a rel="nofollow" class="external text" href="https://'
            'www.flickr.com/people/31575009@N05">The National Archives UK</a></div>',
            "The National Archives UK",
        ),
        (
            '<bdi><a href="https://en.wikipedia.org/wiki/en:Kawanabe_Ky%C5%8Dsai" class="extiw" '
            'title="w:en:Kawanabe Kyōsai"><span title="Japanese artist">Kawanabe Kyōsai</span></a>'
            '</bdi><div style="display: none;">creator QS:P170,Q2838030</div>',
            "Kawanabe Kyōsai",
        ),
        ("Emanuel Leutze creator QS:P170,Q313564", "Emanuel Leutze"),
        ('Ada <span style="DISPLAY:none">date QS:P571,+1505-00-00T00:00:00Z/9</span>', "Ada"),
        ('Ada label QS:Len,"Ada, countess" &amp; Bo', "Ada & Bo"),
        (
            '<a href="//commons.wikimedia.org/wiki/User:Ada">Ada</a>, <b>Bo</b>'
            '<span class="noprint plainlinks"> (<a href="x">talk</a>)</span>',
            "Ada, Bo",
        ),
        ('Ada<sup class="reference"><a href="#1">[1]</a></sup><br>Studio', "Ada Studio"),
        ('<style data-mw-deduplicate="x">.a{}</style><ul><li>Ada</li><li>Bo</li></ul>', "Ada Bo"),
        (
            '<img alt="x" style="display:none">Ada <span hidden>a<br>b</span>Lovelace',
            "Ada Lovelace",
        ),
        ("Displays: none < 2", "Displays: none < 2"),
    ],
)
async def test_an_author_is_what_commons_shows(
    setup: Setup, replay: Replay, artist: str, author: str
) -> None:
    replay.person("Q1", "Jane_Roe.jpg", artist=artist)
    assert (await setup.fetch("Q1")).credit.author == author


async def test_an_author_of_whom_nothing_is_shown_is_none(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "Jane_Roe.jpg", artist='<span style="display:none">Unknown author</span>')
    assert (await setup.fetch("Q1")).credit.author is None


async def test_a_portrait_with_its_credit(setup: Setup, replay: Replay) -> None:
    html = (
        '<a href="//commons.wikimedia.org/wiki/User:Jane" title="x">Jane&nbsp;Doe</a>'
        "<script>alert(1)</script> <b>&amp; sons</b>"
    )
    replay.person("Q1", "Jane_Roe.jpg", artist=html)
    portrait = await setup.fetch("Q1")
    assert portrait.path.read_bytes() == picture()
    assert portrait.media_type == "image/jpeg"
    assert portrait.credit.author == "Jane Doe & sons"
    assert portrait.credit.licence == "CC BY-SA 4.0"
    assert portrait.credit.licence_url == "https://creativecommons.org/licenses/by-sa/4.0"
    assert portrait.credit.source_url == "https://commons.wikimedia.org/wiki/File:Jane_Roe.jpg"
    hosts = [each.split("/")[0] for each in replay.asked]
    assert hosts == ["www.wikidata.org", "commons.wikimedia.org", "upload.wikimedia.org"]
    assert "iiurlwidth=500" in replay.asked[1]
    assert all(
        agent.startswith("Lookalike/1.0 (me@example.org) python-httpx/") for agent in replay.agents
    )


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("me@example.org, +82 2 123", "me@example.org, +82 2 123"),
        (
            "https://얼굴.example/문의?a=%20",
            "https://%EC%96%BC%EA%B5%B4.example/%EB%AC%B8%EC%9D%98?a=%20",
        ),
        ("me@example.org\n", "me@example.org%0A"),
        ("", "self-hosted"),
    ],
)
async def test_wikimedia_is_told_how_to_reach_whoever_asks(contact: str, said: str) -> None:
    async with open_client(contact, "1.0") as client:
        assert client.headers["User-Agent"].startswith(f"Lookalike/1.0 ({said}) python-httpx/")


async def test_what_cannot_be_kept_is_not_asked_for_again_at_once(
    setup: Setup, replay: Replay, clock: Clock, tmp_path: Path
) -> None:
    replay.person("Q1", "A.jpg")
    (tmp_path / "Q1.image").mkdir()
    await fails(setup, "Q1", "The portrait cannot be kept: Is a directory. Set LOOKALIKE_CACHE.")
    count = len(replay.asked)
    await fails(setup, "Q1", "LOOKALIKE_CACHE cannot be written")
    assert len(replay.asked) == count
    assert not setup.portraits.may_have(person("Q1"))
    (tmp_path / "Q1.image").rmdir()
    clock.time += 301
    assert (await setup.fetch("Q1")).path.read_bytes() == picture()


async def test_the_second_time_nobody_is_asked(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "A.jpg")
    assert setup.portraits.cached("Q1") is None
    first = await setup.fetch("Q1")
    count = len(replay.asked)
    assert await setup.fetch("Q1") == first == setup.portraits.cached("Q1")
    assert len(replay.asked) == count


async def test_preferred_claims_win_and_deprecated_ones_never(setup: Setup, replay: Replay) -> None:
    replay.claims["Q1"] = [
        claim("Old.jpg", "deprecated"),
        claim(None),
        claim("Plain.jpg"),
        claim("Best.jpg", "preferred"),
    ]
    replay.file("Best.jpg")
    portrait = await setup.fetch("Q1")
    assert portrait.credit.source_url == "https://commons.wikimedia.org/wiki/File:Best.jpg"


async def test_a_small_original_is_taken_as_it_is(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "Small.jpg", width=200)
    replay.bodies["/wikipedia/commons/a/ab/Small.jpg"] = (200, {}, picture(200, 250))
    assert (await setup.fetch("Q1")).path.read_bytes() == picture(200, 250)


async def test_what_is_missing_is_remembered_for_a_week(
    setup: Setup, replay: Replay, clock: Clock
) -> None:
    await fails(setup, "Q2", "no image of Q2")
    replay.claims["Q3"] = [claim("Gone.jpg")]
    await fails(setup, "Q3", "no file 'Gone.jpg'")
    replay.person("Q4", "Unfree.jpg", licence="")
    await fails(setup, "Q4", "no free licence")
    count = len(replay.asked)
    clock.time += 6 * 86_400
    await fails(setup, "Q2", "no image of Q2")
    assert len(replay.asked) == count
    clock.time += 2 * 86_400
    replay.person("Q2", "New.jpg")
    assert (await setup.fetch("Q2")).credit.licence == "CC BY-SA 4.0"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/x.jpg",
        "http://upload.wikimedia.org/x.jpg",
        "file:///etc/passwd",
        "https://upload.wikimedia.org:8443/x",
        "https://upload.wikimedia.org.evil.example/x",
    ],
)
async def test_foreign_hosts_are_never_asked(setup: Setup, replay: Replay, target: str) -> None:
    replay.person("Q1", "A.jpg")
    path = "/wikipedia/commons/thumb/a/ab/A.jpg/330px-A.jpg"
    replay.bodies[path] = (302, {"Location": target}, b"")
    await fails(setup, "Q1", "not a host of Wikimedia's")
    replay.person("Q5", "B.jpg")
    replay.files["File:B.jpg"]["thumburl"] = target
    await fails(setup, "Q5", "not a host of Wikimedia's")


async def test_redirects_within_wikimedia_are_followed(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "A.jpg")
    path = "/wikipedia/commons/thumb/a/ab/A.jpg/330px-A.jpg"
    replay.bodies["/moved.jpg"] = replay.bodies[path]
    replay.bodies[path] = (301, {"Location": "/moved.jpg"}, b"")
    assert (await setup.fetch("Q1")).path.read_bytes() == picture()


@pytest.mark.parametrize(
    ("body", "match"),
    [(b"x" * 3_000_000, "larger than"), (b"<html>", "not a usable image"), (b"", "0 bytes")],
)
async def test_what_is_no_portrait_is_refused(
    setup: Setup, replay: Replay, body: bytes, match: str
) -> None:
    replay.person("Q1", "A.jpg")
    replay.bodies["/wikipedia/commons/thumb/a/ab/A.jpg/330px-A.jpg"] = (200, {}, body)
    await fails(setup, "Q1", match)


async def test_retry_after_silences_every_process(
    setup: Setup, replay: Replay, tmp_path: Path, clock: Clock
) -> None:
    replay.person("Q1", "A.jpg")
    replay.override = (429, {"Retry-After": "900"}, b"slow down")
    await fails(setup, "Q1", "left alone")
    replay.override = None
    other = Setup(tmp_path, replay.port, clock)
    clock.time += 600
    await fails(other, "Q9", "not to be asked before")
    assert len(replay.asked) == 1
    clock.time += 400
    assert (await other.fetch("Q1")).media_type == "image/jpeg"


async def test_a_lagging_wikidata_is_left_alone(setup: Setup, replay: Replay, clock: Clock) -> None:
    body = b'{"error": {"code": "maxlag", "info": "Waiting for a database server"}}'
    replay.override = (200, {}, body)
    await fails(setup, "Q1", "lagging")
    replay.override = None
    await fails(setup, "Q2", "not to be asked before")
    assert len(replay.asked) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("999999999", 86_400),
        ("Mon, 12 Jan 1970 13:48:20 GMT", 100),
        ("soon", 300),
        (None, 300),
    ],
)
def test_retry_after_in_both_forms(header: str | None, seconds: float) -> None:
    assert _retry_after(header, 1_000_000.0) == pytest.approx(seconds)


async def test_without_a_network_the_failure_is_remembered(tmp_path: Path, clock: Clock) -> None:
    setup = Setup(tmp_path, 9, clock)
    await fails(setup, "Q1", "cannot be reached")
    await fails(setup, "Q1", "cannot be reached")
    assert setup.portraits.cached("Q1") is None


async def test_two_requests_at_a_time_over_all_processes(
    setup: Setup, replay: Replay, tmp_path: Path, clock: Clock
) -> None:
    replay.delay = 0.05
    for number in range(6):
        replay.person(f"Q{number}", f"F{number}.jpg")
    other = Setup(tmp_path, replay.port, clock)
    tasks = [(setup, other)[number % 2].fetch(f"Q{number}") for number in range(6)]
    portraits = await asyncio.gather(*tasks)
    assert len({portrait.path for portrait in portraits}) == 6
    assert replay.busiest == 2


async def test_those_who_ask_together_share_one_fetch(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "A.jpg")
    await asyncio.gather(*(setup.fetch("Q1") for _ in range(5)))
    assert len(replay.asked) == 3


async def test_removal_and_ids_that_are_none(setup: Setup, replay: Replay) -> None:
    replay.person("Q1", "A.jpg")
    portrait = await setup.fetch("Q1")
    assert forget(portrait.path.parent, "Q1") == 2
    assert setup.portraits.cached("Q1") is None
    assert not portrait.path.exists()
    strange = person("Q1", "../../etc/passwd")
    assert setup.portraits.cached(strange.id) is None
    assert not setup.portraits.may_have(strange)
    with pytest.raises(PortraitUnavailable, match="No source"):
        await setup.portraits.fetch(strange)
    with pytest.raises(PortraitUnavailable, match="not the id"):
        await setup.portraits.found(strange)


async def test_nobody_is_asked_when_it_is_off_or_pointless(tmp_path: Path, replay: Replay) -> None:
    async with httpx.AsyncClient(transport=Rerouted(replay.port)) as client:
        off = Portraits(tmp_path, client, enabled=False)
        with pytest.raises(PortraitUnavailable, match="does not fetch"):
            await off.fetch(person("Q1"))
        on = Portraits(tmp_path, client, enabled=True)
        with pytest.raises(PortraitUnavailable, match="No source"):
            await on.fetch(person(None, "K1"))
    assert replay.asked == []
