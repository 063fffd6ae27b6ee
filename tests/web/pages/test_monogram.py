"""What stands in for a portrait: never silly, whatever the name."""

from __future__ import annotations

from typing import get_args

import pytest

from lookalike.gallery import starter
from lookalike.gallery.people import Language, Text
from lookalike.web.pages.monogram import FAMILY_NAMES, initials, monogram


@pytest.mark.parametrize(
    ("name", "latin", "country", "letters"),
    [
        # Given names of full names.
        ("송강호", "Song Kang-ho", "KR", "강호"),
        ("전지현", "Jun Ji-hyun", None, "지현"),
        ("최다니엘", "Daniel Choi", "KR", "다니엘"),
        ("남궁민수", "Namkoong Min-su", "KR", "민수"),
        # Stage names, and whatever may be one, as a whole.
        ("아이유", "IU", "KR", "아이유"),
        ("지드래곤", "G-Dragon", "KR", "지드래곤"),
        ("주니엘", "Juniel", "KR", "주니엘"),
        ("로이킴", "Roy Kim", "KR", "로이킴"),
        ("크라운제이", "Crown J", "KR", "크라운제이"),
        ("공민지", "Minzy", "KR", "공민지"),
        ("MC몽", "MC Mong", "KR", "MC몽"),
        ("남궁민", "Namkoong Min", "KR", "남궁민"),
        ("장혁", "Jang Hyuk", "KR", "장혁"),
        ("길", "Gil", "KR", "길"),
        ("김민수", "", None, "김민수"),
        # Names of elsewhere in Hangul.
        ("이소룡", "Bruce Lee", "US", "이소룡"),
        ("버락 오바마", "Barack Obama", "US", "오바마"),
        ("레오나르도 디카프리오", "Leonardo DiCaprio", "US", "디카프리오"),
        ("로버트 다우니 주니어", "Robert Downey Jr.", "US", "다우니"),
        ("엘리자베스 2세", "Elizabeth II", "GB", "엘리자베스"),
        ("조니 뎁", "Johnny Depp", "US", "조니뎁"),
        ("50 센트", "50 Cent", "US", "50센트"),
        ("로버트 드 니로", "Robert De Niro", "US", "드니로"),
        ("달라이 라마", "Dalai Lama", "CN", "달라이라마"),
        # Latin ones.
        ("Barack Obama", "Barack Obama", None, "BO"),
        ("Jung Hae-in", "Jung Hae-in", None, "JH"),
        ("Robert De Niro", "Robert De Niro", None, "RN"),
        ("Robert Downey Jr.", "Robert Downey Jr.", None, "RD"),
        ("G-Dragon", "G-Dragon", None, "GD"),
        ("RM", "RM", None, "RM"),
        ("Madonna", "Madonna", None, "Madonna"),
        ("", "", None, ""),
        ("---", "", None, ""),
    ],
)
def test_letters(name: str, latin: str, country: str | None, letters: str) -> None:
    assert initials(name, latin, country) == letters


def test_nobody_of_the_starter_has_a_lone_letter_of_a_longer_name() -> None:
    for each in starter.load("sface-2021dec/1").people:
        for language in get_args(Language):
            name = each.name.get(language) or ""
            mark = monogram(each.name, each.id, language, each.country)
            assert len(mark.letters) > 1 or len(name) == 1, each.name
            assert 1 <= mark.width <= 8


def test_letters_take_the_room_they_need() -> None:
    assert monogram(Text("아이유"), "U1", "ko").width == 3
    assert monogram(Text(en="Barack Obama"), "U1", "en").width == 2
    assert monogram(Text(en="Madonna"), "U1", "en").width == 5


def test_family_names_are_listed_once_each() -> None:
    assert all(len(each) == 1 for each in FAMILY_NAMES)
