"""Shared results and their cards, as rows that all hosts have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from lookalike.database.database import Database
from lookalike.database.postgresql.tables import CARDS, RESULTS

_PART = "shared results"


class ResultRows:
    """Every method raises StoreUnavailable when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, result_id: str, facts: str, pictures: Mapping[str, bytes], expires: datetime
    ) -> None:
        size = len(facts.encode()) + sum(map(len, pictures.values()))
        row = {"id": result_id, "facts": facts, "size": size, "expires": expires}
        cards = [
            {"result": result_id, "shape": shape, "picture": data}
            for shape, data in pictures.items()
        ]
        with self._database.changing(_PART) as connection:
            connection.execute(insert(RESULTS), row)
            connection.execute(insert(CARDS), cards)

    def facts(self, result_id: str) -> str | None:
        """None: there is none of that id."""
        with self._database.reading() as connection:
            wanted = select(RESULTS.c.facts).where(RESULTS.c.id == result_id)
            found: str | None = connection.execute(wanted).scalar()
        return found

    def picture(self, result_id: str, shape: str) -> bytes | None:
        """None: there is none of that id, or not of that shape."""
        wanted = select(CARDS.c.picture).where(CARDS.c.result == result_id, CARDS.c.shape == shape)
        with self._database.reading() as connection:
            found = connection.execute(wanted).scalar()
        return None if found is None else bytes(found)

    def all(self) -> dict[str, str]:
        """The facts of each, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(RESULTS.c.id, RESULTS.c.facts)).all()
        return {row.id: row.facts for row in rows}

    def size(self) -> tuple[int, int]:
        """How many there are, and their bytes."""
        wanted = select(func.count(), func.coalesce(func.sum(RESULTS.c.size), 0))
        with self._database.reading() as connection:
            count, size = connection.execute(wanted).one()
        return int(count), int(size)

    def remove(self, result_id: str) -> None:
        with self._database.changing(_PART) as connection:
            connection.execute(delete(RESULTS).where(RESULTS.c.id == result_id))
