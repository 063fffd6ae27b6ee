"""A person and the credit of their portraits as columns of text: of a table, or sent to the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import FIELDS, Credit, Person, Text, new_id
from lookalike.gallery.sources.values import (
    clean_name,
    country_code,
    external_id,
    moment,
    person_id,
    text_of,
    web_address,
    wikidata_id,
)

GENDERS = ("female", "male", "nonbinary", "other")
NAMES = (
    "name",
    "name_ko",
    "name_en",
    "groups",
    "gender",
    "country",
    "fields",
    "born",
    "died",
    "description_ko",
    "description_en",
    "links",
    "wikidata",
    "external_ids",
    "source",
    "author",
    "licence",
    "licence_url",
    "fetched_at",
)
DATE = re.compile(r"-?\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")

Row = Mapping[str, str | list[str]]


class WrongColumn(InvalidParameter):
    """A column that cannot be used."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(f"{column}: {why}")


def person(row: Row, collection: str) -> Person:
    """Who a row is about.

    Raises:
        WrongColumn: a column cannot be used, or there is no name.
    """
    name, wikidata = _names(row), _wikidata(row)
    return Person(
        id=person_id(collection, name, wikidata),
        collection=collection,
        name=name,
        description=Text(_text(row, "description_ko"), _text(row, "description_en")),
        born=_date(row, "born"),
        died=_date(row, "died"),
        groups=tuple(texts(row, "groups")),
        gender=_gender(row),
        country=_country(row),
        fields=_fields(row),
        wikidata=wikidata,
        websites=tuple(_address("links", each) for each in texts(row, "links")),
        external_ids=tuple(_external_id(each) for each in texts(row, "external_ids")),
    )


def newcomer(row: Row, collection: str) -> Person:
    """Somebody who is added by hand: their id is of Wikidata, or made up.

    Raises:
        WrongColumn: a column cannot be used, or there is no name.
    """
    stated = person(row, collection)
    return replace(stated, id=stated.wikidata or new_id())


def beside(known: Person, row: Row) -> Person:
    """What a row states of somebody who is there, whose names hold for those that it leaves out.

    Raises:
        WrongColumn: a column cannot be used.
    """
    names = {"name_ko": known.name.ko or "", "name_en": known.name.en or ""}
    return replace(person(names | dict(row), known.collection), id=known.id)


def facts(known: Person) -> dict[str, str | list[str]]:
    """A person as columns, from which `person` makes the same; what is not known is empty."""
    row = {
        "name_ko": known.name.ko,
        "name_en": known.name.en,
        "description_ko": known.description.ko,
        "description_en": known.description.en,
        "born": known.born,
        "died": known.died,
        "gender": known.gender,
        "country": known.country,
        "fields": list(known.fields),
        "wikidata": known.wikidata,
        "groups": list(known.groups),
        "links": list(known.websites),
        "external_ids": [f"{place}={value}" for place, value in known.external_ids],
    }
    return {column: value or "" for column, value in row.items()}


def changed(known: Person, row: Row) -> Person:
    """A person with other facts: what a row leaves out stays, what is empty in it goes.

    Raises:
        WrongColumn: a column cannot be used, or there is no name left.
    """
    stated = person(facts(known) | dict(row), known.collection)
    return replace(stated, id=known.id)


def credit(row: Row, given: Credit | None = None) -> Credit | None:
    """Where its portraits come from; `given` holds for what the row leaves out.

    Raises:
        WrongColumn: an address is none.
    """
    given = given or Credit(None, None, None, None)
    source, url = _text(row, "source"), _text(row, "licence_url")
    own = Credit(
        author=_text(row, "author") or given.author,
        licence=_text(row, "licence") or given.licence,
        licence_url=_address("licence_url", url) if url else given.licence_url,
        source_url=_address("source", source) if source else given.source_url,
    )
    return None if own == Credit(None, None, None, None) else own


def fetched_at(row: Row) -> datetime | None:
    """When its portraits came from where the credit says, with a time zone.

    Raises:
        WrongColumn: it is no moment.
    """
    value = _text(row, "fetched_at")
    try:
        return moment(value) if value else None
    except InvalidParameter as error:
        raise WrongColumn("fetched_at", str(error)) from None


def texts(row: Row, column: str) -> list[str]:
    """A list, or what semicolons part."""
    value = row.get(column, "")
    parts = value.split(";") if isinstance(value, str) else value
    return [part.strip() for part in parts if part.strip()]


def _names(row: Row) -> Text:
    korean, english = _name(row, "name_ko"), _name(row, "name_en")
    either = _name(row, "name")
    if either:
        guessed = text_of(either)
        korean, english = korean or guessed.ko, english or guessed.en
    if not korean and not english:
        raise WrongColumn("name", "empty")
    return Text(korean, english)


def _name(row: Row, column: str) -> str | None:
    value = _text(row, column)
    try:
        return clean_name(value) if value else None
    except InvalidParameter as error:
        raise WrongColumn(column, str(error)) from None


def _gender(row: Row) -> str | None:
    value = (_text(row, "gender") or "").casefold() or None
    if value and value not in GENDERS:
        raise WrongColumn("gender", f"{value!r}; it must be one of: {', '.join(GENDERS)}, or empty")
    return value


def _country(row: Row) -> str | None:
    value = _text(row, "country")
    try:
        return country_code(value) if value else None
    except InvalidParameter as error:
        raise WrongColumn("country", str(error)) from None


def _fields(row: Row) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(each.casefold() for each in texts(row, "fields")))
    for each in found:
        if each not in FIELDS:
            raise WrongColumn("fields", f"{each!r}; each must be one of: {', '.join(FIELDS)}")
    return found


def _wikidata(row: Row) -> str | None:
    value = _text(row, "wikidata")
    try:
        return wikidata_id(value) if value else None
    except InvalidParameter as error:
        raise WrongColumn("wikidata", str(error)) from None


def _date(row: Row, column: str) -> str | None:
    value = _text(row, column)
    if value and not DATE.fullmatch(value):
        raise WrongColumn(column, f"{value!r} is no date; write 1993, 1993-05 or 1993-05-16")
    return value


def _external_id(pair: str) -> tuple[str, str]:
    place, equals, value = (part.strip() for part in pair.partition("="))
    if not equals:
        raise WrongColumn("external_ids", f"{pair!r} is no pair; write imdb=nm1682433")
    try:
        return external_id(place.casefold(), value)
    except InvalidParameter as error:
        raise WrongColumn("external_ids", str(error)) from None


def _address(column: str, value: str) -> str:
    try:
        return web_address(value)
    except InvalidParameter as error:
        raise WrongColumn(column, str(error)) from None


def _text(row: Row, column: str) -> str | None:
    value = row.get(column, "")
    if isinstance(value, list):
        raise WrongColumn(column, "must be one text, not a list")
    return value.strip() or None
