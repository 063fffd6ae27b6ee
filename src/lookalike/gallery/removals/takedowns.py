"""Takedowns as they are kept, so that each can be undone: who, what went, which keys it blocked.

Names and ids alone are kept, never pixels or vectors: what was removed is gone.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from lookalike.database.clock import now
from lookalike.database.schema import TAKEDOWNS
from lookalike.errors import Conflict, NotFound
from lookalike.gallery.people import Person
from lookalike.gallery.removals import blocklist


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a takedown did.

    Attributes:
        id: undoes it.
        portraits: how many were removed with their vectors.
        blocked: the keys that later imports are held against.
        removed: everyone who left one of the user's own collections.
    """

    id: str
    person: Person
    portraits: int
    blocked: tuple[str, ...]
    at: datetime
    removed: tuple[Person, ...] = ()

    @property
    def everyone(self) -> frozenset[str]:
        """The ids under which they were in any gallery."""
        return frozenset({self.person.id, *(each.id for each in self.removed)})


@dataclass(frozen=True, slots=True)
class Takedown:
    """A takedown as it is kept.

    Attributes:
        person, name: id and names of who was taken down.
        wikidata: their Wikidata id, or None.
        portraits: how many were removed; None where it is of a version that did not keep that.
        removed: pairs of collection and id.
        undone: when, or None.
    """

    id: str
    person: str
    name: str
    wikidata: str | None
    reason: str
    portraits: int | None
    removed: tuple[tuple[str, str], ...]
    blocked: tuple[str, ...]
    at: datetime
    undone: datetime | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a takedown did.

    Attributes:
        lifted: keys by which nobody is kept out any more.
        kept: keys that other takedowns block too, and which stay.
        back: people of the starter gallery who are seen again.
    """

    takedown: Takedown
    lifted: tuple[str, ...]
    kept: tuple[str, ...]
    back: tuple[Person, ...] = ()


def new_id() -> str:
    return f"T{uuid.uuid4().hex[:15]}"


def keep(connection: Connection, receipt: Receipt, reason: str) -> None:
    person = receipt.person
    row = {
        "id": receipt.id,
        "person": person.id,
        "name": person.label,
        "wikidata": person.wikidata,
        "reason": reason,
        "portraits": receipt.portraits,
        "removed": json.dumps([(each.collection, each.id) for each in receipt.removed]),
        "keys": json.dumps(receipt.blocked, ensure_ascii=False),
        "created": receipt.at.replace(tzinfo=None),
    }
    connection.execute(insert(TAKEDOWNS), row)


def read(connection: Connection) -> tuple[Takedown, ...]:
    """All that are kept, the newest first; those that were undone too."""
    wanted = select(TAKEDOWNS).order_by(TAKEDOWNS.c.created.desc(), TAKEDOWNS.c.id)
    return tuple(_takedown(row) for row in connection.execute(wanted).all())


def undo(connection: Connection, receipt: str) -> Undone:
    """Lift what a takedown blocked, as far as no other takedown blocks it too.

    Raises:
        NotFound: there is no such takedown.
        Conflict: it was undone before.
    """
    everyone = read(connection)
    asked = next((each for each in everyone if each.id == receipt), None)
    if asked is None:
        raise NotFound(f"There is no takedown with the receipt {receipt!r}.")
    if asked.undone:
        raise Conflict(f"The takedown {receipt} was undone on {asked.undone:%Y-%m-%d %H:%M} UTC.")
    others = [each for each in everyone if each is not asked and not each.undone]
    kept = tuple(key for key in asked.blocked if any(key in each.blocked for each in others))
    lifted = tuple(key for key in asked.blocked if key not in kept)
    blocklist.lift(connection, lifted)
    for key in kept:
        blocklist.belongs(connection, key, _owner(key, others))
    undone = update(TAKEDOWNS).where(TAKEDOWNS.c.id == receipt).values(undone=now(connection))
    connection.execute(undone)
    return Undone(asked, lifted, kept)


def _owner(key: str, takedowns: Sequence[Takedown]) -> str | None:
    """Whose a key is for `Blocklist`: nobody's in particular if one of them has no Wikidata id."""
    owners = [each.wikidata for each in takedowns if key in each.blocked]
    return None if None in owners else owners[-1]


def _takedown(row: Any) -> Takedown:
    return Takedown(
        id=row.id,
        person=row.person,
        name=row.name,
        wikidata=row.wikidata,
        reason=row.reason,
        portraits=row.portraits,
        removed=tuple((collection, person) for collection, person in json.loads(row.removed)),
        blocked=tuple(json.loads(row.keys)),
        at=row.created.replace(tzinfo=UTC),
        undone=row.undone and row.undone.replace(tzinfo=UTC),
    )
