"""One of the user's own collections: its faces, users and tags one by one, in the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from lookalike.database import changes, tokens
from lookalike.database.changes import Change
from lookalike.database.clock import now
from lookalike.database.database import Database
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.database.tokens import Token
from lookalike.errors import CollectionNotFound, Conflict, PersonNotFound, TooMany
from lookalike.faces.geometry import Box
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.records import FaceRecord, Outcome, Refusal, Refused, UserRecord
from lookalike.gallery.removals import blocklist
from lookalike.gallery.rows import face_place, face_row, person_row


class OwnCollection:
    """Every change is one transaction.

    Methods raise CollectionNotFound when it is not there, and TokenMismatch when a request token
    was used for something else.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def faces(
        self, after: str, limit: int, person: str | None = None, ids: Collection[str] | None = None
    ) -> tuple[FaceRecord, ...]:
        wanted = select(FACES).where(self._mine)
        if ids is None:
            wanted = wanted.where(FACES.c.id > after)
        else:
            # Beside a range SQLite would walk through it and look up none of them.
            wanted = wanted.where(FACES.c.id.in_(sorted(each for each in ids if each > after)))
        if person is not None:
            wanted = wanted.where(FACES.c.person == person)
        with self._database.reading() as connection:
            self._check(connection)
            rows = connection.execute(wanted.order_by(FACES.c.id).limit(limit)).all()
        return tuple(_record(row) for row in rows)

    def users(self, after: str, limit: int) -> tuple[UserRecord, ...]:
        mine = (FACES.c.collection == PEOPLE.c.collection) & (FACES.c.person == PEOPLE.c.id)
        count = select(func.count()).where(mine).scalar_subquery()
        wanted = select(PEOPLE.c.id, count.label("faces"))
        wanted = wanted.where(PEOPLE.c.collection == self._collection, PEOPLE.c.id > after)
        with self._database.reading() as connection:
            self._check(connection)
            rows = connection.execute(wanted.order_by(PEOPLE.c.id).limit(limit)).all()
        return tuple(UserRecord(row.id, row.faces) for row in rows)

    def tags(self) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return self._tags(connection)

    def tag(self, added: Mapping[str, str], removed: Collection[str] = (), *, most: int) -> None:
        """
        Raises:
            TooMany: there would be more than `most`.
        """
        with self._changing() as connection:
            there = {**self._tags(connection), **added}
            tags = {key: value for key, value in there.items() if key not in removed}
            if len(tags) > most:
                raise TooMany(f"A collection has at most {most} tags; these are {len(tags)}.")
            row = update(COLLECTIONS).where(COLLECTIONS.c.id == self._collection)
            connection.execute(row.values(tags=json.dumps(tags, ensure_ascii=False)))

    def add(self, found: Sequence[Portrait]) -> tuple[FaceRecord, ...]:
        """Add faces of nobody. One of the same image, external id and place is not added again."""
        with self._changing() as connection:
            self._check(connection)
            created = now(connection)
            rows = [face_row(self._collection, None, each, created) for each in found]
            ids = {face_place(row): row["id"] for row in self._of_images(connection, found)}
            new = [row for row in rows if face_place(row) not in ids]
            if new:
                connection.execute(insert(FACES), new)
            ids |= {face_place(row): row["id"] for row in new}
            changes.record(connection, [Change(self._collection, face=row["id"]) for row in new])
            wanted = select(FACES).where(FACES.c.id.in_(ids.values()))
            records = {row.id: _record(row) for row in connection.execute(wanted).all()}
        return tuple(records[ids[face_place(row)]] for row in rows)

    def delete(self, ids: Collection[str]) -> Outcome:
        """Delete faces; those of a user stay."""
        ids = tuple(dict.fromkeys(ids))
        with self._changing() as connection:
            owners = self._owners(connection, ids)
            done = [each for each in ids if each in owners and owners[each] is None]
            connection.execute(delete(FACES).where(self._mine, FACES.c.id.in_(done)))
            changes.record(connection, [Change(self._collection, face=each) for each in done])
        return Outcome(
            tuple(done),
            tuple(
                Refused(each, Refusal.OF_A_USER, owners[each])
                if each in owners
                else Refused(each, Refusal.NO_SUCH_FACE)
                for each in ids
                if each not in done
            ),
        )

    def create_user(self, user: str, token: Token | None = None) -> None:
        """
        Raises:
            Conflict: there is one of that id.
            Blocked: somebody of that id asked to be left out.
        """
        person = Person(user, self._collection, Text(en=user))
        with self._changing() as connection:
            if tokens.answered(connection, token) is not None:
                return
            self._check(connection)
            blocklist.check(connection, person)
            if self._user_there(connection, user):
                raise Conflict(f"There is a user {user!r} already.")
            connection.execute(insert(PEOPLE), person_row(person))
            self._note(connection, user)
            tokens.remember(connection, token, "")

    def delete_user(self, user: str, token: Token | None = None) -> None:
        """Remove a user; their faces stay, and are nobody's.

        Raises:
            PersonNotFound: there is none.
        """
        with self._changing() as connection:
            if tokens.answered(connection, token) is not None:
                return
            self._check_user(connection, user)
            theirs = self._mine & (FACES.c.person == user)
            freed = connection.execute(select(FACES.c.id).where(theirs)).scalars().all()
            connection.execute(update(FACES).where(theirs).values(person=None))
            connection.execute(
                delete(PEOPLE).where(PEOPLE.c.collection == self._collection, PEOPLE.c.id == user)
            )
            self._note(connection, user, freed)
            tokens.remember(connection, token, "")

    def associate(
        self,
        user: str,
        ids: Sequence[str],
        unlike: Mapping[str, float],
        token: Token | None = None,
        *,
        most: int,
    ) -> Outcome:
        """Give faces to a user.

        Args:
            unlike: those of `ids` that are not alike enough, with their similarity to the user;
                they stay nobody's.
            most: faces that the user may have.

        Raises:
            PersonNotFound: there is no such user.
            TooMany: the user has as many already.
        """
        with self._changing() as connection:
            before = tokens.answered(connection, token)
            if before is not None:
                return _outcome(before)
            self._check_user(connection, user)
            owners = self._owners(connection, ids)
            count = self._faces_of(connection, user)
            if count >= most:
                raise TooMany(f"The user {user!r} has {most} faces; there may not be more.")
            free = [i for i in dict.fromkeys(ids) if i in owners and owners[i] is None]
            fitting = [each for each in free if each not in unlike]
            done = fitting[: most - count]
            self._give(connection, done, user)
            self._note(connection, user, done)
            refused = [
                *_elsewhere(ids, owners, user),
                *(Refused(each, None, user) for each in fitting[most - count :]),
                *(
                    Refused(each, Refusal.TOO_UNLIKE, user, unlike[each])
                    for each in free
                    if each in unlike
                ),
            ]
            outcome = Outcome(tuple(done), tuple(refused), count + len(done))
            tokens.remember(connection, token, _written(outcome))
        return outcome

    def disassociate(self, user: str, ids: Sequence[str], token: Token | None = None) -> Outcome:
        """Take faces from a user; they stay, and are nobody's.

        Raises:
            PersonNotFound: there is no such user.
        """
        with self._changing() as connection:
            before = tokens.answered(connection, token)
            if before is not None:
                return _outcome(before)
            self._check_user(connection, user)
            owners = self._owners(connection, ids)
            done = [each for each in dict.fromkeys(ids) if owners.get(each) == user]
            self._give(connection, done, None)
            self._note(connection, user, done)
            refused = _elsewhere(ids, {i: o for i, o in owners.items() if o}, user)
            outcome = Outcome(tuple(done), refused, self._faces_of(connection, user))
            tokens.remember(connection, token, _written(outcome))
        return outcome

    def _changing(self) -> AbstractContextManager[Connection]:
        return self._database.changing(self._collection)

    @property
    def _mine(self) -> ColumnElement[bool]:
        return FACES.c.collection == self._collection

    def _check(self, connection: Connection) -> None:
        self._tags(connection)

    def _tags(self, connection: Connection) -> dict[str, str]:
        wanted = select(COLLECTIONS.c.tags).where(COLLECTIONS.c.id == self._collection)
        found = connection.execute(wanted).scalar()
        if found is None:
            raise CollectionNotFound(f"There is no collection {self._collection!r} of your own.")
        tags: dict[str, str] = json.loads(found)
        return tags

    def _check_user(self, connection: Connection, user: str) -> None:
        self._check(connection)
        if not self._user_there(connection, user):
            raise PersonNotFound(f"The collection {self._collection!r} has no user {user!r}.")

    def _user_there(self, connection: Connection, user: str) -> bool:
        one = (PEOPLE.c.collection == self._collection) & (PEOPLE.c.id == user)
        return connection.execute(select(PEOPLE.c.id).where(one)).first() is not None

    def _faces_of(self, connection: Connection, user: str) -> int:
        counting = select(func.count()).where(self._mine, FACES.c.person == user)
        return int(connection.execute(counting).scalar_one())

    def _owners(self, connection: Connection, ids: Collection[str]) -> dict[str, str | None]:
        """Whose each of the faces is; those that are not there are left out."""
        self._check(connection)
        wanted = select(FACES.c.id, FACES.c.person).where(self._mine, FACES.c.id.in_(ids))
        return {row.id: row.person for row in connection.execute(wanted).all()}

    def _of_images(self, connection: Connection, found: Sequence[Portrait]) -> Sequence[Any]:
        images = {each.image_id for each in found}
        wanted = select(FACES).where(self._mine, FACES.c.image_id.in_(images))
        return connection.execute(wanted).mappings().all()

    def _give(self, connection: Connection, ids: Collection[str], user: str | None) -> None:
        theirs = update(FACES).where(self._mine, FACES.c.id.in_(ids))
        connection.execute(theirs.values(person=user))

    def _note(self, connection: Connection, user: str, faces: Iterable[str] = ()) -> None:
        """Tell every process that a user changed, and whose the faces are."""
        own = [Change(self._collection, face=each) for each in faces]
        changes.record(connection, [Change(self._collection, user), *own])


def _elsewhere(
    ids: Sequence[str], owners: Mapping[str, str | None], user: str
) -> tuple[Refused, ...]:
    """Those of the faces that cannot be had: not there, or somebody else's."""
    once = tuple(dict.fromkeys(ids))
    missing = [Refused(each, Refusal.NO_SUCH_FACE) for each in once if each not in owners]
    taken = [
        Refused(each, Refusal.OF_ANOTHER_USER, owners[each])
        for each in once
        if owners.get(each) not in (None, user)
    ]
    return (*missing, *taken)


def _record(row: Any) -> FaceRecord:
    return FaceRecord(
        id=row.id,
        person=row.person,
        image_id=row.image_id,
        external_image_id=row.external_image_id,
        box=_shares(row) if row.image_width and row.width is not None else None,
        score=row.score,
        on_face=row.on_face is not False,
    )


def _shares(row: Any) -> Box:
    width, height = row.image_width, row.image_height
    return Box(row.left, row.top, row.width, row.height).in_shares(width, height)


def _written(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome), default=lambda refusal: refusal.value)


def _outcome(text: str) -> Outcome:
    found = json.loads(text)
    return Outcome(tuple(found["done"]), tuple(map(_refused, found["refused"])), found["faces"])


def _refused(found: Mapping[str, Any]) -> Refused:
    reason = None if found["reason"] is None else Refusal(found["reason"])
    return Refused(found["face"], reason, found["person"], found["similarity"])
