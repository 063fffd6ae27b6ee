"""Names as they are compared: however they were typed, and wherever names are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.config import Settings
from lookalike.errors import Blocked
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person, Text, Who
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.removals.blocklist import BlockedKey, Blocklist
from lookalike.gallery.spelling import folded, letters
from tests.gallery.test_store import unit

NFD = unicodedata.normalize("NFD", "버락 오바마")


@pytest.fixture
def gallery(settings: Settings, tmp_path: Path) -> Iterator[Gallery]:
    opened = Gallery.open(replace(settings, home=tmp_path), SFACE)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (NFD, "버락 오바마"),
        ("ＢＴＳ", "bts"),
        ("  Lee\u3000Hi\t", "lee hi"),
        ("ﾎﾝﾀﾞ", "ホンダ"),
        ("STRASSE", "straße"),
        ("Beyonce\u0301", "BEYONCÉ"),
        ("\u0390", "\u03b9\u0308\u0301"),
    ],
)
def test_one_name_typed_in_two_ways(typed: str, meant: str) -> None:
    assert folded(typed) == folded(meant) == folded(folded(typed))
    assert typed != meant


@pytest.mark.parametrize(("one", "other"), [("As", "Ås"), ("김지수", "김지우"), ("IU", "I U")])
def test_other_names_stay_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_punctuation_is_no_part_of_a_name() -> None:
    assert letters("（Ｇ）I-DLE") == letters("(g)i dle") == "gidle"


@pytest.mark.parametrize(
    "query", ["오바마", NFD, NFD[:8], "ＯＢＡＭＡ", "barack  OBAMA ", "락 오바"]
)
def test_people_are_found_however_they_are_typed(gallery: Gallery, query: str) -> None:
    assert [each.id for each in gallery.people(query=query)] == ["Q76"]
    assert gallery.people("starter", query) == gallery.people(query=query)


@pytest.mark.parametrize("kept", ["Beyoncé", "Beyonce\u0301", "ＢＥＹＯＮＣÉ"])
def test_people_are_found_however_they_are_kept(gallery: Gallery, kept: str) -> None:
    gallery.store.add(Person("U1", "mine", Text(en=kept)), [Portrait(unit(1))])
    for query in ("beyoncé", "BEYONCE\u0301"):
        assert [each.id for each in gallery.people("mine", query)] == ["U1"]


@pytest.mark.parametrize("group", ["방탄소년단", unicodedata.normalize("NFD", "방탄소년단")])
def test_groups_are_found_however_they_are_typed(group: str) -> None:
    member = Person("U1", "mine", Text(en="V"), groups=("방탄소년단", "ＢＴＳ"))
    for asked in (group, "bts", "Ｂts", " BTS"):
        assert Who(asked).holds(member)
    assert not Who("BT").holds(member)


def test_groups_are_found_in_either_language() -> None:
    member = Person("U1", "mine", Text(en="Yoona"), groups=("Girls' Generation",))
    for asked in ("소녀시대", "girls' generation"):
        assert Who(asked).holds(member)
    assert Who("twice").holds(replace(member, groups=("트와이스",)))
    assert not Who("카라").holds(member)
    assert member.completed(replace(member, groups=("소녀시대",))).groups == member.groups


def test_who_asked_to_be_left_out_stays_out_however_they_are_typed(gallery: Gallery) -> None:
    gallery.store.block(Person("U1", "mine", Text("홍길동", "Hong Gildong")), "")
    for number, name in enumerate((unicodedata.normalize("NFD", "홍길동"), "ＨＯＮＧ　gildong")):
        with pytest.raises(Blocked):
            gallery.store.add(Person(f"N{number}", "mine", Text(en=name)), [Portrait(unit(2))])


def test_names_that_earlier_versions_blocked_stay_blocked(gallery: Gallery) -> None:
    person = Person("U1", "mine", Text(en="ＨＯＮＧ"))
    at = gallery.store.block(Person("U2", "mine", Text(en="x")), "").at
    assert Blocklist([BlockedKey("name:ｈｏｎｇ", None, "", at)]).holds(person)
