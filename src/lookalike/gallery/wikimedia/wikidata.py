"""People as Wikidata describes them: their labels, and what is stated about them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lookalike.errors import InvalidParameter, PortraitUnavailable
from lookalike.gallery.people import KOREA, Person, Text, countries
from lookalike.gallery.sources.values import clean_name, web_address
from lookalike.gallery.spelling import letters
from lookalike.gallery.wikimedia.client import SLOTS, WIKIDATA, Wikimedia
from lookalike.gallery.wikimedia.occupations import ordered_fields

# Statements by property, of the shape of
# doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html; PHP writes an object that is empty as
# a list.
Claims = Mapping[str, list[dict[str, Any]]] | list[Any]

# Ids that one request may name (www.wikidata.org/w/api.php?action=help&modules=wbgetentities), and
# what an answer about that many may weigh: Barack Obama alone is 1 MB.
BATCH = 50
_MAX_BYTES = 128 * 1024 * 1024
_SEARCHED = "50"
# Portraits that are fetched of one person; more than three gain little.
_MOST_IMAGES = 3

_HUMAN = "Q5"
_NOT_PEOPLE = {
    "Q4167410": "a disambiguation page",
    "Q15632617": "a fictional human",
    "Q95074": "a fictional character",
    "Q101352": "a family name",
    "Q202444": "a given name",
    "Q12308941": "a male given name",
    "Q11879590": "a female given name",
    "Q215380": "a musical group",
}
# Property P21. What is stated about trans people is kept as who they are.
_GENDERS = {
    "Q6581072": "female",
    "Q1052281": "female",
    "Q6581097": "male",
    "Q2449503": "male",
    "Q48270": "nonbinary",
}
_EXTERNAL_IDS = {
    "P345": "imdb",
    "P4985": "tmdb",
    "P434": "musicbrainz",
    "P1902": "spotify",
    "P2397": "youtube",
    "P2003": "instagram",
    "P2002": "x",
    "P214": "viaf",
}
# The lengths of an ISO date by precision: year, month, day
# (www.wikidata.org/wiki/Help:Dates). What is vaguer is not a date.
_DATE_LENGTHS = {9: 4, 10: 7, 11: 10}


@dataclass(frozen=True, slots=True)
class Item:
    """What Wikidata says of something.

    Attributes:
        id: what it has now; items that were merged answer to several.
        not_a_person: what it is, if it is no human being.
        occupations, groups: ids of items.
        images: names of files on Commons, the preferred ones first.
    """

    id: str
    name: Text
    description: Text
    not_a_person: str | None
    gender: str | None
    country: str | None
    born: str | None
    died: str | None
    occupations: tuple[str, ...]
    groups: tuple[str, ...]
    images: tuple[str, ...]
    websites: tuple[str, ...]
    external_ids: tuple[tuple[str, str], ...]

    def person(self, collection: str, groups: tuple[str, ...], known_as: Text) -> Person:
        """The person; `known_as` gives the name in a language in which Wikidata has none."""
        return Person(
            id=self.id,
            collection=collection,
            name=self.name.completed(known_as),
            description=self.description,
            born=self.born,
            died=self.died,
            groups=groups,
            gender=self.gender,
            country=self.country,
            fields=ordered_fields(self.occupations),
            wikidata=self.id,
            websites=self.websites,
            external_ids=self.external_ids,
        )


class Wikidata:
    """Asks Wikidata in batches. Everything raises PortraitUnavailable when it cannot be asked."""

    def __init__(self, wikimedia: Wikimedia) -> None:
        self._wikimedia = wikimedia

    async def items(self, ids: Iterable[str]) -> dict[str, Item]:
        """The items of those ids, by the id that was asked for; missing ones are left out."""
        raw = await self._entities(ids, "labels|descriptions|claims")
        return {asked: _item(each) for asked, each in raw.items()}

    async def group_names(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The names of groups by id: the English one, else the Korean one, then all others."""
        raw = await self._entities(ids, "labels|aliases")
        return {asked: names for asked, each in raw.items() if (names := _all_names(each))}

    async def images(self, wikidata: str) -> list[str]:
        """The names of somebody's images on Commons, the preferred ones first.

        Raises:
            NotOnWikimedia: there is no such item.
        """
        query = {"action": "wbgetclaims", "entity": wikidata, "property": "P18"}
        answer = await self._wikimedia.json(WIKIDATA, query)
        return _ranked(answer.get("claims", {}), "P18")

    async def search(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The ids of what is called exactly that, by name: as a label or as an alias."""
        wanted = tuple(dict.fromkeys(names))
        free = asyncio.Semaphore(SLOTS)

        async def one(name: str) -> tuple[str, ...]:
            async with free:
                return await self._search(name)

        return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))

    async def _search(self, name: str) -> tuple[str, ...]:
        answer = await self._wikimedia.json(
            WIKIDATA,
            {
                "action": "wbsearchentities",
                "search": name,
                "language": "ko" if _is_korean(name) else "en",
                "type": "item",
                "limit": _SEARCHED,
            },
        )
        return tuple(
            hit["id"]
            for hit in answer.get("search", ())
            if letters(hit.get("match", {}).get("text", "")) == letters(name)
        )

    async def _entities(self, ids: Iterable[str], props: str) -> dict[str, dict[str, Any]]:
        """Raw entities by the id that was asked for.

        An answer that would get too long is cut short; what it leaves out is asked for again.
        """
        found: dict[str, dict[str, Any]] = {}
        left = list(dict.fromkeys(ids))
        while left:
            batch = left[:BATCH]
            query = {"action": "wbgetentities", "ids": "|".join(batch), "props": props}
            answer = await self._wikimedia.json(
                WIKIDATA, query | {"languages": "ko|en|mul"}, _MAX_BYTES
            )
            got = _by_asked(answer.get("entities", {}))
            if got.keys().isdisjoint(batch):
                raise PortraitUnavailable(f"{WIKIDATA} did not answer about {batch[0]}.")
            found |= got
            left = [each for each in left if each not in found]
        return {asked: each for asked, each in found.items() if "missing" not in each}


def _by_asked(entities: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each.get("redirects", {}).get("from", key): each for key, each in entities.items()}


def _item(raw: Mapping[str, Any]) -> Item:
    claims: Claims = raw.get("claims", {})
    return Item(
        id=raw["id"],
        name=_text(raw, "labels"),
        description=_text(raw, "descriptions"),
        not_a_person=_not_a_person(_ids(claims, "P31")),
        gender=_gender(claims),
        country=_country(claims),
        born=_date(claims, "P569"),
        died=_date(claims, "P570"),
        occupations=_ids(claims, "P106"),
        groups=_ids(claims, "P463"),
        images=tuple(dict.fromkeys(_ranked(claims, "P18")))[:_MOST_IMAGES],
        websites=_websites(claims),
        external_ids=tuple(
            (site, _best(claims, name)[0])
            for name, site in _EXTERNAL_IDS.items()
            if _best(claims, name)
        ),
    )


def _not_a_person(kinds: tuple[str, ...]) -> str | None:
    if _HUMAN in kinds:
        return None
    return next((_NOT_PEOPLE[kind] for kind in kinds if kind in _NOT_PEOPLE), "not a person")


def _text(raw: Mapping[str, Any], part: str) -> Text:
    texts = {language: _clean(each["value"]) for language, each in _mapping(raw, part).items()}
    # `mul` holds names that are the same in all languages of one script.
    return Text(texts.get("ko"), texts.get("en") or texts.get("mul"))


def _all_names(raw: Mapping[str, Any]) -> tuple[str, ...]:
    label = _text(raw, "labels")
    aliases = [each["value"] for own in _mapping(raw, "aliases").values() for each in own]
    names = [name for name in (label.en, label.ko, *aliases) if name]
    return tuple(dict.fromkeys(names))


def _mapping(raw: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """A part of an entity; PHP writes one that is empty as a list."""
    found = raw.get(part)
    return found if isinstance(found, Mapping) else {}


def _clean(words: str) -> str | None:
    try:
        return clean_name(words)
    except InvalidParameter:
        return None


def _gender(claims: Claims) -> str | None:
    stated: list[str] = [value["id"] for value in _best(claims, "P21")]
    return _GENDERS.get(stated[0], "other") if stated else None


def _country(claims: Claims) -> str | None:
    """Of several citizenships that are stated alike Korea's, where that is one; else the first."""
    codes = {item: each.code for each in countries().values() for item in each.wikidata}
    stated = [codes[item] for value in _best(claims, "P27") if (item := value["id"]) in codes]
    return KOREA if KOREA in stated else next(iter(stated), None)


def _date(claims: Claims, name: str) -> str | None:
    """An ISO date as precise as it is stated, of `+1961-08-04T00:00:00Z`."""
    for value in _best(claims, name):
        time: str = value["time"]
        length = _DATE_LENGTHS.get(value["precision"])
        if length:
            return time[: length + 1].removeprefix("+")
    return None


def _websites(claims: Claims) -> tuple[str, ...]:
    found = []
    for value in _best(claims, "P856"):
        try:
            found.append(web_address(value))
        except InvalidParameter:
            continue
    return tuple(found)


def _is_korean(name: str) -> bool:
    return any("가" <= letter <= "힣" for letter in name)


def _ranked(claims: Claims, name: str) -> list[Any]:
    """The known values of a property: preferred ones first, deprecated ones not at all."""
    return _of_rank(claims, name, "preferred") + _of_rank(claims, name, "normal")


def _best(claims: Claims, name: str) -> list[Any]:
    """The preferred values of a property; where there are none, the normal ones."""
    return _of_rank(claims, name, "preferred") or _of_rank(claims, name, "normal")


def _ids(claims: Claims, name: str) -> tuple[str, ...]:
    """The ids of the items that a property names, the preferred ones first."""
    return tuple(value["id"] for value in _ranked(claims, name))


def _of_rank(claims: Claims, name: str, rank: str) -> list[Any]:
    statements = claims.get(name, []) if isinstance(claims, Mapping) else []
    return [
        each["mainsnak"]["datavalue"]["value"]
        for each in statements
        if each["rank"] == rank and each["mainsnak"]["snaktype"] == "value"
    ]
