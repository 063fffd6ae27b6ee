"""One person of a collection within a transaction: found, completed, given faces, removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.clock import now
from lookalike.database.schema import FACES, PEOPLE
from lookalike.errors import PersonNotFound
from lookalike.gallery.contents import faces_of
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.removals import blocklist
from lookalike.gallery.rows import face_place, face_row, person_of, person_row


def is_person(person: Person) -> ColumnElement[bool]:
    return (PEOPLE.c.collection == person.collection) & (PEOPLE.c.id == person.id)


def any_row(connection: Connection, table: Table, where: ColumnElement[bool]) -> bool:
    return connection.execute(select(table).where(where).limit(1)).first() is not None


def there(connection: Connection, person: Person) -> Person:
    """A person as the database has them.

    Raises:
        PersonNotFound: it does not.
    """
    row = connection.execute(select(PEOPLE).where(is_person(person))).first()
    if row is None:
        raise PersonNotFound(f"Nobody in {person.collection!r} has the id {person.id!r}.")
    return person_of(row)


def complete(connection: Connection, known: Person, stated: Person) -> Person:
    """Add to what is known of a person what is stated beyond it.

    Raises:
        Blocked: of them that was not known to be somebody who asked to be left out.
    """
    whole = known.completed(stated)
    if whole != known:
        blocklist.check(connection, whole)
        connection.execute(update(PEOPLE).where(is_person(known)).values(person_row(whole)))
    return whole


def add_faces(connection: Connection, person: Person, portraits: Sequence[Portrait]) -> int:
    """Add what is not of an image that they have; how many those were."""
    found = connection.execute(select(FACES.c.image_id).where(faces_of(person))).scalars()
    known = {each for each in found if each is not None}
    new: list[dict[str, Any]] = []
    when = now(connection)
    for each in portraits:
        if each.image_id is None or each.image_id not in known:
            # They stay in this order.
            created = when + timedelta(microseconds=len(new))
            new.append(face_row(person.collection, person.id, each, created))
            known.add(each.image_id or "")
    if new:
        connection.execute(insert(FACES), new)
    return len(new)


def move_faces(connection: Connection, gone: Person, person: Person) -> int:
    """Give the faces of one person to another, all but those that are there twice then: of one
    place of one image. How many came."""
    places = {
        each.id: {
            row["id"]: face_place(row)
            for row in connection.execute(select(FACES).where(faces_of(each))).mappings()
            if row["image_id"]
        }
        for each in (person, gone)
    }
    own = set(places[person.id].values())
    twice = [face for face, place in places[gone.id].items() if place in own]
    connection.execute(delete(FACES).where(FACES.c.id.in_(twice)))
    moving = update(FACES).where(faces_of(gone)).values(person=person.id)
    return connection.execute(moving).rowcount


def forget(connection: Connection, person: Person) -> int:
    """Remove a person; how many portraits they had."""
    count = connection.execute(select(func.count()).where(faces_of(person))).scalar_one()
    connection.execute(delete(PEOPLE).where(is_person(person)))
    note(connection, person)
    return int(count)


def note(connection: Connection, person: Person) -> None:
    """Tell every process that something about a person changed."""
    changes.record(connection, [Change(person.collection, person.id)])


def nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in your own galleries has the id {person_id!r}.")
