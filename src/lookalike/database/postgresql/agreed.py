"""What all hosts of a database have to agree on: who comes first says it, and it holds for all."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from lookalike.database.postgresql.tables import AGREED

# The newest revision of tables that the oldest version of Lookalike knows which may still run.
OLDEST = "oldest"
# What stands before the hash of a key that lies elsewhere.
PRINT = "sha256:"


def read(connection: Connection, name: str) -> str | None:
    """What was agreed on, None if nothing was."""
    value: str | None = connection.execute(
        select(AGREED.c.value).where(AGREED.c.name == name)
    ).scalar()
    return value


def agree(connection: Connection, name: str, proposed: str) -> str:
    """What was agreed on; what is proposed if nothing was."""
    row = insert(AGREED).values(name=name, value=proposed).on_conflict_do_nothing()
    connection.execute(row)
    return read(connection, name) or proposed


def put(connection: Connection, name: str, value: str | None) -> None:
    """Have another value be agreed on, or none."""
    if value is None:
        connection.execute(delete(AGREED).where(AGREED.c.name == name))
        return
    row = insert(AGREED).values(name=name, value=value)
    changed = row.on_conflict_do_update(index_elements=[AGREED.c.name], set_={"value": value})
    connection.execute(changed)
