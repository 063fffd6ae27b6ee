"""Who asked to be left out, and how they are recognised in any source."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from lookalike.database.schema import BLOCKED
from lookalike.errors import Blocked
from lookalike.gallery.names.spelling import folded
from lookalike.gallery.people import Person


@dataclass(frozen=True, slots=True)
class BlockedKey:
    """
    Attributes:
        key: `wikidata:Q76`, `id:U1` or `name:홍길동`.
        wikidata: whose key it is, where that is known.
    """

    key: str
    wikidata: str | None
    reason: str
    at: datetime


def keys_of(person: Person) -> frozenset[str]:
    """What a person is recognised by."""
    # As earlier versions wrote names, too: who asked them stays out.
    forms = (folded, _composed)
    keys = {f"name:{form(name)}" for name in person.name.known for form in forms}
    if person.wikidata:
        keys.add(f"wikidata:{person.wikidata}")
    if person.id != person.wikidata:
        keys.add(f"id:{person.id}")
    return frozenset(keys)


class Blocklist:
    """Everyone who asked to be left out, or those of them who matter, by key."""

    def __init__(self, entries: Iterable[BlockedKey]) -> None:
        self._entries = {each.key: each for each in entries}

    def __iter__(self) -> Iterator[BlockedKey]:
        return iter(self._entries.values())

    def holds(self, person: Person) -> bool:
        """Whether one of the entries is about this person.

        Korean names are shared by many: somebody of the same name is someone else when both have
        Wikidata ids and they differ. Without them there is no telling, and the request comes first.
        """
        found = (self._entries[key] for key in keys_of(person) if key in self._entries)
        return any(not _somebody_else(person, entry) for entry in found)


def check(connection: Connection, person: Person) -> None:
    """
    Raises:
        Blocked: the person asked to be left out.
    """
    if read(connection, keys_of(person)).holds(person):
        name = person.name.get("en") or person.id
        raise Blocked(f"{name} asked to be left out, and is kept out of every gallery here.")


def read(connection: Connection, keys: frozenset[str] | None = None) -> Blocklist:
    """The whole blocklist, or what it says of some keys."""
    wanted = select(BLOCKED).order_by(BLOCKED.c.key)
    if keys is not None:
        wanted = wanted.where(BLOCKED.c.key.in_(keys))
    return Blocklist(
        BlockedKey(row.key, row.wikidata, row.reason, row.created.replace(tzinfo=UTC))
        for row in connection.execute(wanted).all()
    )


def remember(
    connection: Connection, key: str, wikidata: str | None, reason: str, when: datetime
) -> None:
    """Block a key; one that is blocked keeps its reason and date."""
    one = BLOCKED.c.key == key
    if connection.execute(select(BLOCKED.c.key).where(one)).first() is None:
        row = {"key": key, "wikidata": wikidata, "reason": reason, "created": when}
        connection.execute(insert(BLOCKED), row)
    elif wikidata is None:
        # The name of someone else too, who is known by nothing but it.
        belongs(connection, key, None)


def lift(connection: Connection, keys: Collection[str]) -> None:
    """Block keys no more."""
    connection.execute(delete(BLOCKED).where(BLOCKED.c.key.in_(keys)))


def belongs(connection: Connection, key: str, wikidata: str | None) -> None:
    """State whose a key is that stays blocked."""
    connection.execute(update(BLOCKED).where(BLOCKED.c.key == key).values(wikidata=wikidata))


def _somebody_else(person: Person, entry: BlockedKey) -> bool:
    if not entry.key.startswith("name:"):
        return False
    return None not in (person.wikidata, entry.wikidata) and person.wikidata != entry.wikidata


def _composed(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
