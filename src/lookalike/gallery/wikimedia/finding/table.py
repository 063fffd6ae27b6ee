"""The table of Wikidata ids that were found for the people of the starter: it ships with them.

Only what a run against Wikimedia itself proved is in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from lookalike import files
from lookalike.gallery.wikimedia.finding.completion import Completed

COLUMNS = ("name", "wikidata", "similarity", "portrait", "found")


def add(path: Path, found: Iterable[Completed], on: date) -> None:
    """Bring what was found into the table, in the order of the names; what is there of others
    stays.

    Raises:
        OSError: it cannot be read or written.
    """
    rows = {row["name"]: row for row in read(path)}
    for each in found:
        name = each.person.name.ko or each.person.id
        rows[name] = {
            "name": name,
            "wikidata": each.proof.wikidata,
            "similarity": f"{each.proof.similarity:.1f}",
            "portrait": each.credit.source_url or "",
            "found": on.isoformat(),
        }
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows[name] for name in sorted(rows))
    files.write(path, written.getvalue().encode())


def read(path: Path) -> list[dict[str, str]]:
    """Its rows; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
