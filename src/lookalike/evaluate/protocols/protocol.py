"""What every protocol begins with: photos, and what rows about them can be grouped by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lookalike.errors import InvalidParameter
from lookalike.evaluate.figures import Columns
from lookalike.evaluate.vectors import Photos, Which
from lookalike.gallery.names.spelling import folded


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """What all protocols of n rows share.

    Attributes:
        name: of the protocol.
        photos: every photo that is in a row.
        which: the face of a photo that is meant.
        columns: what rows can be grouped by, (n,) texts each.
    """

    name: str
    photos: Photos
    which: Which
    columns: Columns

    def by(self, columns: Iterable[str]) -> Columns:
        """Those columns, however they are capitalised.

        Raises:
            InvalidParameter: there is no such column.
        """
        chosen = tuple(folded(each) for each in columns)
        for each in chosen:
            if each not in self.columns:
                there = ", ".join(self.columns) or "none"
                raise InvalidParameter(f"There is no column {each!r} to group by; there: {there}.")
        return {each: self.columns[each] for each in chosen}
