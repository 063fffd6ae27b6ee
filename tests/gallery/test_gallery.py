"""The starter gallery, the user's own store, and the search over both."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.database import changes
from lookalike.errors import (
    CollectionNotFound,
    ContractMismatch,
    InvalidParameter,
    NotFound,
    PersonNotFound,
)
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.embeddings import PeopleEmbeddings
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Credit, Person, Text, Who, new_id
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.support import PATIENCE_S
from tests.support.processes import finished, started

STARTER = Path(starter.__file__).parent


@pytest.fixture
def own(settings: Settings, home: Path) -> Iterator[Gallery]:
    """The starter and an empty store."""
    opened = Gallery.open(replace(settings, home=home), SFACE)
    yield opened
    opened.close()


def unit(seed: int) -> Floats:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def person(name: str, **facts: str) -> Person:
    return Person(id=new_id(), collection="mine", name=Text(ko=name), **facts)  # type: ignore[arg-type]


def test_the_starter_is_small_and_about_1200_people() -> None:
    roster = starter.load(SFACE.contract)
    assert 1_100 <= len(roster.people) <= 1_250
    assert roster.vectors.shape == (len(roster.people), 128)
    assert np.linalg.norm(roster.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    files = [path for path in STARTER.iterdir() if path.suffix in (".jsonl", ".npy", ".json")]
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_ids_are_unique_letters_and_digits() -> None:
    ids = [each.id for each in starter.load(SFACE.contract).people]
    assert len(set(ids)) == len(ids)
    assert all(each.isalnum() and each.isascii() for each in ids)


def test_nobody_of_the_excluded_list_is_in_the_starter() -> None:
    table = (STARTER.parents[3] / "starter" / "excluded.csv").read_text("utf-8").splitlines()[1:]
    excluded = {line.split(",")[0] for line in table}
    assert len(excluded) > 20
    people = starter.load(SFACE.contract).people
    assert not excluded & ({each.wikidata for each in people} | {p.name.ko for p in people})


def test_everyone_has_a_name_and_links() -> None:
    for each in starter.load(SFACE.contract).people:
        assert each.name.get("ko")
        assert each.name.get("en")
        kinds = [link.kind for link in each.links]
        if each.wikidata:
            assert kinds == ["wikipedia-ko", "wikipedia-en", "wikidata"]
            assert each.links[0].url.endswith(f"/kowiki/{each.wikidata}")
        else:
            assert kinds == ["search-ko"]
            assert each.links[0].url.startswith("https://ko.wikipedia.org/wiki/Special:Search?")
            assert each.links[0].url.isascii()


def test_names_in_both_languages() -> None:
    people = {each.id: each for each in starter.load(SFACE.contract).people}
    assert people["Q76"].name == Text("버락 오바마", "Barack Obama")
    iu = next(each for each in people.values() if each.name.ko == "아이유")
    assert iu.name.en == "IU"


def test_the_starter_of_another_model_is_refused() -> None:
    with pytest.raises(ContractMismatch, match="made with sface-2021dec/1, but other/1"):
        starter.load("other/1")


def test_someone_added_is_found_at_once_with_every_fact(own: Gallery) -> None:
    added = Person(
        id=new_id(),
        collection="mine",
        name=Text("홍길동", "Hong Gildong"),
        description=Text("의적", "outlaw"),
        born="1500",
        groups=("활빈당",),
        websites=("https://example.org/hong",),
    )
    own.store.add(added, [Portrait(unit(1)), Portrait(unit(2), Credit("A", "CC0", None, None))])
    assert own.person(added.id) == added
    for seed in (1, 2):
        first = own.nearest(unit(seed), 3)[0]
        assert first.person == added
        assert first.cosine == pytest.approx(np.sqrt(0.5), abs=0.06)
    assert [each.id for each in own.collections()] == ["starter", "mine"]
    assert own.collections()[1].faces == 2
    assert own.people("mine", "gild") == (added,)


def test_collections_can_be_searched_alone(own: Gallery) -> None:
    own.store.add(person("가"), [Portrait(unit(1))])
    assert len(own.nearest(unit(1), 10, "mine")) == 1
    assert all(n.person.collection == "starter" for n in own.nearest(unit(1), 10, "starter"))
    with pytest.raises(CollectionNotFound, match=r"There is no collection 'x'\.$") as missed:
        own.nearest(unit(1), 10, "x")
    assert missed.value.known == ("starter", "mine")


def test_removal(own: Gallery) -> None:
    gone = person("나")
    own.store.add(gone, [Portrait(unit(1))])
    own.store.remove(gone.id)
    with pytest.raises(PersonNotFound):
        own.person(gone.id)
    assert own.nearest(unit(1), 1)[0].cosine < 0.9
    with pytest.raises(PersonNotFound):
        own.store.remove("Q76")


def test_the_starter_is_read_only(own: Gallery) -> None:
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.add(replace(person("다"), collection="starter"), [Portrait(unit(1))])


def test_portraits_of_a_person_are_added_and_removed(own: Gallery) -> None:
    someone = person("라", wikidata="Q76")
    someone = replace(someone, id="Q76")
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.add_portraits(own.own_person("Q76"), [Portrait(unit(2))])
    own.store.add(someone, [Portrait(unit(1), image_id="x")])
    assert own.store.add_portraits(own.own_person("Q76"), [Portrait(unit(2), image_id="y")]) == 1
    assert own.nearest(unit(2), 1)[0].person == someone
    first, second = own.portraits("Q76", "mine")
    assert (first.image_id, second.image_id) == ("x", "y")
    assert len(own.portraits("Q76")) == 1, "the starter's, which comes first"
    own.store.remove_portrait(own.own_person("Q76"), second.id)
    assert own.nearest(unit(2), 1)[0].cosine < 0.9
    with pytest.raises(InvalidParameter, match="only portrait"):
        own.store.remove_portrait(own.own_person("Q76"), first.id)
    with pytest.raises(PersonNotFound):
        own.store.add_portraits(own.own_person("U0"), [Portrait(unit(2))])
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.remove_portrait(own.own_person("Q76", "starter"), "x")


def test_the_same_person_in_two_collections(own: Gallery) -> None:
    for collection in ("mine", "fans"):
        own.store.add(Person("Q1", collection, Text(en=collection)), [Portrait(unit(1))])
    assert own.person("Q1", "mine").name.en == "mine"
    own.store.remove("Q1", "mine")
    assert own.people("mine") == ()
    assert own.person("Q1").name.en == "fans"


def test_facts_of_a_person_change_at_once(own: Gallery) -> None:
    someone = person("마")
    own.store.add(someone, [Portrait(unit(1))])
    own.store.change(replace(someone, gender="male"))
    assert own.person(someone.id).gender == "male"
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.change(own.person("Q76"))


def test_another_process_adds_and_a_killed_one_loses_nothing(own: Gallery, home: Path) -> None:
    """A process that is killed right after `add` returned: what it added is there."""
    script = f"""
import os, signal
import numpy as np
from pathlib import Path
from uuid import UUID
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
store = Store(Path({str(home)!r}), {SFACE.contract!r})
vector = np.eye(128, dtype=np.float32)[5]
store.add(Person(id="U5", collection="mine", name=Text(ko="라")), [Portrait(vector)])
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert own.nearest(unit(1), 1)
    with started([sys.executable, "-c", script]) as process:
        finished(process, code=-9)
    probe = np.eye(128, dtype=np.float32)[5]
    assert own.nearest(probe, 1)[0].person.name.ko == "라"


def test_a_half_made_person_is_never_seen(own: Gallery) -> None:
    broken = Portrait(np.full(128, 0.1, np.float32), Credit(object(), None, None, None))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"not supported|unsupported|type"):
        own.store.add(person("마"), [Portrait(unit(1)), broken])
    assert [each.id for each in own.collections()] == ["starter"]


def test_vectors_of_another_model_are_refused(home: Path) -> None:
    Store(home, "old/1").add(person("바"), [Portrait(unit(1))])
    with pytest.raises(ContractMismatch, match=r"'mine' was made with old/1.*gallery migrate"):
        Store(home, SFACE.contract).collections()


def test_about_names_the_contract() -> None:
    about = json.loads((STARTER / "about.json").read_text())
    assert about["contract"] == SFACE.contract


def other_process(own: Gallery, home: Path) -> Gallery:
    """A second view of the same store, as another worker has one."""
    store = Store(home, SFACE.contract)
    return Gallery(store, starter.load(SFACE.contract), SFACE.dimension, home / "graphs")


def test_every_change_reaches_an_index_that_is_in_memory(own: Gallery, home: Path) -> None:
    other = other_process(own, home)
    first, second = person("가"), person("나")
    own.store.add(first, [Portrait(unit(1))])
    assert [n.person for n in other.nearest(unit(1), 9, "mine")] == [first]
    own.store.add(second, [Portrait(unit(2), image_id="x")])
    assert [n.person for n in other.nearest(unit(2), 9, "mine")] == [second, first]
    own.store.add_portraits(own.own_person(second.id), [Portrait(unit(3), image_id="y")])
    assert other.nearest(unit(3), 1, "mine")[0].cosine == pytest.approx(0.7, abs=0.06)
    own.store.change(replace(first, name=Text("다")))
    assert other.person(first.id).name.ko == "다"
    own.store.remove_portrait(own.own_person(second.id), own.portraits(second.id)[0].id)
    assert other.nearest(unit(3), 1, "mine")[0].cosine == pytest.approx(1, abs=1e-3)
    own.store.remove(second.id)
    assert [n.person.id for n in other.nearest(unit(3), 9, "mine")] == [first.id]
    own.store.delete("mine")
    with pytest.raises(CollectionNotFound):
        other.nearest(unit(1), 1, "mine")
    own.store.add(second, [Portrait(unit(5))])
    assert [n.person for n in other.nearest(unit(1), 9, "mine")] == [second]
    other.close()


def test_only_what_changed_is_read_again(
    own: Gallery, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = other_process(own, home)
    for number in range(5):
        own.store.add(person(f"가{number}"), [Portrait(unit(number))])
    assert len(other.nearest(unit(1), 9, "mine")) == 5
    read: list[object] = []
    people_embeddings = Store.people_embeddings

    def watched(store: Store, collection: str, ids: set[str] | None = None) -> PeopleEmbeddings:
        read.append(ids)
        return people_embeddings(store, collection, ids)

    monkeypatch.setattr(Store, "people_embeddings", watched)
    added = person("나")
    own.store.add(added, [Portrait(unit(9))])
    assert len(other.nearest(unit(1), 9, "mine")) == 6
    assert read == [{added.id}]
    other.close()


def test_whoever_slept_through_too_much_reads_everything(
    own: Gallery, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_KEPT", 3)
    monkeypatch.setattr(changes, "_PRUNED_EVERY", 1)
    other = other_process(own, home)
    assert len(other.people("starter")) > 1_000
    for number in range(8):
        own.store.add(person(f"가{number}"), [Portrait(unit(number))])
    assert len(other.people("mine")) == 8
    assert other.nearest(unit(7), 1, "mine")[0].person.name.ko == "가7"
    other.close()


def test_faces_are_found_one_by_one(own: Gallery, home: Path) -> None:
    someone = person("가")
    own.store.add(someone, [Portrait(unit(1)), Portrait(unit(2))])
    first, second = own.portraits(someone.id)
    (hit,) = own.nearest_faces(unit(2), 1, "mine")
    assert hit.name == second.id
    assert hit.cosine == pytest.approx(1, abs=1e-3)
    assert own.face_vector(first.id, "mine").tolist() == pytest.approx(unit(1).tolist(), abs=1e-3)
    own.store.remove_portrait(own.own_person(someone.id), second.id)
    assert [hit.name for hit in own.nearest_faces(unit(2), 9, "mine")] == [first.id]
    with pytest.raises(NotFound, match="no face"):
        own.face_vector(second.id, "mine")
    (obama,) = own.portraits("Q76")
    assert own.nearest_faces(obama.vector, 1, "starter")[0].name == obama.id
    assert str(UUID(obama.id)) == obama.id


def test_a_filter_loses_nobody_it_should_keep(own: Gallery) -> None:
    for number in range(40):
        facts = {"gender": "female" if number % 4 else "male"}
        groups = ("ITZY",) if number % 10 == 3 else ()
        each = replace(person(f"가{number}", **facts), groups=groups)
        own.store.add(each, [Portrait(unit(number))])
    everyone = own.nearest(unit(0), 40, "mine")
    assert len(everyone) == 40
    for who in (Who("itzy"), Who(gender="male"), Who("ITZY", "female")):
        kept = [near.person for near in everyone if who.holds(near.person)]
        assert kept
        assert [near.person for near in own.nearest(unit(0), 40, "mine", who)] == kept
        assert [near.person for near in own.nearest(unit(0), 2, None, who)][:1] == kept[:1]
    assert own.nearest(unit(0), 5, "mine", Who("none")) == []


def test_who_is_looked_for() -> None:
    yuna = replace(person("유나", gender="female", country="KR"), fields=("music", "acting"))
    elvis = replace(person("엘비스", country="US", died="1977"), fields=("music",))
    unknown = person("누군가")
    for who, held in (
        (Who(origin="korean"), [yuna]),
        (Who(origin="international"), [elvis]),
        (Who(field="music"), [yuna, elvis]),
        (Who(field="acting", gender="female"), [yuna]),
        (Who(living=True), [yuna, unknown]),
        (Who(field="music", living=True), [yuna]),
        (EVERYONE, [yuna, elvis, unknown]),
    ):
        assert [each for each in (yuna, elvis, unknown) if who.holds(each)] == held


def test_the_codes_of_a_large_collection_are_made_and_kept(
    settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.gallery.index.vectors.SEALED_FROM", 50)
    here = replace(settings, home=home, cache=home / "cache")
    first = Gallery.open(here, SFACE)
    for number in range(60):
        first.store.add(Person(f"U{number}", "mine", Text(ko="가")), [Portrait(unit(number))])
    nearest = [near.person for near in first.nearest(unit(7), 5, "mine")]
    deadline = time.monotonic() + PATIENCE_S
    while not list((home / "cache").rglob("names.json")):
        assert time.monotonic() < deadline, "no codes were made"
        time.sleep(0.02)
    first.close()
    (names,) = (home / "cache").rglob("names.json")
    assert len(json.loads(names.read_text())) == 60

    again = Gallery.open(here, SFACE)
    again.store.remove("U3")
    again.store.add(Person("U99", "mine", Text(ko="나")), [Portrait(unit(99))])
    assert [near.person for near in again.nearest(unit(7), 5, "mine")] == nearest
    assert again.nearest(unit(99), 1, "mine")[0].person.id == "U99"
    assert again.nearest(unit(3), 1, "mine")[0].cosine < 0.9
    again.takedown("U7")
    assert not list((home / "cache").rglob("*.npy")), "a takedown leaves no vectors behind"
    again.close()
