"""What of the galleries is in memory, kept as the store has it, change by change."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np

from lookalike.database.changes import Change
from lookalike.errors import CollectionNotFound
from lookalike.gallery.blocklist import BlockedKey, is_blocked
from lookalike.gallery.index.collection import Faces, FaceVector, Members, Roster
from lookalike.gallery.index.sealing import Sealing
from lookalike.gallery.reading import Stored
from lookalike.gallery.starter import COLLECTION
from lookalike.gallery.store import Store


class Loaded:
    """The starter, and those of the user's own collections that were asked for.

    Attributes:
        below: the people of the starter, without those who asked to be left out.
        stored: the user's own collections, by id.
    """

    def __init__(self, store: Store, shipped: Roster, dimension: int, kept: Path) -> None:
        """
        Args:
            kept: folder for the codes of large collections.
        """
        self._store = store
        self._kept = kept
        self._sealing = Sealing()
        self._shipped = shipped
        self._dimension = dimension
        # Held while an index is searched too, so that loading and changing it takes its turn.
        self._lock = threading.RLock()
        self._version: int | None = None
        self._number = 0
        self._starter = shipped
        self._starter_faces: tuple[FaceVector, ...] | None = None
        self.below = Members(shipped, dimension)
        self.stored: tuple[Stored, ...] = ()
        self._members: dict[str, Members] = {}
        self._faces: dict[str, Faces] = {}
        self._counts: Mapping[str, tuple[int, int]] | None = None

    @contextmanager
    def current(self) -> Iterator[None]:
        """Everything in memory as the store has it now, for as long as the context lasts."""
        with self._lock:
            version = self._store.version()
            if version != self._version:
                self._catch_up()
                self._version = version
            yield

    def _catch_up(self) -> None:
        changes = self._store.changes(self._number)
        first = self._version is None
        if changes.since is None:
            self._members.clear()
            self._faces.clear()
        else:
            self._apply(changes.since)
        if first or changes.since is None or Change() in changes.since:
            self._starter = _without(self._shipped, self._store.blocked())
            self._starter_faces = None
            self.below = Members(self._starter, self._dimension)
            self._faces.pop(COLLECTION, None)
        self._counts = None
        self.stored = self._store.collections()
        self._number = changes.number

    def _apply(self, since: tuple[Change, ...]) -> None:
        """Read again what changed of the collections that are in memory."""
        for collection in {each.collection for each in since if each.collection}:
            own = [each for each in since if each.collection == collection]
            if any(each == Change(collection) for each in own):
                self._members.pop(collection, None)
                self._faces.pop(collection, None)
                continue
            people = {each.person for each in own if each.person}
            if people and (members := self._members.get(collection)):
                members.update(self._store.roster(collection, people), people)
                self._sealing.see_to(members.index)
            if faces := self._faces.get(collection):
                ids = {each.face for each in own if each.face}
                faces.update(self._store.faces(collection, people, ids), people, ids)
                self._sealing.see_to(faces.index)

    def chosen(self, collection: str | None) -> tuple[Members, ...]:
        """One collection, or the open ones with the starter first; read when first asked for.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        if collection is None:
            return (self.below, *(self._members_of(each.id) for each in self.stored if each.open))
        self.check(collection)
        return (self._members_of(collection),)

    def counts(self, collection: str) -> tuple[int, int]:
        """How many people and faces one of the user's own collections has."""
        if self._counts is None:
            self._counts = self._store.counts()
        return self._counts.get(collection, (0, 0))

    def check(self, collection: str) -> None:
        """
        Raises:
            CollectionNotFound: there is none of that id.
        """
        known = [COLLECTION, *(each.id for each in self.stored)]
        if collection not in known:
            raise CollectionNotFound(
                f"There is no collection {collection!r}; there are: {', '.join(known)}."
            )

    def _members_of(self, collection: str) -> Members:
        if collection == COLLECTION:
            return self.below
        if collection not in self._members:
            roster = self._store.roster(collection)
            kept = self._folder(collection, "people")
            self._members[collection] = Members(roster, self._dimension, kept)
            self._sealing.see_to(self._members[collection].index)
        return self._members[collection]

    def _folder(self, collection: str, kind: str) -> Path:
        """Where the codes of a collection are kept; ids of collections are no names of files."""
        return self._kept / hashlib.sha256(f"{collection}/{kind}".encode()).hexdigest()[:24]

    def starter_faces(self) -> tuple[FaceVector, ...]:
        """The portraits of the starter: each person has one."""
        if self._starter_faces is None:
            self._starter_faces = _faces_of(self._starter)
        return self._starter_faces

    def forget(self) -> None:
        """Remove all codes that are kept: vectors are with them."""
        shutil.rmtree(self._kept, ignore_errors=True)

    def close(self) -> None:
        self._sealing.close()

    def faces(self, collection: str) -> Faces:
        """The faces of a collection; read when first asked for.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        self.check(collection)
        if collection not in self._faces:
            if collection == COLLECTION:
                found = self.starter_faces()
            else:
                found = self._store.faces(collection)
            kept = self._folder(collection, "faces")
            self._faces[collection] = Faces(found, self._dimension, kept)
            self._sealing.see_to(self._faces[collection].index)
        return self._faces[collection]


def _faces_of(roster: Roster) -> tuple[FaceVector, ...]:
    """The portraits of a roster, with ids that are the same every time."""
    seen: Counter[str] = Counter()
    found = []
    for owner, vector in zip(roster.owners, roster.vectors, strict=True):
        person = roster.people[owner].id
        face = uuid5(NAMESPACE_OID, f"{roster.id}/{person}/{seen[person]}")
        found.append(FaceVector(str(face), person, vector))
        seen[person] += 1
    return tuple(found)


def _without(roster: Roster, blocked: tuple[BlockedKey, ...]) -> Roster:
    """The roster without those who asked to be left out."""
    entries = {each.key: each for each in blocked}
    stay = [row for row, person in enumerate(roster.people) if not is_blocked(person, entries)]
    if len(stay) == len(roster.people):
        return roster
    place = {row: number for number, row in enumerate(stay)}
    faces = [face for face, owner in enumerate(roster.owners) if int(owner) in place]
    return Roster(
        id=roster.id,
        people=tuple(roster.people[row] for row in stay),
        vectors=roster.vectors[faces],
        owners=np.array([place[int(roster.owners[face])] for face in faces], np.intp),
    )
