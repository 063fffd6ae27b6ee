"""Who is in a gallery: people, their names, their links and the credit of their portraits."""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Literal, get_args
from urllib.parse import quote

from lookalike.gallery.spelling import folded, folded_group

Language = Literal["ko", "en"]
Gender = Literal["female", "male", "nonbinary", "other"]
# What people are publicly known for. The words for it are `fields` of web/locales.
Field = Literal[
    "acting",
    "music",
    "dance",
    "modelling",
    "presenting",
    "comedy",
    "internet",
    "film",
    "sport",
    "politics",
    "royalty",
    "business",
    "letters",
    "science",
    "art",
    "religion",
]
Origin = Literal["korean", "international"]
FIELDS: tuple[Field, ...] = get_args(Field)
KOREA = "KR"
_WITHOUT_DERIVATIVES = re.compile(r"(?<![a-z])nd(?![a-z])|no-?\s*deriv", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A name or description in the languages in which it is known."""

    ko: str | None = None
    en: str | None = None

    def get(self, language: Language) -> str | None:
        """The text in that language, else in the other one, else None."""
        return (self.ko or self.en) if language == "ko" else (self.en or self.ko)

    @property
    def known(self) -> tuple[str, ...]:
        """The text in every language in which it is known, Korean first."""
        return tuple(each for each in (self.ko, self.en) if each)

    @property
    def both(self) -> str:
        """The same in one line, English first."""
        return " · ".join(reversed(self.known))

    def holds(self, words: str) -> bool:
        """Whether folded `words` are in one of the two."""
        return not words or any(words in folded(each) for each in self.known)

    def completed(self, other: Text) -> Text:
        """The same, and `other` in a language in which it is not known."""
        return Text(self.ko or other.ko, self.en or other.en)


@dataclass(frozen=True, slots=True)
class Country:
    """
    Attributes:
        code: of ISO 3166-1, two letters.
        wikidata: its items, as far as they are known here; people are citizens of them.
    """

    code: str
    name: Text
    wikidata: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`kind` is stable: wikipedia-ko, wikipedia-en, wikidata, search-ko or website."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Where a portrait comes from and on what terms it may be shown."""

    author: str | None
    licence: str | None
    licence_url: str | None
    source_url: str | None

    @property
    def changeable(self) -> bool:
        """Whether its licence is known and allows that something new is made of it.

        Licences without derivatives are named so: `CC BY-ND 4.0`, `.../licenses/by-nc-nd/4.0/`.
        """
        stated = f"{self.licence or ''} {self.licence_url or ''}"
        return bool(self.licence) and not _WITHOUT_DERIVATIVES.search(stated)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a search can be narrowed to; several people may have the same. See `Person`."""

    gender: str | None = None
    groups: tuple[str, ...] = ()
    country: str | None = None
    fields: tuple[str, ...] = ()
    dead: bool = False

    @property
    def origin(self) -> Origin | None:
        """Whether that is Korea, or None where no country is stated."""
        if self.country is None:
            return None
        return "korean" if self.country == KOREA else "international"


@dataclass(frozen=True, slots=True)
class Person:
    """
    Attributes:
        id: stable, letters and digits only: a Wikidata id (`Q76`) where there is one.
        collection: id of the gallery the person belongs to.
        born, died: ISO dates (`1961-08-04`), perhaps only the year, or None. Years before Christ
            as ISO 8601 counts them: `-0099` is 100 BC.
        gender: only as the source states it.
        country: whose they are publicly known as, in two letters (ISO 3166-1): `KR`. Of people of
            former times, the country that is there today.
        fields: what they are publicly known for, each of `FIELDS`, the foremost first.
        wikidata: Wikidata id, or None.
        external_ids: pairs of where and what: `("imdb", "nm1682433")`.
    """

    id: str
    collection: str
    name: Text
    description: Text = Text()
    born: str | None = None
    died: str | None = None
    groups: tuple[str, ...] = ()
    gender: str | None = None
    country: str | None = None
    fields: tuple[str, ...] = ()
    wikidata: str | None = None
    websites: tuple[str, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The names, else the id."""
        return self.name.both or self.id

    @property
    def facts(self) -> Facts:
        """What a search can be narrowed to."""
        return Facts(self.gender, self.groups, self.country, self.fields, bool(self.died))

    @property
    def origin(self) -> Origin | None:
        """Whether they are of Korea, or None where no country is stated."""
        return self.facts.origin

    @property
    def links(self) -> tuple[Link, ...]:
        """Wikipedia through the Wikidata id, else a search; then the person's own pages."""
        own = tuple(Link("website", url) for url in self.websites)
        if self.wikidata:
            page = "https://www.wikidata.org/wiki/Special:GoToLinkedPage"
            return (
                Link("wikipedia-ko", f"{page}/kowiki/{self.wikidata}"),
                Link("wikipedia-en", f"{page}/enwiki/{self.wikidata}"),
                Link("wikidata", f"https://www.wikidata.org/wiki/{self.wikidata}"),
                *own,
            )
        words = quote(self.name.get("ko") or "")
        return (
            Link("search-ko", f"https://ko.wikipedia.org/wiki/Special:Search?search={words}"),
            *own,
        )

    def completed(self, other: Person) -> Person:
        """The same, and what `other` states beyond it: facts that are not known of them, further
        groups, pages, and ids in other places."""
        groups = {folded_group(each) for each in self.groups}
        places = {place for place, _ in self.external_ids}
        return replace(
            self,
            name=self.name.completed(other.name),
            description=self.description.completed(other.description),
            born=self.born or other.born,
            died=self.died or other.died,
            gender=self.gender or other.gender,
            country=self.country or other.country,
            fields=tuple(dict.fromkeys(self.fields + other.fields)),
            wikidata=self.wikidata or other.wikidata,
            groups=self.groups + tuple(g for g in other.groups if folded_group(g) not in groups),
            websites=tuple(dict.fromkeys(self.websites + other.websites)),
            external_ids=self.external_ids
            + tuple(each for each in other.external_ids if each[0] not in places),
        )


@dataclass(frozen=True, slots=True)
class Who:
    """Whom to search for: everything that is given must hold.

    Those of whom nothing is stated are left out, but for `living`.

    Attributes:
        group: name of a group, however it is spelt, in either language.
        gender: as the source states it.
        field: one of `FIELDS`.
        origin: of which country, Korea or another.
        living: only those of whom no death is stated.
    """

    group: str | None = None
    gender: str | None = None
    field: str | None = None
    origin: Origin | None = None
    living: bool = False

    def holds(self, person: Person) -> bool:
        return self.fits(person.facts)

    def fits(self, facts: Facts) -> bool:
        return (
            self.gender in (None, facts.gender)
            and (self.field is None or self.field in facts.fields)
            and self.origin in (None, facts.origin)
            and not (self.living and facts.dead)
            and (self.group is None or folded_group(self.group) in map(folded_group, facts.groups))
        )


EVERYONE = Who()


@cache
def countries() -> Mapping[str, Country]:
    """Every country and territory of ISO 3166-1, by its code."""
    table = (resources.files(__package__) / "countries.csv").read_text("utf-8")
    return {
        row["code"]: Country(
            row["code"],
            Text(row["ko"], row["en"]),
            tuple(filter(None, row["wikidata"].split(";"))),
        )
        for row in csv.DictReader(table.splitlines())
    }


def new_id() -> str:
    """An id for a person who has none elsewhere: letters and digits, as AWS asks."""
    return f"U{uuid.uuid4().hex[:15]}"
