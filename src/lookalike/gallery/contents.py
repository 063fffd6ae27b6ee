"""What the user's own galleries hold, read from the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from lookalike.database import database
from lookalike.database.blocks import in_blocks
from lookalike.database.database import Address
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import ContractMismatch
from lookalike.faces.appearance.appearance import Appearance, mean, unpacked
from lookalike.gallery.index.damage import sound
from lookalike.gallery.index.stored import FACTS, facts_of
from lookalike.gallery.people import Credit, Facts, Person, Text, Who
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.removals import blocklist, takedowns
from lookalike.gallery.removals.blocklist import Blocklist
from lookalike.gallery.removals.takedowns import Takedown
from lookalike.gallery.rows import credit_of, person_of, portrait_of, portraits_of

# What no name holds; SQLite takes 50,000 bytes for a mistake.
_LONGEST = 1_000

Ids = Collection[str]


@dataclass(frozen=True, slots=True)
class StoredCollection:
    """A collection as it lies in the store.

    Attributes:
        created: in UTC.
        open: searched when no collection is named.
    """

    id: str
    contract: str
    created: datetime
    open: bool


class Contents:
    """The galleries of one database, for vectors of one contract.

    Every method raises StoreUnavailable when the database cannot be read.

    Attributes:
        database: where the galleries lie, and what else is kept beside them.
    """

    def __init__(
        self, home: Path, contract: str, address: Address | str = "", *, make: bool = True
    ) -> None:
        """
        Args:
            address: of PostgreSQL, in full or that of the primary; SQLite in the home unless given.
            make: what is not there yet now, rather than with the first change.

        Raises:
            StoreUnavailable: the folder or the database cannot be used.
        """
        self.contract = contract
        where = Address(address) if isinstance(address, str) else address
        self.database = database.opened(home, where, make=make)

    def close(self) -> None:
        self.database.close()

    def collections(self) -> tuple[StoredCollection, ...]:
        """Every collection, by id.

        Raises:
            ContractMismatch: one was made with another model.
        """
        with self.database.reading() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
        for row in rows:
            self._check_contract(row.id, row.contract)
        return tuple(
            StoredCollection(row.id, row.contract, row.created.replace(tzinfo=UTC), row.open)
            for row in rows
        )

    def contracts(self) -> Mapping[str, str]:
        """The contract that each collection was made with; those of another are not searched."""
        with self.database.reading() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
        return {row.id: row.contract for row in rows}

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """How many people and faces each collection has; those without any are left out."""
        with self.database.reading() as connection:
            people, faces = _counted(connection, PEOPLE), _counted(connection, FACES)
        return {each: (people.get(each, 0), faces.get(each, 0)) for each in people.keys() | faces}

    def people(self, collection: str, ids: Ids | None = None) -> dict[str, Person]:
        """Everyone in a collection, by id, or those of some ids."""
        wanted = select(PEOPLE).where(PEOPLE.c.collection == collection)
        with self.database.reading() as connection:
            blocks = in_blocks(connection, wanted, PEOPLE.c.id, ids)
            return {row.id: person_of(row) for rows in blocks for row in rows}

    def names(self, collection: str, words: str, who: Who) -> list[tuple[str, str]]:
        """How everyone is called whose folded name holds `words` and for whom `who` holds, in
        Korean if it is known, and their id."""
        if len(words) > _LONGEST:
            return []
        names = (PEOPLE.c.id, PEOPLE.c.name_ko, PEOPLE.c.name_en)
        wanted = select(*names, *FACTS).where(PEOPLE.c.collection == collection)
        if words:
            folded = (PEOPLE.c.folded_ko, PEOPLE.c.folded_en)
            wanted = wanted.where(or_(*(each.contains(words, autoescape=True) for each in folded)))
        fits = lru_cache(lambda *stated: who.fits(facts_of(*stated)))
        with self.database.reading() as connection:
            return [
                (Text(ko, en).get("ko") or "", id)
                for rows in in_blocks(connection, wanted, PEOPLE.c.id)
                for id, ko, en, *stated in rows
                if fits(*stated)
            ]

    def facts(self, collection: str) -> Counter[Facts]:
        """What is stated of people, and of how many."""
        counting = select(func.count(), *FACTS).where(PEOPLE.c.collection == collection)
        with self.database.reading() as connection:
            rows = connection.execute(counting.group_by(*FACTS)).all()
        return Counter({facts_of(*stated): count for count, *stated in rows})

    def portraits(self, person: Person) -> tuple[StoredPortrait, ...]:
        """The portraits of a person in the order they were added."""
        wanted = select(FACES).where(faces_of(person)).order_by(FACES.c.created)
        with self.database.reading() as connection:
            return portraits_of(connection.execute(wanted).all(), person.collection)

    def portraits_by_person(self, collection: str) -> dict[str, tuple[StoredPortrait, ...]]:
        """The portraits of everyone in a collection, in the order they were added."""
        owned = (FACES.c.collection == collection) & FACES.c.person.is_not(None)
        with self.database.reading() as connection:
            rows = connection.execute(select(FACES).where(owned).order_by(FACES.c.created)).all()
        found = defaultdict(list)
        for row in sound(rows, collection)[0]:
            found[row.person].append(portrait_of(row))
        return {person: tuple(own) for person, own in found.items()}

    def appearances(self, collection: str, ids: Ids) -> dict[str, Appearance]:
        """How some people of a collection look, by id, of whom it is known: the mean of their
        portraits."""
        wanted = select(FACES.c.person, FACES.c.appearance).where(FACES.c.collection == collection)
        wanted = wanted.where(FACES.c.appearance.is_not(None))
        found = defaultdict(list)
        with self.database.reading() as connection:
            for rows in in_blocks(connection, wanted, FACES.c.person, ids):
                for person, packed in rows:
                    found[person].append(unpacked(packed))
        means = {each: mean([look for look in own if look]) for each, own in found.items()}
        return {each: look for each, look in means.items() if look}

    def shown_people(self, whole: str | None) -> frozenset[str]:
        """The ids of everybody who may have a portrait that a page may show; see there."""
        wanted = select(FACES.c.person).where(FACES.c.shown).distinct()
        with self.database.reading() as connection:
            found = set(connection.execute(wanted).scalars())
            if whole is not None:
                everyone = select(PEOPLE.c.id).where(PEOPLE.c.collection == whole)
                found.update(connection.execute(everyone).scalars())
        return frozenset(found)

    def shown_portrait(self, person: str, whole: str | None) -> tuple[bytes, Credit] | None:
        """The thumbnail of a person's best portrait that a page may show, and its credit; of the
        collections that are open.

        Args:
            person: an id, of whichever collections.
            whole: a collection of which all are shown that have a licence.
        """
        wanted = (
            select(FACES)
            .join(COLLECTIONS, COLLECTIONS.c.id == FACES.c.collection)
            .where(FACES.c.person == person, FACES.c.thumbnail.is_not(None))
            .where(FACES.c.licence.is_not(None))
            .where(or_(FACES.c.collection == whole, FACES.c.shown & COLLECTIONS.c.open))
            .order_by(FACES.c.score.desc(), FACES.c.created)
        )
        with self.database.reading() as connection:
            row = connection.execute(wanted.limit(1)).first()
        credit = None if row is None else credit_of(row)
        return None if row is None or credit is None else (row.thumbnail, credit)

    def image_ids(self, collection: str, *, bare: bool = False) -> frozenset[str]:
        """What the enrolled images of a collection are known by (sha256 of their files);
        `bare`: only those of which no thumbnail is kept."""
        wanted = (FACES.c.collection == collection) & FACES.c.image_id.is_not(None)
        if bare:
            wanted &= FACES.c.thumbnail.is_(None)
        with self.database.reading() as connection:
            return frozenset(connection.execute(select(FACES.c.image_id).where(wanted)).scalars())

    def blocked(self) -> Blocklist:
        """Everyone who was taken down, by key."""
        with self.database.reading() as connection:
            return blocklist.read(connection)

    def takedowns(self) -> tuple[Takedown, ...]:
        """All takedowns, the newest first; those that were undone too."""
        with self.database.reading() as connection:
            return takedowns.read(connection)

    def _check_contract(self, collection: str, contract: str) -> None:
        if contract != self.contract:
            raise ContractMismatch(
                f"The gallery {collection!r} was made with {contract}, but {self.contract} is in "
                "use; vectors of two models cannot be compared. Make them anew with: "
                "lookalike gallery migrate"
            )


def faces_of(person: Person) -> ColumnElement[bool]:
    return (FACES.c.collection == person.collection) & (FACES.c.person == person.id)


def _counted(connection: Connection, table: Table) -> dict[str, int]:
    """How many rows of a table each collection has."""
    counting = select(table.c.collection, func.count()).group_by(table.c.collection)
    return {row[0]: row[1] for row in connection.execute(counting).all()}
