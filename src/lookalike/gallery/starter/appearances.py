"""How the people of the starter gallery look, for the order of look-alikes.

`appearances.npy` holds a row for each person of `people.jsonl`: what `Appearance.packed` makes,
zeros where nothing is known. `python -m starter.build` makes it of the same photos as the vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import resources

import numpy as np

from lookalike.faces.appearance.appearance import Appearance, unpacked
from lookalike.gallery.people import Person

FILE = "appearances.npy"


class StarterAppearances:
    """Opened when somebody's is first asked for; safe to call from several threads."""

    def __init__(self, people: Sequence[Person]) -> None:
        """
        Args:
            people: everyone who ships, as they stand in the file.
        """
        self._rows = {each.id: row for row, each in enumerate(people)}
        self._packed: list[bytes] | None = None

    def of(self, ids: Collection[str]) -> dict[str, Appearance]:
        """By id, of those of whom it is known."""
        if self._packed is None:
            self._packed = _read()
        known = [(each, self._rows[each]) for each in ids if each in self._rows]
        looks = {each: unpacked(self._packed[row]) for each, row in known}
        return {each: look for each, look in looks.items() if look}


def _read() -> list[bytes]:
    with (resources.files(__package__) / FILE).open("rb") as file:
        return [row.tobytes() for row in np.load(file)]
