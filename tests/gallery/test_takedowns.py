"""Takedowns are undone by their receipts: who may come again, and who stays out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from lookalike.errors import Blocked, Conflict, NotFound, PersonNotFound
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from tests.gallery.test_store import person, unit


@pytest.fixture
def gallery(settings: Settings, home: Path) -> Iterator[Gallery]:
    opened = Gallery.open(replace(settings, home=home), SFACE)
    yield opened
    opened.close()


def test_who_was_hidden_in_the_starter_is_back_at_once(
    gallery: Gallery, settings: Settings, home: Path
) -> None:
    obama = gallery.person("Q76")
    other = Gallery.open(replace(settings, home=home), SFACE)
    receipt = gallery.takedown("Q76", "asked by mail")
    with pytest.raises(PersonNotFound):
        other.person("Q76")
    undone = other.undo_takedown(receipt.id)
    assert (undone.lifted, undone.kept, undone.back) == (receipt.blocked, (), (obama,))
    for seen in (gallery, other):
        assert seen.person("Q76") == obama
        vector = seen.portraits("Q76")[0].vector
        assert seen.nearest(vector, 1)[0].person == obama
    gallery.store.add(replace(obama, collection="mine"), [Portrait(unit(1))])
    with pytest.raises(Conflict, match=f"The takedown {receipt.id} was undone on "):
        gallery.undo_takedown(receipt.id)
    with pytest.raises(NotFound, match="There is no takedown with the receipt 'T0'"):
        gallery.undo_takedown("T0")
    other.close()


def test_what_is_kept_of_a_takedown(gallery: Gallery, home: Path) -> None:
    for collection in ("fans", "mine"):
        someone = replace(person("홍길동", "U1"), collection=collection)
        gallery.store.add(someone, [Portrait(unit(1), thumbnail=b"the face itself")])
    receipt = gallery.takedown("U1", "by mail")
    (kept,) = gallery.store.takedowns()
    assert (kept.id, kept.person, kept.name, kept.reason) == (receipt.id, "U1", "홍길동", "by mail")
    assert (kept.portraits, kept.removed) == (2, (("fans", "U1"), ("mine", "U1")))
    assert (kept.blocked, kept.at, kept.undone) == (("id:U1", "name:홍길동"), receipt.at, None)
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as database:
        (row,) = database.execute("SELECT * FROM takedowns").fetchall()
    assert not [value for value in row if isinstance(value, bytes)]
    undone = gallery.undo_takedown(receipt.id)
    assert undone.back == ()
    assert gallery.people("mine") == (), "what was removed is gone"
    gallery.store.add(person("홍길동", "U1"), [Portrait(unit(1))])
    (kept,) = gallery.store.takedowns()
    assert kept.undone is not None
    assert kept.undone >= kept.at


def test_what_another_takedown_blocks_stays_blocked(gallery: Gallery) -> None:
    """Namesakes who both asked: undoing one of the two lets only that one in."""
    store = gallery.store
    first = store.block(person("김지수", "Q1", wikidata="Q1"), "")
    second = store.block(person("김지수", "Q2", wikidata="Q2"), "")
    undone = store.unblock(first.id)
    assert (undone.lifted, undone.kept) == (("wikidata:Q1",), ("name:김지수",))
    store.add(person("김지수", "Q1", wikidata="Q1"), [Portrait(unit(1))])
    for out in (person("김지수", "Q2", wikidata="Q2"), person("김지수")):
        with pytest.raises(Blocked):
            store.add(out, [Portrait(unit(1))])
    assert store.unblock(second.id).kept == ()
    store.add(person("김지수"), [Portrait(unit(1))])
    assert list(store.blocked()) == []


def test_a_name_is_nobodys_in_particular_while_somebody_without_an_id_asked(
    gallery: Gallery,
) -> None:
    store = gallery.store
    known = store.block(person("김지수", "Q1", wikidata="Q1"), "")
    unknown = store.block(person("김지수", "U3"), "")
    with pytest.raises(Blocked):
        store.add(person("김지수", "Q2", wikidata="Q2"), [Portrait(unit(1))])
    store.unblock(unknown.id)
    store.add(person("김지수", "Q2", wikidata="Q2"), [Portrait(unit(1))])
    with pytest.raises(Blocked):
        store.add(person("김지수", "U4"), [Portrait(unit(1))])
    again = store.block(Person("U5", "mine", Text("김지수")), "")
    store.unblock(known.id)
    with pytest.raises(Blocked):
        store.add(person("김지수", "Q6", wikidata="Q6"), [Portrait(unit(1))])
    assert store.unblock(again.id).kept == ()
