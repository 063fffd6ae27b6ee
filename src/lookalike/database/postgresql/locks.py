"""Who may write beside whom in PostgreSQL: locks that the end of a transaction frees.

Who changes everything is alone; who changes a part (a collection, the access keys, the jobs) has
that part alone, and others write to other parts meanwhile. As long as the version before 0009 may
still run, whose readers expect changes in the order of their numbers, all take turns, as it does.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from lookalike.database.postgresql.agreed import OLDEST

# Any number that nothing else in the database takes a lock on, and for parts another kind of it.
_WRITER, _PART = 0x10_0CA_11CE, 0x10CA11CE
# The first version whose readers follow transactions.
TOGETHER = "0009"

_ALL = text("SELECT pg_advisory_xact_lock(:writer)")
_ONE = text(
    "SELECT CASE WHEN (SELECT value FROM agreed WHERE name = :oldest) >= :together "
    "THEN pg_advisory_xact_lock_shared(:writer) ELSE pg_advisory_xact_lock(:writer) END, "
    # Always the second: whoever has everything alone has no part.
    "pg_advisory_xact_lock(:kind, hashtext(:part))"
)
_OF_PART = text("SELECT pg_advisory_xact_lock(:kind, hashtext(:part))")


def take(connection: Connection, part: str) -> None:
    """Wait until a part, or everything (an empty one), is for this transaction to change."""
    if not part:
        connection.execute(_ALL, {"writer": _WRITER})
        return
    given = {"writer": _WRITER, "oldest": OLDEST, "together": TOGETHER}
    connection.execute(_ONE, given | {"kind": _PART, "part": part})


def hold(connection: Connection, part: str) -> None:
    """Wait until a part is for this transaction alone, beside what it has."""
    connection.execute(_OF_PART, {"kind": _PART, "part": part})
