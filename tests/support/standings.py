"""What imports have fitted, as it lies in a database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def fitted(home: Path) -> set[tuple[str, str]]:
    """Collections, and orders in which they are searched; all that are open have no name."""
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as connection:
        return set(connection.execute("SELECT collection, crowd FROM standings"))


def whole(collection: str) -> set[tuple[str, str]]:
    """What an import into one that is open fits."""
    return {(each, order) for each in (collection, "") for order in ("identity", "look")}
