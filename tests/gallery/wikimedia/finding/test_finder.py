"""People of the starter who are found by name and proved by face, with real photos and answers of
the shapes of Wikimedia's."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import PIL.Image
import pytest

from lookalike.engine.judging import judge_of
from lookalike.engine.local import LocalEngine
from lookalike.errors import PortraitUnavailable
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person, Text
from lookalike.gallery.wikimedia.client import Wikimedia, open_client
from lookalike.gallery.wikimedia.finding.candidates import candidates
from lookalike.gallery.wikimedia.finding.proof import (
    AGREED,
    ALONE,
    MARGIN,
    SAME_YEAR,
    Unproved,
    chosen,
)
from lookalike.gallery.wikimedia.portrait_cache import CachedPortrait, Portraits
from tests.support.wikimedia import Replay, Rerouted, serving, time_of

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")

ACTOR, SINGER, POLITICIAN, ASTRONAUT = "Q33999", "Q177220", "Q82955", "Q11631"
MALE, FEMALE = "Q6581097", "Q6581072"
NOBODY = "nobody in public life of that name on Wikidata"
ANOTHER = "nobody of that name has surely that face"
NO_PORTRAIT = "no portrait of one clear face under a free licence"
TWO = "two people of that name have too like a face"

# As the starter states people: a name, the year, the gender, the field; and no id.
OBAMA = Person(
    "KOBAMA",
    "starter",
    Text("오바마", "Obama"),
    born="1961",
    gender="male",
    fields=("politics",),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def replay() -> Iterator[Replay]:
    answers = Replay()
    with serving(answers):
        yield answers


def as_jpeg(photo: bytes) -> bytes:
    written = io.BytesIO()
    PIL.Image.open(io.BytesIO(photo)).convert("RGB").save(written, "JPEG", quality=92)
    return written.getvalue()


def together(engine: LocalEngine, *photos: bytes) -> bytes:
    """One picture of several people, their faces side by side and of one size."""
    faces = [engine.framed_portrait(each, 300) for each in photos]
    written = io.BytesIO()
    PIL.Image.fromarray(np.concatenate(faces, axis=1)).save(written, "JPEG", quality=95)
    return written.getvalue()


@dataclass
class World:
    """A cache whose network is the replay, and whose starter has one photo of each person."""

    folder: Path
    engine: LocalEngine
    replay: Replay
    photos: Mapping[str, bytes]
    known: dict[str, Floats]
    time: float = 1_000_000.0

    def portraits(self, *, enabled: bool = True) -> Portraits:
        client = open_client("me@example.org", "1.0")
        client._transport = Rerouted(self.replay.port)

        async def run(call: Callable[[], Result]) -> Result:
            return call()

        async def known(person: Person) -> Floats | None:
            return self.known.get(person.id)

        judge = replace(judge_of(lambda: self.engine, run), known=known)
        return Portraits(self.folder, client, enabled=enabled, judge=judge, now=lambda: self.time)

    def human(self, wikidata: str, photo: str | bytes | None, **stated: Any) -> None:
        """Somebody on Wikidata called Obama, in politics, born in 1961, with a portrait."""
        facts: dict[str, Any] = {"P569": time_of("1961-08-04"), "P106": POLITICIAN, "P21": MALE}
        if photo is not None:
            data = self.photos[photo] if isinstance(photo, str) else photo
            self.replay.file(f"{wikidata}.jpg", body=as_jpeg(data))
            facts["P18"] = f"{wikidata}.jpg"
        self.replay.entity(wikidata, "오바마", "Barack Obama", aliases=["Obama"], **facts | stated)

    async def shown(self, person: Person = OBAMA) -> CachedPortrait:
        return await self.portraits().fetch(person)

    async def nobody(self, why: str, person: Person = OBAMA) -> None:
        with pytest.raises(PortraitUnavailable, match=why):
            await self.portraits().fetch(person)
        assert self.portraits().cached(person.id) is None
        assert self.portraits().completed(person) == person


@pytest.fixture
def world(
    tmp_path: Path, engine: LocalEngine, replay: Replay, photos: Mapping[str, bytes]
) -> World:
    known = {"KOBAMA": engine.portrait(photos["obama.jpg"])}
    return World(tmp_path, engine, replay, photos, known)


async def test_the_right_person_is_shown_and_kept_for_all(world: World) -> None:
    world.human(
        "Q76",
        "obama2.jpg",
        P345="nm1682433",
        P856="https://www.barackobama.com",
    )
    portrait = await world.shown()
    assert portrait.path.read_bytes() == as_jpeg(world.photos["obama2.jpg"])
    assert portrait.credit.licence == "CC BY-SA 4.0"
    assert portrait.credit.source_url == "https://commons.wikimedia.org/wiki/File:Q76.jpg"
    # Another process, without a network, knows all of it.
    count = len(world.replay.asked)
    later = world.portraits(enabled=False)
    assert later.may_have(OBAMA)
    assert later.cached("KOBAMA") == portrait
    proof = later.proof("KOBAMA")
    assert proof is not None
    assert (proof.wikidata, proof.born, proof.gender) == ("Q76", "1961", "male")
    assert proof.similarity > 80
    whole = later.completed(OBAMA)
    assert (whole.id, whole.wikidata, whole.websites) == (
        "KOBAMA",
        "Q76",
        ("https://www.barackobama.com",),
    )
    assert whole.external_ids == (("imdb", "nm1682433"),)
    assert [each.kind for each in whole.links][:3] == ["wikipedia-ko", "wikipedia-en", "wikidata"]
    assert len(world.replay.asked) == count


async def test_of_several_the_one_with_that_face(world: World) -> None:
    world.human("Q1", "biden.jpg")
    world.human("Q2", "Tom_Hanks_54745.png")
    world.human("Q76", "obama3.jpg")
    await world.shown()
    proof = world.portraits().proof("KOBAMA")
    assert proof is not None
    assert proof.wikidata == "Q76"


async def test_a_namesake_with_another_face_is_never_shown(world: World) -> None:
    world.human("Q1", "biden.jpg")
    await world.nobody(ANOTHER)


async def test_that_nobody_was_found_is_remembered_for_a_week(world: World) -> None:
    await world.nobody(NOBODY)
    count = len(world.replay.asked)
    assert count
    assert not world.portraits().may_have(OBAMA)
    world.time += 6 * 86_400
    await world.nobody(NOBODY)
    assert len(world.replay.asked) == count
    world.time += 2 * 86_400
    world.human("Q76", "obama2.jpg")
    assert world.portraits().may_have(OBAMA)
    await world.shown()


async def test_two_candidates_with_that_face_prove_nobody(world: World) -> None:
    world.human("Q76", "obama2.jpg")
    world.human("Q77", "obama3.jpg")
    await world.nobody(TWO)


async def test_whoever_has_no_portrait_is_not_proved(world: World) -> None:
    world.human("Q76", None)
    await world.nobody(NO_PORTRAIT)
    assert not [each for each in world.replay.asked if each.startswith("upload.")]


@pytest.mark.parametrize(
    "licence", ["", "CC BY-NC 2.0", "CC BY-ND 4.0", "CC BY-NC-SA 4.0", "Fair use", "Non-free"]
)
async def test_a_portrait_without_a_free_licence_is_not_even_fetched(
    world: World, licence: str
) -> None:
    world.human("Q76", "obama2.jpg")
    world.replay.file("Q76.jpg", licence=licence, body=as_jpeg(world.photos["obama2.jpg"]))
    await world.nobody(NO_PORTRAIT)
    assert not [each for each in world.replay.asked if each.startswith("upload.")]


async def test_a_portrait_of_two_people_proves_nobody(world: World) -> None:
    world.human(
        "Q76", together(world.engine, world.photos["obama2.jpg"], world.photos["biden.jpg"])
    )
    await world.nobody(NO_PORTRAIT)


async def test_the_next_portrait_of_one_face_does(world: World) -> None:
    both = together(world.engine, world.photos["obama2.jpg"], world.photos["biden.jpg"])
    world.replay.file("both.jpg", body=both)
    world.replay.file("alone.jpg", body=as_jpeg(world.photos["obama3.jpg"]))
    world.human("Q76", None, P18=["both.jpg", "alone.jpg"])
    portrait = await world.shown()
    assert portrait.credit.source_url == "https://commons.wikimedia.org/wiki/File:alone.jpg"


@pytest.mark.parametrize(
    "stated",
    [
        {"P569": time_of("1980-01-01")},
        {"P21": FEMALE},
        {"P31": "Q95074"},
        {"P106": "Q999999"},
    ],
)
async def test_whom_a_fact_speaks_against_is_not_looked_at(
    world: World, stated: dict[str, object]
) -> None:
    world.human("Q76", "obama2.jpg", **stated)
    await world.nobody(NOBODY)
    assert not [each for each in world.replay.asked if each.startswith("upload.")]


@pytest.mark.parametrize(
    ("stated", "needed"),
    [
        (OBAMA, SAME_YEAR),
        (replace(OBAMA, born="1961-08-04"), AGREED),
        (replace(OBAMA, born=None, groups=("Wonderers",)), AGREED),
        (replace(OBAMA, born=None), ALONE),
    ],
)
async def test_what_is_stated_of_both_says_how_alike_they_must_be(
    world: World, stated: Person, needed: float
) -> None:
    world.human("Q76", "obama2.jpg", P463="Q5")
    world.replay.entity("Q5", "원더러스", "Wonderers", P31="Q215380")
    client = open_client("me@example.org", "1.0")
    client._transport = Rerouted(world.replay.port)
    found = await candidates(Wikimedia(world.folder, client), stated)
    assert [(each.item.id, each.bar) for each in found] == [("Q76", needed)]


async def test_nobody_of_ones_own_is_asked_about_by_a_page(world: World) -> None:
    world.human("Q76", "obama2.jpg")
    own = replace(OBAMA, collection="mine")
    assert not world.portraits().may_have(own)
    with pytest.raises(PortraitUnavailable, match="No source"):
        await world.portraits().fetch(own)
    assert world.replay.asked == []
    # But when asked to.
    assert (await world.portraits().found(own)).credit.author == "A"


async def test_without_a_network_nobody_is_shown_and_soon_asked_again(world: World) -> None:
    world.replay.override = (500, {}, b"")
    await world.nobody("answered 500")
    world.replay.override = None
    world.human("Q76", "obama2.jpg")
    await world.nobody("answered 500")
    world.time += 301
    await world.shown()


def test_how_much_is_proof_depends_on_what_else_speaks_for_it() -> None:
    assert chosen([55.0], [50.0]) == 0
    assert chosen([30.0, 76.0], [50.0, 75.0]) == 1
    for similarities, bars in (([49.0], [50.0]), ([70.0], [75.0]), ([80.0], [90.0])):
        with pytest.raises(Unproved, match=ANOTHER):
            chosen(similarities, bars)
    with pytest.raises(Unproved, match=TWO):
        chosen([90.0, 90.0 - MARGIN + 1], [50.0, 50.0])
    assert chosen([90.0, 90.0 - MARGIN], [50.0, 50.0]) == 0
    with pytest.raises(Unproved, match=NO_PORTRAIT):
        chosen([], [])
