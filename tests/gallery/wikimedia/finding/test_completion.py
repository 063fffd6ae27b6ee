"""`lookalike gallery complete` and `gallery add --find`, as a user runs them, against a local
server that answers as Wikimedia does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import PIL.Image
import pytest

from lookalike import config
from lookalike.config import Settings
from starter import facts
from tests.support.homes import Home
from tests.support.wikimedia import Replay, replayed, time_of

POLITICIAN, MALE = "Q82955", "Q6581097"


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    with replayed(monkeypatch) as answers:
        yield answers


@pytest.fixture
def home(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Home:
    for name in ("obama.jpg", "obama3.jpg", "biden.jpg"):
        (tmp_path / name).write_bytes(photos[name])
    own = config.load(
        {}, home=tmp_path / "home", cache=tmp_path / "cache", runtime=settings.runtime
    )
    return Home(tmp_path, own)


def as_jpeg(photo: bytes) -> bytes:
    written = io.BytesIO()
    PIL.Image.open(io.BytesIO(photo)).convert("RGB").save(written, "JPEG", quality=92)
    return written.getvalue()


def on_wikidata(replay: Replay, wikidata: str, name: str, photo: bytes) -> None:
    replay.file(f"{wikidata}.jpg", body=as_jpeg(photo))
    replay.entity(
        wikidata,
        en=name,
        P569=time_of("1961-08-04"),
        P106=POLITICIAN,
        P21=MALE,
        P18=f"{wikidata}.jpg",
        P345="nm1682433",
    )


def test_a_collection_of_ones_own_is_completed(
    home: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    home("add", "Barack Obama", "obama.jpg", "--born", "1961-08-04")
    home("add", "Joe Biden", "biden.jpg")
    home("add", "Somebody Else", "obama3.jpg", "--new")
    on_wikidata(replay, "Q76", "Barack Obama", photos["obama2.jpg"])
    # A namesake with another face.
    on_wikidata(replay, "Q1", "Joe Biden", photos["Tom_Hanks_54745.png"])
    told = home("complete", "--collection", "mine")
    assert told.splitlines()[0] == "Found 1 of 3 people of mine on Wikidata."
    assert "Barack Obama is Q76 (similarity" in told
    assert "1 nobody of that name has surely that face: Joe Biden" in told
    assert "1 nobody in public life of that name on Wikidata: Somebody Else" in told
    gallery = home.gallery()
    obama = gallery.people("mine", "obama")[0]
    gallery.close()
    assert (obama.wikidata, obama.gender) == ("Q76", "male")
    assert obama.external_ids == (("imdb", "nm1682433"),)
    assert obama.links[2].url == "https://www.wikidata.org/wiki/Q76"
    # Those who were not found are not asked about again for a week.
    count = len(replay.asked)
    again = json.loads(home("complete", "--collection", "mine", "--json"))
    assert (again["found"], len(again["unknown"]), again["stopped"]) == ([], 2, None)
    assert len(replay.asked) == count


def test_of_the_starter_what_was_found_goes_into_a_table(
    home: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    table = home.folder / "wikidata.csv"
    told = home("complete", "--limit", "2", "--table", str(table))
    assert told.splitlines()[0] == "Found 0 of 2 people of starter on Wikidata."
    assert table.read_text("utf-8") == "name,wikidata,similarity,portrait,found\n"
    wrong = home("complete", "--collection", "mine", "--table", str(table), fails=2)
    assert "--table is for the starter gallery." in wrong


def test_it_stops_where_wikimedia_wants_to_be_left_alone(home: Home, replay: Replay) -> None:
    replay.override = (429, {"Retry-After": "7200"}, b"")
    told = home("complete", "--limit", "3", fails=1)
    assert "asks to be left alone" in told
    assert "Run the same command again to go on." in told


def test_somebody_who_is_added_is_found_when_asked(
    home: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    on_wikidata(replay, "Q76", "Barack Obama", photos["obama2.jpg"])
    home("add", "Barack Obama", "obama.jpg", "--new")
    assert replay.asked == []
    done = home.commands("gallery", "add", "Barack Obama", "obama3.jpg", "--find")
    assert "Found on Wikidata: Q76, similarity" in done.stderr
    assert "Added 1 portrait to Barack Obama" in done.stdout
    other = home.commands("gallery", "add", "Joe Biden", "biden.jpg", "--find")
    assert "Not found on Wikidata: nobody in public life" in other.stderr
    assert "Added Joe Biden as U" in other.stdout


def test_somebody_new_has_the_id_of_wikidata(
    home: Home, replay: Replay, photos: Mapping[str, bytes]
) -> None:
    on_wikidata(replay, "Q76", "Barack Obama", photos["obama2.jpg"])
    done = home.commands(
        "gallery", "add", "Barack Obama", "obama.jpg", "--find", "--born", "1961-08-04"
    )
    assert "Added Barack Obama as Q76 to mine with 1 portrait." in done.stdout


def test_the_table_that_ships_gives_ids_to_people_of_the_starter(tmp_path: Path) -> None:
    for each in facts.TABLES.glob("*.csv"):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    rows = list(csv.DictReader((facts.TABLES / "facts.csv").read_text("utf-8").splitlines()))
    name = next(row["id"] for row in rows if not row["id"].startswith("Q"))
    with (tmp_path / "wikidata.csv").open("a", encoding="utf-8") as file:
        file.write(
            f"{name},Q99999999,88.0,https://commons.wikimedia.org/wiki/File:A.jpg,2026-11-30\n"
        )
    before, after = facts.people()[name], facts.people(tmp_path)[name]
    assert after.wikidata == "Q99999999"
    assert after.id == before.id
