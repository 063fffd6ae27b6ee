"""A person's initials and colour, for when there is no portrait; `static/monogram.js` does the
same for what scripts draw, and a test compares the two.

Koreans are called by their given name, and by a stage name as a whole. Which of the two a name in
Hangul is, the Latin one tells: stage names are one word (아이유, IU; 지드래곤, G-Dragon; 주니엘,
Juniel), full names are family and given name (송강호, Song Kang-ho). So a name is cut only where it
begins with a family name, leaves two or three syllables, has two words in Latin, and nothing says
that its bearer is of another country (이소룡, Bruce Lee). In all other cases it is shown whole:
that is never wrong.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lookalike.gallery.people import KOREA, Language, Text

HUES = 24

# The family names that 99 in 100 Koreans have (Statistics Korea, census of 2015), and the most
# frequent of two syllables.
FAMILY_NAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변"
    "염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부태목형피두음빈동호범좌팽승간라온"
)
DOUBLE_NAMES = ("남궁", "황보", "제갈", "선우", "독고", "사공")
# What follows a name, and what belongs to the family name after it.
_AFTER = re.compile(r"\d+세|주니어|시니어|대왕|Jr\.?|Sr\.?|[IVX]+", re.IGNORECASE)
_BEFORE = frozenset(["다", "드", "데", "델", "디", "달라이", "da", "de", "del", "di", "van", "von"])
_HANGUL = re.compile(r"[가-힣]+")
# As many letters stand in a row at most, in Hangul and in Latin; of longer words the first.
_LONGEST, _LONGEST_LATIN = 8, 12
# How wide a letter is that is not of Hangul, beside one that is.
_NARROW = 0.65


@dataclass(frozen=True, slots=True)
class Monogram:
    """A few letters, and a colour from 0 to `HUES` - 1."""

    letters: str
    hue: int

    @property
    def width(self) -> int:
        """Of the letters, in letters of Hangul: by it they are as large as fits."""
        return math.ceil(sum(1 if _HANGUL.match(each) else _NARROW for each in self.letters))


def monogram(
    name: Text, person_id: str, language: Language, country: str | None = None
) -> Monogram:
    """What stands in for the portrait of a person."""
    letters = initials(name.get(language) or "", name.en or "", country)
    return Monogram(letters, _hue(person_id))


def initials(name: str, latin: str = "", country: str | None = None) -> str:
    """송강호 -> 강호, 아이유 -> 아이유, 버락 오바마 -> 오바마, Barack Obama -> BO, G-Dragon -> GD

    Args:
        latin: the Latin name of a Korean one, as far as it is known.
        country: whose they are, as far as it is known.
    """
    words = _words(name)
    if not words:
        return ""
    if _HANGUL.fullmatch(words[-1]):
        korean = country in (None, KOREA) and len(_words(latin)) == 2
        return _hangul(words, korean=korean)
    return _latin(words, name)


def _words(name: str) -> list[str]:
    """The words of a name without what only follows it."""
    words = [each for each in re.split(r"[\s·]+", name) if any(map(str.isalnum, each))]
    stay = [each for each in words if not _AFTER.fullmatch(each)]
    return stay or words


def _hangul(words: list[str], *, korean: bool) -> str:
    """
    Args:
        korean: a name of one word may be family and given name.
    """
    before, last = words[-2:] if len(words) > 1 else ("", words[-1])
    if not before:
        return _given(last) if korean else _fitting(last)
    # 카디 비, 수 치, 50 센트: the last word alone says too little.
    joining = before in _BEFORE or before.isdigit() or len(last) == 1
    return before + last if joining and len(before + last) <= _LONGEST else _fitting(last)


def _given(name: str) -> str:
    """The given name of a Korean, of two syllables or more."""
    family = 2 if name.startswith(DOUBLE_NAMES) else 1
    known = family == 2 or name[:1] in FAMILY_NAMES
    given = name[family:]
    return given if known and 2 <= len(given) <= 3 else _fitting(name)


def _fitting(word: str) -> str:
    return word if len(word) <= _LONGEST else word[:2]


def _latin(words: list[str], name: str) -> str:
    if len(words) == 1:
        word = words[0]
        parts = [each for each in word.split("-") if each]
        if len(parts) > 1:
            return "".join(each[0].upper() for each in (parts[0], parts[-1]))
        return word if len(word) <= _LONGEST_LATIN else word[:2]
    named = [each for each in words if each.casefold() not in _BEFORE] or words
    return "".join(each[0].upper() for each in (named[0], *named[1:][-1:]))


def _hue(person_id: str) -> int:
    """The same colour for the same person every time (FNV-1a)."""
    value = 0x811C9DC5
    for letter in person_id:
        value = (value ^ ord(letter)) * 0x01000193 & 0xFFFFFFFF
    return value % HUES
