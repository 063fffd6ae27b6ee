"""A person's initials and colour, for when there is no portrait; `static/monogram.js` does the
same for what scripts draw, and a test compares the two."""

from __future__ import annotations

import re
from dataclasses import dataclass

HUES = 24

_HANGUL = re.compile(r"[가-힣]+")


@dataclass(frozen=True, slots=True)
class Monogram:
    """One to three letters, and a colour from 0 to `HUES` - 1."""

    letters: str
    hue: int


def monogram(name: str, person_id: str) -> Monogram:
    """What stands in for the portrait of a person."""
    return Monogram(initials(name), _hue(person_id))


def initials(name: str) -> str:
    """송강호 -> 강호, 버락 오바마 -> 오바마, Barack Obama -> BO, G-Dragon -> GD, RM -> RM"""
    spaced = _lettered(re.split(r"[\s·]+", name))
    words = spaced if len(spaced) > 1 else _lettered(name.split("-"))
    last = words[-1] if words else ""
    if _HANGUL.fullmatch(last):
        return _hangul(last, foreign=len(words) > 1)
    if len(words) < 2:
        return last if len(last) <= 3 else last[:1].upper()
    return "".join(word[0].upper() for word in (words[0], last))


def _lettered(words: list[str]) -> list[str]:
    return [word for word in words if any(letter.isalnum() for letter in word)]


def _hangul(word: str, *, foreign: bool) -> str:
    """Koreans are called by their given name, foreigners by their family name."""
    if not foreign:
        return word[-2:]
    return word if len(word) <= 3 else word[:2]


def _hue(person_id: str) -> int:
    """The same colour for the same person every time (FNV-1a)."""
    value = 0x811C9DC5
    for letter in person_id:
        value = (value ^ ord(letter)) * 0x01000193 & 0xFFFFFFFF
    return value % HUES
