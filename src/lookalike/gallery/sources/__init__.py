"""Where people come from: a folder of photos, a table, a pack of another gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit
from lookalike.gallery.sources import folder, table
from lookalike.gallery.sources.candidate import Found


def found(path: Path, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a folder or a table.

    Raises:
        InvalidParameter: it is neither.
    """
    if path.is_dir():
        return folder.read(path, collection, credit)
    if table.is_table(path):
        return table.read(path, collection, credit)
    raise InvalidParameter(
        f"{path.name} is neither a folder, nor a table (.csv, .tsv, .jsonl, .txt with tabs), "
        "nor a pack (.pack.zip)."
    )
