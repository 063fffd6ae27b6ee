"""Who a collection has already, however an import spells them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources import pack
from lookalike.gallery.sources.values import person_id, stable_id, text_of
from lookalike.gallery.store import Store
from tests.support.homes import Home, counts


@pytest.fixture
def mine(tmp_path: Path, settings: Settings) -> Home:
    return Home(tmp_path, config.load({}, home=tmp_path / "home", cache=settings.cache))


def put(mine: Home, name: str, photo: bytes) -> None:
    """The photo of one person as all there is in the folder `stars`."""
    folder = mine.folder / "stars"
    folder.mkdir(exist_ok=True)
    for each in folder.iterdir():
        each.unlink()
    (folder / name).write_bytes(photo)


def kept(mine: Home, person: Person, *portraits: Portrait) -> None:
    store = Store(mine.settings.home, SFACE.contract)
    store.add(person, portraits)
    store.close()


def everyone(mine: Home) -> dict[str, int]:
    """How many portraits each person of `mine` has, by id."""
    gallery = mine.gallery()
    try:
        return {each.id: len(gallery.portraits(each.id, "mine")) for each in gallery.people("mine")}
    finally:
        gallery.close()


@pytest.mark.parametrize(
    "other", ["ＢＡＲＡＣＫ　obama", unicodedata.normalize("NFD", "Barack OBAMA")]
)
def test_ids_are_the_same_however_a_name_is_typed(other: str) -> None:
    ids = {person_id("mine", text_of(name)) for name in ("Barack Obama", other)}
    assert ids == {stable_id("mine", "barack obama")}


def test_one_name_typed_in_two_ways_is_one_person(mine: Home, photos: Mapping[str, bytes]) -> None:
    put(mine, "Barack Obama.jpg", photos["obama.jpg"])
    assert counts(mine.report("stars")) == (1, 0, 1, 0)
    put(mine, "ＢＡＲＡＣＫ obama.jpg", photos["obama2.jpg"])
    assert counts(mine.report("stars")) == (0, 1, 1, 0)
    assert everyone(mine) == {stable_id("mine", "barack obama"): 2}


@pytest.mark.parametrize("name", ["Barack Obama", "BARACK obama"])
def test_ids_of_earlier_versions_stay(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    """They told apart how a name was typed, in databases and in packs."""
    old = Person(stable_id("mine", "Barack Obama"), "mine", Text(en="Barack Obama"))
    portrait = Portrait(engine.portrait(photos["obama2.jpg"]), image_id="2" * 64)
    pack.write(mine.folder / "old.pack.zip", "mine", [(old, [portrait])], SFACE)
    kept(mine, old, Portrait(engine.portrait(photos["obama.jpg"]), image_id="1" * 64))
    put(mine, f"{name}.jpg", photos["obama3.jpg"])
    assert counts(mine.report("stars")) == (0, 1, 1, 0)
    assert counts(mine.report("old.pack.zip")) == (0, 1, 1, 0)
    assert everyone(mine) == {old.id: 3}
    assert counts(mine.report("old.pack.zip", "--collection", "fans")) == (1, 0, 1, 0)
    gallery = mine.gallery()
    assert [each.id for each in gallery.people("fans")] == [stable_id("fans", "barack obama")]
    gallery.close()


def test_who_was_added_by_hand_is_known_by_name_and_face(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    kept(
        mine,
        Person("U1", "mine", Text("버락 오바마")),
        Portrait(engine.portrait(photos["obama.jpg"])),
    )
    put(mine, "버락 오바마.jpg", photos["obama2.jpg"])
    assert counts(mine.report("stars", "--dry-run")) == (0, 1, 1, 0)
    assert counts(mine.report("stars")) == (0, 1, 1, 0)
    assert everyone(mine) == {"U1": 2}
    again = mine.report("stars")
    assert (counts(again), again["left_out"]) == ((0, 0, 0, 1), [])


def test_a_namesake_with_another_face_is_another_person_and_the_report_says_so(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    kept(
        mine,
        Person("U1", "mine", Text("버락 오바마")),
        Portrait(engine.portrait(photos["obama.jpg"])),
    )
    put(mine, "버락 오바마.jpg", photos["biden.jpg"])
    report = mine.report("stars", "--dry-run")
    (double,) = report["doubled"]
    new = stable_id("mine", "버락 오바마")
    assert (double["person"], double["id"], double["there"]) == ("버락 오바마", new, "U1")
    assert double["similarity"] < 50
    said = mine("import", "stars")
    assert "Another 버락 오바마 than U1, whose face differs" in said
    assert f"lookalike gallery merge U1 {new}" in said
    assert everyone(mine) == {"U1": 1, new: 1}
    assert mine.report("stars")["doubled"] == []


def test_other_groups_and_wikidata_ids_are_other_people(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    face = Portrait(engine.portrait(photos["obama.jpg"]))
    kept(mine, Person("U1", "mine", Text("버락 오바마"), groups=("presidents",)), face)
    put(mine, "1.jpg", photos["obama2.jpg"])
    for row, people in (
        ("버락 오바마,1.jpg,senators,", 2),
        ("버락 오바마,1.jpg,,Q76", 2),
    ):
        (mine.folder / "stars" / "t.csv").write_text(f"name,images,groups,wikidata\n{row}\n")
        report = mine.report("stars/t.csv", "--dry-run")
        assert (counts(report)[0], report["doubled"]) == (people - 1, [])


def test_who_was_given_a_wikidata_id_is_known_by_it(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    face = Portrait(engine.portrait(photos["obama.jpg"]))
    kept(mine, Person("U1", "mine", Text(en="Barry"), wikidata="Q76"), face)
    put(mine, "1.jpg", photos["obama2.jpg"])
    table = mine.folder / "stars" / "t.csv"
    table.write_text("name,images,wikidata\n버락 오바마,1.jpg,Q76\n")
    assert counts(mine.report("stars/t.csv")) == (0, 1, 1, 0)
    assert everyone(mine) == {"U1": 2}
