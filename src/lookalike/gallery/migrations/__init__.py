"""Alembic migrations of the store; `upgrade` runs those that a database lacks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

# The newest revision in `versions/`; a test holds it equal to Alembic's own answer.
HEAD = "0001"


def upgrade(connection: Connection) -> None:
    """Bring a database to `HEAD`. Alembic is only imported when there is something to do."""
    if _revision(connection) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
