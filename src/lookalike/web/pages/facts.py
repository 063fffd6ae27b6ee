"""How facts of people are said in a document: their countries, fields, groups and dates."""

from __future__ import annotations

from collections.abc import Iterable

from lookalike.answers import shapes
from lookalike.gallery.people import Language, countries
from lookalike.gallery.spelling import group_in_hangul
from lookalike.web.texts import locale

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def country(code: str | None, language: Language) -> str:
    """What a country is called; nothing where none is stated."""
    known = countries().get(code or "")
    return (known.name.get(language) if known else code) or ""


def about(person: shapes.Person, language: Language) -> str:
    """Who somebody is, in the language of the page alone: their description, else what is known of
    them."""
    told = person.description.ko if language == "ko" else person.description.en
    known = (groups(person.groups, language), country(person.country, language))
    return told or ", ".join(each for each in (*known, fields(person.fields, language)) if each)


def gallery(collection: str, language: Language) -> str:
    """What a collection is called; those that nobody else named have names of ours."""
    words: dict[str, str] = locale(language)["page"]["filters"]["galleries"]
    return words.get(collection, collection)


def fields(codes: Iterable[str], language: Language) -> str:
    words = locale(language)["page"]["fields"]
    return ", ".join(words[each] for each in codes)


def group(name: str, language: Language) -> str:
    """What a group is called, in Korean in Hangul if that is known."""
    return (group_in_hangul(name) if language == "ko" else None) or name


def groups(names: Iterable[str], language: Language) -> str:
    return ", ".join(group(each, language) for each in names)


def date(iso: str | None, language: Language) -> str:
    """An ISO date, or only its year or month, in words: `1961-08-04` is 4 August 1961.

    Years before Christ are counted without a year 0: `-0099` is 100 BC.
    """
    if not iso:
        return ""
    before = iso.startswith("-")
    year, *rest = (int(part) for part in iso.removeprefix("-").split("-"))
    year += before
    return _korean(year, rest, before) if language == "ko" else _english(year, rest, before)


def _korean(year: int, rest: list[int], before: bool) -> str:
    parts = [f"{number}{unit}" for number, unit in zip(rest, "월일", strict=False)]
    return " ".join([*(["기원전"] if before else []), f"{year}년", *parts])


def _english(year: int, rest: list[int], before: bool) -> str:
    month = [_MONTHS[rest[0] - 1]] if rest else []
    day = [str(each) for each in rest[1:]]
    return " ".join([*day, *month, str(year), *(["BC"] if before else [])])
