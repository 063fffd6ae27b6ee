"""The user's own galleries in the database: people and portraits added, changed and removed.

Every change is one transaction: vectors are committed with their rows, and every index is made from
here. Several processes may read while one writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC

from sqlalchemy import Connection, delete, insert, select, update

from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.clock import now
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE, STANDINGS
from lookalike.errors import (
    CollectionExists,
    CollectionNotFound,
    Conflict,
    InvalidParameter,
    NotFound,
)
from lookalike.gallery import starter
from lookalike.gallery.contents import Contents, faces_of
from lookalike.gallery.enrolment import namesakes
from lookalike.gallery.enrolment.membership import (
    add_faces,
    any_row,
    complete,
    forget,
    is_person,
    move_faces,
    nobody,
    note,
    there,
)
from lookalike.gallery.enrolment.namesakes import Alike
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.removals import blocklist, takedowns
from lookalike.gallery.removals.blocklist import BlockedKey, Blocklist, keys_of
from lookalike.gallery.removals.takedowns import Receipt, Undone
from lookalike.gallery.rows import person_of, person_row


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Whom portraits were added to.

    Attributes:
        new: whether they were not there before.
        portraits: how many were of images they did not have.
    """

    person: Person
    new: bool
    portraits: int


@dataclass(frozen=True, slots=True)
class Merger:
    """Two people who are one now.

    Attributes:
        gone: the other of them.
        portraits: how many came over.
    """

    person: Person
    gone: Person
    portraits: int


class Store(Contents):
    """What the galleries of one database hold, and every change of it.

    Every method raises StoreUnavailable when the file cannot be read or written; then nothing was
    changed. Methods that change people or collections raise InvalidParameter for the starter
    gallery, which is read-only.
    """

    def create(
        self, collection: str, tags: Mapping[str, str] | None = None, *, is_open: bool = True
    ) -> None:
        """Add an empty collection; one that is not open is searched only when it is named.

        Raises:
            CollectionExists: there is one of that id.
        """
        with self.database.changing(collection) as connection:
            known = any_row(connection, COLLECTIONS, COLLECTIONS.c.id == collection)
            if known or collection == starter.COLLECTION:
                raise CollectionExists(f"There is a collection {collection!r} already.")
            self._create(connection, collection, tags or {}, is_open)

    def delete(self, collection: str) -> None:
        """Remove a collection with everyone in it.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        check_own(collection)
        with self.database.changing(collection) as connection:
            gone = connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.id == collection))
            if not gone.rowcount:
                raise _no_collection(collection)
            connection.execute(delete(STANDINGS).where(STANDINGS.c.collection == collection))
            changes.record(connection, [Change(collection)])

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or more portraits to one; portraits of an image they have are left out.

        Raises:
            InvalidParameter: there is no portrait.
            Blocked: the person asked to be left out.
            ContractMismatch: the collection was made with another model.
        """
        with self._adding(person, portraits) as connection:
            if not any_row(connection, PEOPLE, is_person(person)):
                connection.execute(insert(PEOPLE), person_row(person))
            add_faces(connection, person, portraits)
            note(connection, person)

    def enrol(
        self,
        person: Person,
        portraits: Sequence[Portrait],
        alike: Alike,
        *,
        to: str | None = None,
        new: bool = False,
    ) -> Enrolment:
        """Add portraits to who of that name and group is in the collection and has that face, else
        the person. What is known of who is there stays; facts beyond it are added.

        Args:
            to: the id of who it is, whatever name and face say.
            new: it is nobody who is there.

        Raises:
            InvalidParameter: there is no portrait.
            Unlike: people of that name and group are there, and none has such a face.
            Conflict: `new`, but there is somebody of that id.
            PersonNotFound: there is nobody of the id `to` in the collection.
            Blocked: the person asked to be left out.
            ContractMismatch: the collection was made with another model.
        """
        with self._adding(person, portraits) as connection:
            known = _known(connection, person, to, new)
            if known is None and not new:
                known = namesakes.chosen(connection, person, portraits, alike)
            if known is None:
                connection.execute(insert(PEOPLE), person_row(person))
            else:
                person = complete(connection, known, person)
            added = add_faces(connection, person, portraits)
            note(connection, person)
        return Enrolment(person, known is None, added)

    def merge(self, person: Person, gone: Person, alike: Alike | None = None) -> Merger:
        """Make two people of one collection one: `gone` leaves it, and `person` has the faces of
        both, and all facts that are not known of them.

        Args:
            alike: None: whatever their faces say.

        Raises:
            Unlike: their faces are not those of one person.
            InvalidParameter: they are one already, of two collections, or two for Wikidata.
            PersonNotFound: one of them is not in the collection.
            Blocked: the person asked to be left out.
        """
        check_own(person.collection)
        _check_mergeable(person, gone)
        with self.database.changing(person.collection) as connection:
            person, gone = there(connection, person), there(connection, gone)
            if alike is not None:
                namesakes.check_one(connection, person, gone, alike)
            whole = person.completed(gone)
            blocklist.check(connection, whole)
            moved = move_faces(connection, gone, person)
            connection.execute(delete(PEOPLE).where(is_person(gone)))
            connection.execute(update(PEOPLE).where(is_person(person)).values(person_row(whole)))
            note(connection, person)
            note(connection, gone)
        return Merger(whole, gone, moved)

    def add_portraits(self, person: Person, portraits: Sequence[Portrait]) -> int:
        """Add portraits to someone who is there; how many were of images they did not have.

        Raises:
            InvalidParameter: there is no portrait.
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
            ContractMismatch: the collection was made with another model.
        """
        check_own(person.collection)
        _check_some(portraits)
        with self.database.changing(person.collection) as connection:
            blocklist.check(connection, person)
            if not any_row(connection, PEOPLE, is_person(person)):
                raise nobody(person.id)
            self._ready(connection, person.collection)
            note(connection, person)
            return add_faces(connection, person, portraits)

    def remove_portrait(self, person: Person, portrait_id: str) -> None:
        """Remove one of several portraits of a person.

        Raises:
            NotFound: they have no such portrait.
            InvalidParameter: it is their last one.
        """
        check_own(person.collection)
        with self.database.changing(person.collection) as connection:
            known = connection.execute(select(FACES.c.id).where(faces_of(person))).scalars().all()
            if portrait_id not in known:
                raise NotFound(f"{person.id} has no portrait {portrait_id!r}.")
            if len(known) == 1:
                raise InvalidParameter(
                    f"It is the only portrait of {person.id}; remove the person, or add another "
                    "portrait first."
                )
            connection.execute(delete(FACES).where(FACES.c.id == portrait_id))
            note(connection, person)

    def show(
        self, person: Person, images: Mapping[str, Credit | None], *, shown: bool = True
    ) -> int:
        """Let a page show portraits of a person, by the ids of their images, or no longer; how many
        it changed. Those without a thumbnail or a licence are never shown.

        Args:
            images: with the credit that those get of which no licence is stated.
        """
        check_own(person.collection)
        own = faces_of(person) & FACES.c.image_id.in_(images)
        others = own & (FACES.c.shown != shown)
        if shown:
            others &= FACES.c.thumbnail.is_not(None) & FACES.c.licence.is_not(None)
        with self.database.changing(person.collection) as connection:
            for image, credit in images.items():
                bare = faces_of(person) & (FACES.c.image_id == image) & FACES.c.licence.is_(None)
                if credit is not None:
                    connection.execute(update(FACES).where(bare).values(asdict(credit)))
            count: int = connection.execute(
                update(FACES).where(others).values(shown=shown)
            ).rowcount
            if count:
                note(connection, person)
        return count

    def publish(self, person: Person, portraits: Iterable[Portrait]) -> int:
        """The same of portraits that were just added, or were there without a thumbnail."""
        own = {each.image_id: each for each in portraits if each.image_id}
        small = {image: each.thumbnail for image, each in own.items() if each.thumbnail}
        self.keep_thumbnails(person, small)
        return self.show(person, {image: each.credit for image, each in own.items()})

    def change(self, person: Person) -> None:
        """Replace the facts of a person.

        Raises:
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
        """
        check_own(person.collection)
        with self.database.changing(person.collection) as connection:
            blocklist.check(connection, person)
            changed = update(PEOPLE).where(is_person(person)).values(person_row(person))
            if not connection.execute(changed).rowcount:
                raise nobody(person.id)
            note(connection, person)

    def remove(self, person_id: str, collection: str | None = None) -> None:
        """Remove a person with their portraits, from one collection or from all.

        Raises:
            PersonNotFound: there is nobody of that id in the user's own galleries.
        """
        who = PEOPLE.c.id == person_id
        if collection is not None:
            who &= PEOPLE.c.collection == collection
        with self.database.changing(collection or "") as connection:
            people = [person_of(row) for row in connection.execute(select(PEOPLE).where(who)).all()]
            if not people:
                raise nobody(person_id)
            for each in people:
                forget(connection, each)

    def keep_thumbnails(self, person: Person, thumbnails: Mapping[str, bytes]) -> None:
        """Give portraits of a person, by the id of their image, a thumbnail if they have none."""
        with self.database.changing(person.collection) as connection:
            for image, thumbnail in thumbnails.items():
                bare = (FACES.c.image_id == image) & FACES.c.thumbnail.is_(None)
                one = update(FACES).where(faces_of(person), bare)
                connection.execute(one.values(thumbnail=thumbnail))

    def block(self, person: Person, reason: str) -> Receipt:
        """Remove a person from every collection and keep them out from now on."""
        keys = sorted(keys_of(person))
        with self.database.changing() as connection:
            when = now(connection)
            at = when.replace(tzinfo=UTC)
            asked = Blocklist(BlockedKey(key, person.wikidata, reason, at) for key in keys)
            for key in keys:
                blocklist.remember(connection, key, person.wikidata, reason, when)
            everyone = (person_of(row) for row in connection.execute(select(PEOPLE)).all())
            removed = tuple(each for each in everyone if asked.holds(each))
            portraits = sum(forget(connection, each) for each in removed)
            receipt = Receipt(takedowns.new_id(), person, portraits, tuple(keys), at, removed)
            takedowns.keep(connection, receipt, reason)
            changes.record(connection, [Change()])
        self.database.forget_deleted()
        return receipt

    def unblock(self, receipt: str) -> Undone:
        """Undo a takedown: who was taken down may be added again.

        Raises:
            NotFound: there is no such takedown.
            Conflict: it was undone before.
        """
        with self.database.changing() as connection:
            undone = takedowns.undo(connection, receipt)
            changes.record(connection, [Change()])
        return undone

    @contextmanager
    def _adding(self, person: Person, portraits: Sequence[Portrait]) -> Iterator[Connection]:
        """A transaction in which portraits may come to somebody; their collection is there."""
        check_own(person.collection)
        _check_some(portraits)
        with self.database.changing(person.collection) as connection:
            blocklist.check(connection, person)
            self._ready(connection, person.collection)
            yield connection

    def _ready(self, connection: Connection, collection: str) -> None:
        """Make a collection that is not there; check the contract of one that is."""
        wanted = select(COLLECTIONS.c.contract).where(COLLECTIONS.c.id == collection)
        contract = connection.execute(wanted).scalar()
        if contract is None:
            self._create(connection, collection, {}, is_open=True)
        else:
            self._check_contract(collection, contract)

    def _create(
        self, connection: Connection, collection: str, tags: Mapping[str, str], is_open: bool
    ) -> None:
        row = {
            "id": collection,
            "contract": self.contract,
            "tags": json.dumps(tags, ensure_ascii=False),
            "open": is_open,
            "created": now(connection),
        }
        connection.execute(insert(COLLECTIONS), row)
        changes.record(connection, [Change(collection)])


def check_own(collection: str) -> None:
    """
    Raises:
        InvalidParameter: the collection is the read-only starter.
    """
    if collection == starter.COLLECTION:
        raise InvalidParameter("The starter gallery is read-only; choose another collection.")


def _known(connection: Connection, person: Person, to: str | None, new: bool) -> Person | None:
    """Who of the collection a caller says that it is.

    Raises:
        PersonNotFound, Conflict: see `Store.enrol`.
    """
    if to is not None:
        return there(connection, replace(person, id=to))
    if new and any_row(connection, PEOPLE, is_person(person)):
        raise Conflict(f"{person.id} is in {person.collection!r} already.")
    return None


def _check_mergeable(person: Person, gone: Person) -> None:
    if person.collection != gone.collection:
        raise InvalidParameter(
            f"{person.id} is in {person.collection!r} and {gone.id} in {gone.collection!r}; only "
            "people of one collection can be merged."
        )
    if person.id == gone.id:
        raise InvalidParameter(f"{person.id} cannot be merged with themself.")
    if None not in (person.wikidata, gone.wikidata) and person.wikidata != gone.wikidata:
        raise InvalidParameter(
            f"Wikidata knows them as two people, {person.wikidata} and {gone.wikidata}; change "
            "the one that is wrong first."
        )


def _check_some(portraits: Sequence[Portrait]) -> None:
    if not portraits:
        raise InvalidParameter("A person needs at least one portrait.")


def _no_collection(collection: str) -> CollectionNotFound:
    return CollectionNotFound(f"There is no collection {collection!r} of your own.")
