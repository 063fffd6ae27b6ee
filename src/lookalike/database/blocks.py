"""Rows of a query, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select

# Values that one statement may name: SQLite allows 32,766.
_NAMED = 10_000
# Rows, of half a kilobyte with a vector, that are held at a time.
_BLOCK = 20_000


def in_blocks(
    connection: Connection,
    wanted: Select[Any],
    column: Column[Any],
    ids: Collection[str] | None = None,
) -> Iterator[Sequence[Any]]:
    """The rows in which `column` is one of `ids`, or all of them."""
    asked = [wanted]
    if ids is not None:
        few = sorted(ids)
        starts = range(0, len(few), _NAMED)
        asked = [wanted.where(column.in_(few[start : start + _NAMED])) for start in starts]
    for each in asked:
        found = connection.execute(each, execution_options={"yield_per": _BLOCK})
        yield from found.partitions()
