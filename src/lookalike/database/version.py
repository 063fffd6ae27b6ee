"""How far a database is, so that what is in memory is brought up to date."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """
    Attributes:
        store: another number for another database in the place of the one before, of which
            nothing that was read holds.
        commit: another one after anyone, in any process, has committed.
    """

    store: int
    commit: int | str


# Of no database; those of SQLite are positive.
NOTHING = Version(0, -1)
