"""Where people come from: a folder of photos, here or in S3, a table, a pack of another gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit
from lookalike.gallery.sources import folder, table
from lookalike.gallery.sources.candidate import Entry, Found


def found(source: Path | Entry, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a folder or a table.

    Raises:
        InvalidParameter: it is neither.
    """
    # Of here, and not of the folder that another machine reads it from.
    place = source.absolute() if isinstance(source, Path) else source
    if place.is_dir():
        return folder.read(place, collection, credit)
    if isinstance(place, Path) and table.is_table(place):
        return table.read(place, collection, credit)
    raise InvalidParameter(
        f"{place.name} is neither a folder, nor a table (.csv, .tsv, .jsonl, .txt with tabs), "
        "nor a pack (.pack.zip)."
    )
