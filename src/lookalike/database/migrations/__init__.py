"""Alembic migrations of the store; `upgrade` runs those that a database lacks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from lookalike.errors import StoreUnavailable

# The newest revision in `versions/`; a test holds it equal to Alembic's own answer.
HEAD = "0012"


def needed(connection: Connection) -> bool:
    """Whether a database lacks a migration. Alembic takes 0.2 s to import, so we look ourselves."""
    return revision(connection) != HEAD


def upgrade(connection: Connection) -> None:
    """Bring a database to `HEAD`, in the transaction that the connection is in.

    Raises:
        StoreUnavailable: a newer version of Lookalike made it.
    """
    found = revision(connection)
    if found == HEAD:
        return
    check_known(found)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def check_known(found: str | None) -> None:
    """
    Raises:
        StoreUnavailable: a newer version of Lookalike made tables of that revision.
    """
    if found is not None and found > HEAD:
        raise StoreUnavailable(
            f"The galleries were made by a newer Lookalike (their tables are at {found}, this "
            f"one knows {HEAD}); nothing was changed. Update it: pip install --upgrade lookalike"
        )


def revision(connection: Connection) -> str | None:
    """That of the tables; None: there are none, or they are from before there were revisions."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
