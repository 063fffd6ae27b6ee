"""Somebody who is added twice is one person; people of one name are told apart; two become one."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import Blocked, Conflict, InvalidParameter, PersonNotFound, Unlike
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, Text, new_id
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources.values import text_of
from lookalike.gallery.store import Enrolment, Store
from tests.gallery.test_store import unit

NAME = "홍길동"


@pytest.fixture
def gallery(engine: LocalEngine, home: Path) -> Iterator[Gallery]:
    opened = Gallery.open(replace(engine.settings, home=home), SFACE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def faces(engine: LocalEngine, photos: Mapping[str, bytes]) -> dict[str, Floats]:
    names = ("obama", "obama2", "obama3", "biden")
    return {name: engine.portrait(photos[f"{name}.jpg"]) for name in names}


def somebody(name: str = NAME, *groups: str, **facts: Any) -> Person:
    """Somebody with a name as it is typed, however that is."""
    return replace(Person(new_id(), "mine", text_of(name), groups=groups), **facts)


class Adding:
    """Adds photos of real people to a gallery, and counts who is in it."""

    def __init__(self, gallery: Gallery, engine: LocalEngine, faces: Mapping[str, Floats]) -> None:
        self.gallery = gallery
        self.alike = engine.calibration.similarity
        self.faces = faces

    def __call__(
        self, person: Person, *photos: str, to: str | None = None, new: bool = False
    ) -> Enrolment:
        portraits = [Portrait(self.faces[each], image_id=each) for each in photos]
        return self.gallery.store.enrol(person, portraits, self.alike, to=to, new=new)

    def there(self) -> dict[str, int]:
        """How many portraits each person has, by id."""
        people = self.gallery.people("mine")
        return {each.id: len(self.gallery.portraits(each.id, "mine")) for each in people}


@pytest.fixture
def adding(gallery: Gallery, engine: LocalEngine, faces: Mapping[str, Floats]) -> Adding:
    return Adding(gallery, engine, faces)


@pytest.fixture
def elsewhere(engine: LocalEngine, home: Path) -> Iterator[Gallery]:
    """The same galleries as another process has them."""
    opened = Gallery.open(replace(engine.settings, home=home), SFACE)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAME, unicodedata.normalize("NFD", NAME)),
        ("Hong Gildong", "ＨＯＮＧ  gildong"),
        (unicodedata.normalize("NFD", "Beyoncé"), "BEYONCÉ"),
    ],
)
def test_a_second_photo_goes_to_who_is_there(adding: Adding, first: str, second: str) -> None:
    one = adding(somebody(first), "obama")
    assert (one.new, one.portraits) == (True, 1)
    other = adding(somebody(second), "obama2")
    assert (other.new, other.portraits, other.person) == (False, 1, one.person)
    again = adding(somebody(second), "obama2", "obama3", "obama")
    assert (again.new, again.portraits) == (False, 1)
    assert adding.there() == {one.person.id: 3}


def test_another_face_is_not_added_unless_somebody_says_so(adding: Adding) -> None:
    one = adding(somebody(), "obama", "obama2").person
    with pytest.raises(Unlike, match=f"홍길동 is in 'mine' already .*{one.id}") as raised:
        adding(somebody(), "obama3", "biden")
    (known,) = raised.value.people
    assert (known.id, known.name) == (one.id, NAME)
    assert known.similarity < 50
    assert adding.there() == {one.id: 2}
    other = adding(somebody(), "biden", new=True).person
    assert adding.there() == {one.id: 2, other.id: 1}
    assert adding(somebody(), "obama3").person == one
    assert adding(somebody("다른 이름"), "biden", to=one.id).person == one
    assert adding.there() == {one.id: 4, other.id: 1}
    with pytest.raises(PersonNotFound, match="Nobody in 'mine' has the id 'U0'"):
        adding(somebody(), "biden", to="U0")


def test_other_groups_are_other_people(adding: Adding) -> None:
    one = adding(somebody(NAME, "활빈당", "ＢＴＳ"), "obama").person
    other = adding(somebody(NAME, "의금부"), "obama2").person
    assert other.id != one.id
    assert adding(somebody(NAME, "bts", "조선"), "obama3").person == replace(
        one, groups=("활빈당", "ＢＴＳ", "조선")
    )
    with pytest.raises(Unlike) as raised:
        adding(somebody(), "biden")
    assert {each.id for each in raised.value.people} == {one.id, other.id}


def test_wikidata_tells_people_apart_and_knows_them_again(adding: Adding) -> None:
    one = adding(somebody(NAME, id="Q1", wikidata="Q1"), "obama").person
    assert adding(somebody(NAME, id="Q2", wikidata="Q2"), "obama2").person.id == "Q2"
    with pytest.raises(Unlike):
        adding(somebody("Hong", "의금부", id="Q1", wikidata="Q1"), "biden")
    with pytest.raises(Conflict, match="Q1 is in 'mine' already"):
        adding(somebody("Hong", id="Q1", wikidata="Q1"), "obama3", new=True)
    known = adding(somebody("Hong", "의금부", id="Q1", wikidata="Q1"), "obama3").person
    assert known == replace(one, name=Text(NAME, "Hong"), groups=("의금부",))


def test_who_was_given_a_wikidata_id_is_known_by_it(adding: Adding) -> None:
    one = adding(somebody(NAME, wikidata="Q1"), "obama").person
    assert adding(somebody("Hong", id="Q1", wikidata="Q1"), "obama2").person.id == one.id


def test_facts_are_added_to_those_that_are_known(adding: Adding) -> None:
    one = adding(somebody(NAME, born="1500", external_ids=(("imdb", "nm1"),)), "obama").person
    stated = somebody(
        NAME,
        born="1501",
        died="1550",
        websites=("https://e.org",),
        external_ids=(("imdb", "nm2"), ("kpopping", "7")),
    )
    assert adding(stated, "obama2").person == replace(
        one,
        died="1550",
        websites=("https://e.org",),
        external_ids=(("imdb", "nm1"), ("kpopping", "7")),
    )
    assert adding.gallery.person(one.id).died == "1550"


def test_who_has_no_portrait_left_is_known_by_name(adding: Adding) -> None:
    adding.gallery.own_collection(_made(adding.gallery, "mine")).create_user("Hong")
    assert adding(somebody("HONG"), "biden").person.id == "Hong"


def test_who_is_added_twice_at_once_is_one_person(adding: Adding, home: Path) -> None:
    photos = ("obama", "obama2", "obama3")
    stores = [Store(home, SFACE.contract) for _ in photos]
    ready = threading.Barrier(len(photos))
    done: list[Enrolment] = []

    def add(store: Store, photo: str) -> None:
        ready.wait()
        portraits = [Portrait(adding.faces[photo], image_id=photo)]
        done.append(store.enrol(somebody(), portraits, adding.alike))

    threads = [threading.Thread(target=add, args=pair) for pair in zip(stores, photos, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for store in stores:
        store.close()
    assert len({each.person.id for each in done}) == 1
    assert [each.new for each in done].count(True) == 1
    assert list(adding.there().values()) == [3]


def test_who_asked_to_be_left_out_does_not_come_in_beside_others(adding: Adding) -> None:
    one = adding(somebody("Hong"), "obama").person
    adding.gallery.store.block(somebody(id="Q1", wikidata="Q1"), "")
    with pytest.raises(Blocked):
        adding(replace(somebody("Hong"), name=Text(NAME, "Hong")), "obama2")
    assert adding.there() == {one.id: 1}


def test_two_people_become_one(adding: Adding, elsewhere: Gallery) -> None:
    store = adding.gallery.store
    one = somebody(NAME, "활빈당", wikidata="Q1", external_ids=(("imdb", "nm1"),))
    two = replace(
        somebody("Hong", "조선", "활빈당"),
        born="1500",
        websites=("https://e.org",),
        external_ids=(("imdb", "nm2"), ("kpopping", "7")),
    )
    credit = Credit("A", "CC0", None, "https://e.org/2")
    store.add(one, [Portrait(adding.faces["obama"], image_id="obama")])
    store.add(
        two,
        [
            Portrait(adding.faces["obama"], image_id="obama"),
            Portrait(adding.faces["obama2"], credit, image_id="obama2", thumbnail=b"small"),
        ],
    )
    assert len(elsewhere.nearest(adding.faces["obama2"], 9, "mine")) == 2
    kept = elsewhere.portraits(two.id)[1].id
    merged = store.merge(one, two, adding.alike)
    assert (merged.gone, merged.portraits) == (two, 1)
    assert merged.person == replace(
        one,
        name=Text(NAME, "Hong"),
        groups=("활빈당", "조선"),
        born="1500",
        websites=("https://e.org",),
        external_ids=(("imdb", "nm1"), ("kpopping", "7")),
    )
    for seen in (adding.gallery, elsewhere):
        assert seen.people("mine") == (merged.person,)
        assert [each.person for each in seen.nearest(adding.faces["obama2"], 9, "mine")] == [
            merged.person
        ]
        assert [each.name for each in seen.nearest_faces(adding.faces["obama2"], 1, "mine")] == [
            kept
        ]
    moved = elsewhere.portraits(one.id)[1]
    assert (moved.id, moved.credit, moved.thumbnail) == (kept, credit, b"small")


def test_faces_of_users_of_a_rekognition_collection_keep_their_ids(adding: Adding) -> None:
    """Two faces of one image are two faces there."""
    team = _made(adding.gallery, "team", is_open=False)
    records = adding.gallery.own_collection(team)
    photos = [
        Portrait(unit(place), image_id="one", external_image_id=str(place)) for place in (1, 2)
    ]
    first, second, third = records.add([*photos, Portrait(unit(3), image_id="two")])
    for user, face in (("a", first), ("b", second)):
        records.create_user(user)
        records.associate(user, [face.id], {}, most=100)
    assert adding.gallery.nearest_faces(unit(2), 1, team)[0].name == second.id
    one, other = (adding.gallery.person(each, team) for each in ("a", "b"))
    assert adding.gallery.store.merge(one, other).portraits == 1
    owners = {each.id: each.person for each in records.faces("", 10)}
    assert owners == {first.id: "a", second.id: "a", third.id: None}
    assert [(each.id, each.faces) for each in records.users("", 10)] == [("a", 2)]
    mean = adding.gallery.person_vector("a", team)
    assert mean is not None
    assert mean @ (unit(1) + unit(2)) == pytest.approx(2**0.5, abs=1e-3)
    assert adding.gallery.nearest_faces(unit(2), 1, team)[0].name == second.id


def test_what_cannot_be_merged(adding: Adding) -> None:
    store = adding.gallery.store
    one = adding(somebody(id="Q1", wikidata="Q1"), "obama").person
    two = adding(somebody("Biden", wikidata="Q2"), "biden").person
    far = replace(two, collection="fans")
    store.add(far, [Portrait(adding.faces["biden"])])
    starter = adding.gallery.person("Q76")
    for person, gone, why in (
        (one, one, "Q1 cannot be merged with themself"),
        (one, two, "Wikidata knows them as two people, Q1 and Q2"),
        (one, far, "only people of one collection can be merged"),
        (starter, one, "read-only"),
        (one, starter, "only people of one collection"),
    ):
        with pytest.raises(InvalidParameter, match=why):
            store.merge(person, gone)
    with pytest.raises(PersonNotFound):
        store.merge(one, somebody("Nobody"))
    third = adding(somebody("Joe"), "biden").person
    with pytest.raises(Unlike, match=f"Joe \\({third.id}\\) has another face than 홍길동 \\(Q1\\)"):
        store.merge(one, third, adding.alike)
    assert adding.there() == {one.id: 1, two.id: 1, third.id: 1}
    assert store.merge(one, third).portraits == 1


def _made(gallery: Gallery, collection: str, *, is_open: bool = True) -> str:
    gallery.store.create(collection, is_open=is_open)
    return collection
