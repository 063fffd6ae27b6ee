"""Portraits that were found, as rows that all hosts have: by the names of their files on one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from lookalike.database.database import Database
from lookalike.database.postgresql.tables import PORTRAITS

_PART = "portraits"
# A page asks about everybody whom it shows: it is told what was so a second ago, too.
_FRESH_S = 1.0
# Names that are remembered for so long.
_MOST = 5_000


class PortraitRows:
    """Every method raises StoreUnavailable when the database cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, tuple[float, bytes | None]] = {}

    def note(self, name: str) -> bytes | None:
        """What there is of that name, or was a second ago."""
        at, data = self._known.get(name, (-_FRESH_S, None))
        now = self._clock()
        if now - at < _FRESH_S:
            return data
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[name] = (now, self.read(name))
        return self._known[name][1]

    def read(self, name: str) -> bytes | None:
        with self._database.reading() as connection:
            wanted = select(PORTRAITS.c.data).where(PORTRAITS.c.name == name)
            found = connection.execute(wanted).scalar()
        return None if found is None else bytes(found)

    def write(self, rows: Mapping[str, bytes]) -> None:
        """Keep some, all of them or none."""
        with self._database.changing(_PART) as connection:
            for name, data in rows.items():
                put = insert(PORTRAITS).values(name=name, data=data)
                put = put.on_conflict_do_update(
                    index_elements=[PORTRAITS.c.name], set_={"data": data}
                )
                connection.execute(put)
        for name in rows:
            self._known.pop(name, None)

    def forget(self, person_id: str) -> int:
        """Remove all of a person; how many there were."""
        mine = PORTRAITS.c.name.startswith(f"{person_id}.", autoescape=True)
        with self._database.changing(_PART) as connection:
            count: int = connection.execute(delete(PORTRAITS).where(mine)).rowcount
        self._known.clear()
        return count
