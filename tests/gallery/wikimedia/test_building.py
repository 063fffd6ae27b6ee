"""Building a gallery from a roster, against a local server that answers as Wikimedia does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from lookalike import config
from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import InvalidParameter, PortraitUnavailable
from lookalike.faces.apart.workers import Workers
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.sources.destination import Destination
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.store import Store
from lookalike.gallery.wikimedia.build import BuildReport, build_collection
from lookalike.gallery.wikimedia.build_cache import BuildCache
from lookalike.gallery.wikimedia.client import Patient, open_client
from lookalike.gallery.wikimedia.connection import connected
from lookalike.gallery.wikimedia.rosters import entries, shipped
from starter import rosters
from tests.support import shared
from tests.support.wikimedia import Replay, Rerouted, serving, statement, time_of

ACTOR, SINGER, POLITICIAN = "Q33999", "Q177220", "Q82955"


@pytest.fixture(scope="module")
def workers(settings: Settings) -> Iterator[Workers]:
    with shared.no_workers(), Workers(settings) as started:
        yield started


@pytest.fixture
def replay(photos: Mapping[str, bytes]) -> Iterator[Replay]:
    answers = Replay()
    with serving(answers):
        yield answers


def rerouted(port: int) -> httpx.AsyncClient:
    client = open_client("me@example.org", "1.0")
    client._transport = Rerouted(port)
    return client


@dataclass
class Home:
    """Builds galleries in a home of its own. Its time stands still but for what is waited."""

    folder: Path
    settings: Settings
    workers: Workers
    replay: Replay
    time: float = 1_750_000_000.0
    told: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.time += seconds

    def build(self, text: str, *, dry_run: bool = False, name: str = "r.txt") -> BuildReport:
        (self.folder / name).write_text(text, "utf-8")
        lines = entries.read(str(self.folder / name))
        gallery = self.gallery()
        patience = Patient(self.told.append, self.sleep)
        client = rerouted(self.replay.port)
        with connected(self.folder / "shared", client, patience, lambda: self.time) as connection:
            cache = BuildCache(self.folder / "cache", "mine", "1")
            there = Destination.of(gallery, "mine")
            report = build_collection(
                lines, there, connection, cache, self.workers, dry_run=dry_run
            )
        gallery.close()
        return report

    def gallery(self) -> Gallery:
        return Gallery.open(self.settings, SFACE)

    def people(self) -> dict[str, Person]:
        gallery = self.gallery()
        there = "mine" in {each.id for each in gallery.collections()}
        found = {each.id: each for each in gallery.people("mine")} if there else {}
        gallery.close()
        return found

    def portraits(self, person_id: str) -> tuple[StoredPortrait, ...]:
        gallery = self.gallery()
        found = gallery.portraits(person_id, "mine")
        gallery.close()
        return found

    def images_asked(self) -> int:
        return sum(each.startswith("upload.") for each in self.replay.asked)


@pytest.fixture
def mine(tmp_path: Path, settings: Settings, workers: Workers, replay: Replay) -> Home:
    own = config.load({}, home=tmp_path / "home", cache=settings.cache)
    return Home(tmp_path, own, workers, replay)


def counts(report: BuildReport) -> tuple[int, int, int, int]:
    found = report.imported
    return found.people_added, found.people_changed, found.portraits_added, found.already


def reasons(report: BuildReport) -> dict[str, str]:
    return {each.where: each.why for each in report.imported.left_out}


def obama(replay: Replay, photos: Mapping[str, bytes], **changes: Any) -> None:
    facts: dict[str, Any] = {
        "ko": "버락 오바마",
        "en": "Barack Obama",
        "described": "44th president of the United States",
        "P106": POLITICIAN,
        "P21": "Q6581097",
        "P27": "Q30",
        "P569": time_of("1961-08-04"),
        "P463": "Q463303",
        "P345": "nm1682433",
        "P856": "https://www.barackobama.com/",
        "P18": "Obama portrait.jpg",
    }
    replay.entity("Q76", **facts | changes)
    replay.entity("Q463303", en="American Academy of Arts and Sciences", P31="Q414147")
    replay.file("Obama portrait.jpg", thumbnail=500, body=photos["obama.jpg"])


def biden(replay: Replay, photos: Mapping[str, bytes]) -> None:
    replay.entity("Q6279", en="Joe Biden", P106=POLITICIAN, P18="Biden.jpg", P21="Q6581097")
    replay.file("Biden.jpg", thumbnail=500, body=photos["biden.jpg"])


def test_a_person_with_every_fact(mine: Home, replay: Replay, photos: Mapping[str, bytes]) -> None:
    obama(replay, photos)
    html = '<a href="//commons.wikimedia.org/wiki/User:P" title="x">Pete&nbsp;Souza</a>'
    replay.file("Obama portrait.jpg", artist=html, thumbnail=500, body=photos["obama.jpg"])
    assert counts(mine.build("# presidents\nQ76  # of the United States\n")) == (1, 0, 1, 0)
    assert mine.people()["Q76"] == Person(
        id="Q76",
        collection="mine",
        name=Text("버락 오바마", "Barack Obama"),
        description=Text(en="44th president of the United States"),
        born="1961-08-04",
        groups=("American Academy of Arts and Sciences",),
        gender="male",
        country="US",
        fields=("politics",),
        wikidata="Q76",
        websites=("https://www.barackobama.com/",),
        external_ids=(("imdb", "nm1682433"),),
    )
    (portrait,) = mine.portraits("Q76")
    assert portrait.credit == Credit(
        "Pete Souza",
        "CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0",
        "https://commons.wikimedia.org/wiki/File:Obama_portrait.jpg",
    )
    assert portrait.fetched_at is not None
    assert any("iiurlwidth=500" in each for each in replay.asked)
    assert all("maxlag=5" in each for each in replay.asked if "/w/api.php" in each)
    (agent,) = replay.agents
    assert agent.startswith("Lookalike/1.0 (me@example.org) python-httpx/")


def test_a_second_run_adds_and_downloads_nothing(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    replay.entity("Q1", en="Six", P106=ACTOR, P18="Six.jpg")
    replay.file("Six.jpg", thumbnail=500, body=photos["t1.jpg"])
    assert counts(mine.build("Q76\nQ1\n")) == (1, 0, 1, 0)
    assert mine.images_asked() == 2
    again = mine.build("Q76\nQ1\n")
    assert counts(again) == (0, 0, 0, 1)
    assert reasons(again) == {"Q1 Six, Six.jpg": "several faces of like size"}
    assert mine.images_asked() == 2
    assert len(mine.portraits("Q76")) == 1


def test_what_has_changed_is_refreshed(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    biden(replay, photos)
    mine.build("Q76\nQ6279\n")
    obama(replay, photos, en="Barack H. Obama", P570=time_of("2030-05-00", 10))
    assert counts(mine.build("Q76\nQ6279\n")) == (0, 1, 0, 2)
    person = mine.people()["Q76"]
    assert (person.name.en, person.died) == ("Barack H. Obama", "2030-05")
    before = mine.images_asked()

    mine.time += 2 * 86_400
    replay.file(
        "Obama portrait.jpg",
        thumbnail=500,
        body=photos["obama2.jpg"],
        uploaded="2025-06-16T12:00:00Z",
    )
    (old,) = mine.portraits("Q76")
    report = mine.build("Q76\nQ6279\n")
    assert (counts(report), report.replaced) == ((0, 1, 1, 1), 1)
    assert mine.images_asked() == before + 1
    (new,) = mine.portraits("Q76")
    assert new.id != old.id
    assert new.fetched_at == datetime(2025, 6, 17, 15, 6, 40, tzinfo=UTC)

    replay.file("New.jpg", thumbnail=500, body=photos["obama3.jpg"])
    obama(replay, photos, P18="New.jpg")
    report = mine.build("Q76\n")
    assert (counts(report), report.replaced) == ((0, 1, 1, 0), 1)
    (new,) = mine.portraits("Q76")
    assert new.credit is not None
    assert new.credit.source_url == "https://commons.wikimedia.org/wiki/File:New.jpg"
    assert counts(mine.build("Q76\n")) == (0, 0, 0, 1)


def test_a_refused_new_portrait_leaves_the_old_one(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    mine.build("Q76\n")
    obama(replay, photos, P18="Six.jpg")
    replay.file("Six.jpg", thumbnail=500, body=photos["t1.jpg"])
    report = mine.build("Q76\n")
    assert counts(report) == (0, 0, 0, 0)
    assert report.replaced == 0
    assert len(mine.portraits("Q76")) == 1


def test_several_images_in_the_order_of_their_rank(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    images = [("Old.jpg", "deprecated"), ("A.jpg", "normal"), ("B.jpg", "preferred")]
    images += [("C.jpg", "normal"), ("D.jpg", "normal")]
    replay.entities["Q76"]["claims"]["P18"] = [statement("P18", *each) for each in images]
    bodies = {"A.jpg": "obama.jpg", "B.jpg": "obama2.jpg", "C.jpg": "t1.jpg", "D.jpg": "biden.jpg"}
    for name, photo in bodies.items():
        replay.file(name, thumbnail=500, body=photos[photo])
    report = mine.build("Q76\n")
    assert counts(report) == (1, 0, 2, 0)
    assert reasons(report) == {"Q76 File:C.jpg": "several faces of like size"}
    pages = [each.credit and each.credit.source_url for each in mine.portraits("Q76")]
    assert pages == [f"https://commons.wikimedia.org/wiki/File:{each}.jpg" for each in "BA"]


def test_who_cannot_be_added_and_why(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    replay.entity("Q2", en="Kim", P31="Q4167410")
    replay.entity("Q3", en="Seoul", P31="Q8684")
    replay.entity("Q4", en="Nobody's Face")
    replay.entity("Q5000", en="Unfree", P18="Unfree.jpg")
    replay.file("Unfree.jpg", licence="", thumbnail=500)
    replay.entity("Q6", en="Gone", P18="Gone.jpg")
    replay.entity("Q7", en="Same", P18="Obama portrait.jpg")
    replay.entity("Q8", en="Lost", P18="Lost.jpg")
    replay.file("Lost.jpg", thumbnail=500)
    replay.bodies.clear()
    replay.entity("Q9", P106=ACTOR)
    roster = "Q2\nQ3\nQ4\nQ5000\nQ6\nQ76\nQ7\nQ8\nQ9\nQ999\nQ9999999999\nP18\n"
    report = mine.build(roster)
    assert counts(report) == (0, 0, 0, 0)
    assert reasons(report) == {
        "line 11": "'Q9999999999' is no Wikidata id of a person; one looks like Q76",
        "line 12": "'P18' is no Wikidata id of a person; one looks like Q76",
        "Q2 (line 1), Kim": "a disambiguation page",
        "Q3 (line 2), Seoul": "not a person",
        "Q4 Nobody's Face": "no image on Wikidata",
        "Q5000 Unfree, Unfree.jpg": "no free licence stated",
        "Q6 Gone, Gone.jpg": "Commons has no such file",
        "Q76 File:Obama portrait.jpg": "upload.wikimedia.org does not have the file.",
        "Q7 Same, Obama portrait.jpg": "the same photo as of Q76",
        "Q8 File:Lost.jpg": "upload.wikimedia.org does not have the file.",
        "Q9 (line 9)": "no name in Korean or English",
        "Q999 (line 10)": "Wikidata has no such item",
    }


def test_merged_items_and_moved_files_are_followed(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos, P18="Old_name.jpg")
    replay.redirects |= {"Q1000": "Q76", "File:Old name.jpg": "File:Obama portrait.jpg"}
    report = mine.build("Q1000\nQ76\n")
    assert counts(report) == (1, 0, 1, 0)
    assert reasons(report) == {"Q76 (line 2)": "the same person as on line 1"}
    assert mine.people().keys() == {"Q76"}
    assert counts(mine.build("Q1000\n")) == (0, 0, 0, 1)


def test_a_name_that_fits_three_people_is_for_the_user_to_decide(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    born = {"Q10": "1996-01-24", "Q11": "1990-10-31", "Q12": "1971-03-19"}
    for entity, date in born.items():
        replay.entity(entity, "김민지", "Kim Min-ji", P106=ACTOR, P569=time_of(date))
        replay.file(f"{entity}.jpg", thumbnail=500, body=photos["biden.jpg"] + entity.encode())
        replay.entities[entity]["claims"]["P18"] = [statement("P18", f"{entity}.jpg")]
    replay.entity("Q13", "김민지", P106="Q81096")
    replay.entity("Q14", "김민지", P31="Q4167410")
    replay.entity("Q15", "김민지애", P106=ACTOR)
    report = mine.build("김민지\n")
    (ambiguous,) = report.ambiguous
    assert (ambiguous.where, ambiguous.name) == ("line 1", "김민지")
    assert {each.wikidata: each.born for each in ambiguous.choices} == born
    assert ambiguous.choices[0].name == Text("김민지", "Kim Min-ji")
    assert mine.people() == {}

    assert mine.build("name,born\n김민지,1990\n", name="r.csv").ambiguous == ()
    assert mine.people().keys() == {"Q11"}
    assert counts(mine.build("Q12\n")) == (1, 0, 1, 0)


def test_names_are_found_by_group_birth_and_occupation(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    replay.entity("Q500", "소녀시대", "Girls' Generation", ["SNSD"], P31="Q215380")
    replay.entity("Q501", "다른 그룹", "Others", P31="Q215380")
    replay.entity("Q20", "유리", "Yuri", P106=SINGER, P463="Q500", P18="Yuri.jpg")
    replay.entity("Q21", "유리", "Yuri", P106=SINGER, P463="Q501")
    replay.entity("Q22", "이정재", "Lee Jung-jae", P106=ACTOR, P18="Lee.jpg")
    replay.entity("Q23", "이정재", "Lee Jung-jae", P106="Q937857")
    replay.entity("Q24", "유나", "Yuna", P463="Q501")
    replay.file("Yuri.jpg", thumbnail=500, body=photos["obama.jpg"])
    replay.file("Lee.jpg", thumbnail=500, body=photos["biden.jpg"])
    report = mine.build(
        "name_ko,name_en,group,occupation\n"
        "유리,Yuri,SNSD,\n이정재,,,배우\n유나,Yuna,SNSD,\n없음,,,\n",
        name="r.csv",
    )
    assert counts(report) == (2, 0, 2, 0)
    assert {each.id: each.groups for each in mine.people().values()} == {
        "Q20": ("Girls' Generation",),
        "Q22": (),
    }
    # Nothing that is stated speaks for the only one there is, so it is not taken either.
    (ambiguous,) = report.ambiguous
    assert [each.wikidata for each in ambiguous.choices] == ["Q24"]
    assert reasons(report) == {"없음 (row 5)": "nobody in public life found of that name"}

    count = sum("wbsearchentities" in each for each in replay.asked)
    assert counts(mine.build("유리\n")) == (0, 0, 0, 0)
    again = mine.build("name_ko,name_en,group\n유리,Yuri,SNSD\n", name="r.csv")
    assert counts(again) == (0, 0, 0, 1)
    assert sum("wbsearchentities" in each for each in replay.asked) == count + 1


def test_a_person_without_a_korean_label(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    biden(replay, photos)
    assert counts(mine.build("Joe Biden\n")) == (1, 0, 1, 0)
    assert mine.people()["Q6279"].name == Text(None, "Joe Biden")
    replay.entities["Q6279"]["labels"] = {"mul": {"language": "mul", "value": "Joe R. Biden"}}
    mine.build("wikidata,name_ko\nQ6279,조 바이든\n", name="r.csv")
    assert mine.people()["Q6279"].name == Text("조 바이든", "Joe R. Biden")


def test_it_waits_when_asked_to(mine: Home, replay: Replay, photos: Mapping[str, bytes]) -> None:
    obama(replay, photos)
    lag = b'{"error": {"code": "maxlag", "info": "Waiting for a database server", "lag": 7}}'
    replay.answers = [
        (200, {"Retry-After": "5"}, lag),
        (200, {"Retry-After": "5"}, lag),
        None,
        (503, {}, b""),
        None,
        (500, {}, b""),
        None,
        (429, {"Retry-After": "900"}, b"slow down"),
    ]
    assert counts(mine.build("Q76\n")) == (1, 0, 1, 0)
    assert replay.answers == []
    assert mine.time == 1_750_000_000 + 5 + 5 + 300 + 5 + 900
    assert mine.told == [
        "www.wikidata.org is lagging; it is asked again later. Waiting 5 seconds.",
        "www.wikidata.org asks to be left alone for a while. Waiting 300 seconds.",
        "commons.wikimedia.org answered 500. Waiting 5 seconds.",
        "upload.wikimedia.org asks to be left alone for a while. Waiting 900 seconds.",
    ]


def test_its_patience_has_an_end_and_nothing_is_lost(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    biden(replay, photos)
    mine.build("Q76\n")
    replay.override = (429, {"Retry-After": "7200"}, b"")
    report = mine.build("Q76\nQ6279\n")
    assert report.stopped == "www.wikidata.org asks to be left alone for a while."
    assert mine.told == []
    with pytest.raises(PortraitUnavailable, match="not to be asked before"):
        mine.build("Joe Biden\n")
    replay.override = None
    mine.time += 7200
    assert counts(mine.build("Q76\nQ6279\n")) == (1, 0, 1, 1)


def test_a_dry_run_downloads_no_image(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    biden(replay, photos)
    mine.build("Q76\n")
    before = mine.images_asked()
    report = mine.build("Q76\nQ6279\n", dry_run=True)
    assert report.imported.dry_run
    assert counts(report) == (1, 0, 1, 1)
    assert mine.images_asked() == before
    assert mine.people().keys() == {"Q76"}


def test_those_who_were_taken_down_stay_out(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    mine.build("Q76\n")
    gallery = mine.gallery()
    gallery.takedown("Q76")
    gallery.close()
    before = mine.images_asked()
    assert reasons(mine.build("Q76\n")) == {"Q76 (line 1)": "asked to be left out"}
    assert mine.images_asked() == before


def many(replay: Replay, photos: Mapping[str, bytes], count: int) -> str:
    """A roster of that many people with a photo each."""
    for number in range(1, count + 1):
        name = f"File {number}.jpg"
        replay.entity(f"Q{10_000 + number}", en=f"Person {number}", P18=name)
        replay.file(name, thumbnail=500, body=photos["obama.jpg"] + str(number).encode())
    return "".join(f"Q{10_000 + number}\n" for number in range(1, count + 1))


def test_fifty_at_once_and_two_requests_at_a_time(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    replay.page = 20
    replay.delay = 0.02
    assert counts(mine.build(many(replay, photos, 60))) == (60, 0, 60, 0)
    asked = [each for each in replay.asked if "/w/api.php" in each]
    # Wikidata in two batches; Commons in two, of which the first takes three answers.
    assert sum("wbgetentities" in each for each in asked) == 2
    assert sum("action=query" in each for each in asked) == 4
    assert mine.images_asked() == 60
    assert replay.busiest == 2


def test_no_address_is_longer_than_servers_take(mine: Home, replay: Replay) -> None:
    for number in range(60):
        file = f"{number} {'가' * 60}.jpg"
        replay.entity(f"Q{10_000 + number}", en=f"Person {number}", P18=file)
        replay.file(file, thumbnail=500)
    text = "".join(f"Q{10_000 + number}\n" for number in range(60))
    assert counts(mine.build(text, dry_run=True)) == (60, 0, 60, 0)
    assert 4_000 < max(map(len, replay.asked)) < 8_000


def test_an_answer_that_was_cut_short_is_asked_for_again(
    mine: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    obama(replay, photos)
    biden(replay, photos)
    one = replay._entities(["Q6279"], ["labels", "descriptions", "claims"])
    replay.answers = [(200, {}, json.dumps(one).encode())]
    assert counts(mine.build("Q76\nQ6279\n")) == (2, 0, 2, 0)


def test_an_interrupted_build_goes_on(
    mine: Home, replay: Replay, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = many(replay, photos, 30)
    write = Store.add

    def stop_at_the_tenth(store: Store, person: Person, portraits: Any) -> None:
        if person.id == "Q10010":
            raise KeyboardInterrupt
        write(store, person, portraits)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "add", stop_at_the_tenth)
        report = mine.build(text)
    assert report.imported.interrupted
    assert counts(report)[0] == len(mine.people()) == 9
    before = mine.images_asked()
    assert counts(mine.build(text)) == (21, 0, 21, 9)
    assert mine.images_asked() == before + 21
    assert counts(mine.build(text)) == (0, 0, 0, 30)


def test_ctrl_c_is_heard_while_it_waits(
    mine: Home, replay: Replay, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    obama(replay, photos)
    replay.override = (429, {"Retry-After": "900"}, b"")

    presses = iter([signal.SIGINT])

    async def asleep(_: float) -> None:
        # Once: a second one, of another request that waits, would end the tests.
        for press in presses:
            os.kill(os.getpid(), press)
        await asyncio.sleep(3600)

    monkeypatch.setattr(mine, "sleep", asleep)
    report = mine.build("Q76\n")
    assert report.imported.interrupted
    assert mine.told[-1].endswith("Waiting 900 seconds.")


def test_a_roster_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="kpop, korea, world"):
        entries.read("jpop")
    path = tmp_path / "r.csv"
    path.write_text("name,height\nA,1\n")
    with pytest.raises(InvalidParameter, match="no column 'height'"):
        entries.read(str(path))
    path.write_bytes(b"name\n\xff\xfe\n")
    with pytest.raises(InvalidParameter, match="UTF-8"):
        entries.read(str(path))
    (tmp_path / "r.txt").write_bytes("Beyoncé\n".encode("latin-1"))
    with pytest.raises(InvalidParameter, match="UTF-8"):
        entries.read(str(tmp_path / "r.txt"))
    path.write_text("name,born,group\nA,yesterday,\n,,X\nB,1993,X; Y\n")
    bad, empty, good = entries.read(str(path))
    assert isinstance(bad, LeftOut)
    assert "no date" in bad.why
    assert isinstance(empty, LeftOut)
    assert empty == LeftOut("row 3", "neither a Wikidata id nor a name")
    assert isinstance(good, entries.Entry)
    assert (good.groups, good.born) == (("X", "Y"), "1993")


def test_the_rosters_that_ship_are_sound() -> None:
    people = starter.load(SFACE.contract).people
    for name, made in (("korea", rosters.korea(people)), ("world", rosters.world(people))):
        path = shipped(name)
        assert path is not None
        assert path.read_text("utf-8") == made
    kpop, korea, world = map(entries.read, ("kpop", "korea", "world"))
    assert (len(kpop), len(korea), len(world)) == (549, 530, 627)
    everyone = [each for each in (*kpop, *korea, *world) if isinstance(each, entries.Entry)]
    assert len(everyone) == 549 + 530 + 627
    assert all(each.groups for each in everyone[:549])
    assert all(each.wikidata for each in everyone[-627:])


def test_the_command(
    mine: Home,
    replay: Replay,
    photos: Mapping[str, bytes],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for prepared in ("models", "openvino"):
        (mine.folder / "own").mkdir(exist_ok=True)
        (mine.folder / "own" / prepared).symlink_to(settings.cache / prepared)
    obama(replay, photos)
    for entity in ("Q10", "Q11"):
        replay.entity(entity, "김민지", "Kim Min-ji", described="South Korean actress", P106=ACTOR)
    replay.entities["Q10"]["claims"]["P569"] = [statement("P569", time_of("1996-01-24"))]
    monkeypatch.setenv("LOOKALIKE_HOME", str(mine.settings.home))
    monkeypatch.setenv("LOOKALIKE_CACHE", str(mine.folder / "own"))
    monkeypatch.setattr(
        "lookalike.gallery.wikimedia.client.open_client", lambda *_: rerouted(replay.port)
    )
    path = mine.folder / "list.txt"
    path.write_text("Q76\n김민지\nQ999\n")
    args = ["gallery", "build", str(path), "--collection", "fans"]

    dry = CliRunner().invoke(main, [*args, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "Would add 1 people and 1 portraits" in dry.stdout
    assert "No image was fetched" in dry.stdout

    done = CliRunner().invoke(main, args)
    assert done.exit_code == 0, done.output
    assert "Added 1 people and 1 portraits" in done.stdout
    assert "Wikidata has no such item: Q999 (line 3)" in done.stdout
    assert "  김민지 (line 2)\n" in done.stdout
    assert "    Q10         김민지 · Kim Min-ji: South Korean actress (born 1996)" in done.stdout

    again = json.loads(CliRunner().invoke(main, [*args, "--json"]).stdout)
    assert (again["people_added"], again["already"], again["stopped"]) == (0, 1, None)
    assert [each["wikidata"] for each in again["ambiguous"][0]["choices"]] == ["Q10", "Q11"]

    replay.override = (429, {"Retry-After": "7200"}, b"")
    path.write_text("Q76\n")
    stopped = CliRunner().invoke(main, args)
    assert stopped.exit_code == 1
    assert "asks to be left alone" in stopped.stderr
    assert "Run the same command again" in stopped.stderr
    missing = CliRunner().invoke(main, ["gallery", "build", "nowhere.txt"])
    assert missing.exit_code == 1
    assert "neither a file nor a roster" in missing.stderr
