"""How the people of the starter gallery look, for the order of look-alikes.

`appearances.npy` holds a row for each person of `people.jsonl`: what `Appearance.packed` makes,
zeros where nothing is known. `python -m starter.build` makes it of the same photos as the vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def of(self, person_id: str) -> Appearance | None:
        """None of whom it is not known."""
        if self._packed is None:
            self._packed = _read()
        row = self._rows.get(person_id)
        return None if row is None else unpacked(self._packed[row])


def _read() -> list[bytes]:
    with (resources.files(__package__) / FILE).open("rb") as file:
        return [row.tobytes() for row in np.load(file)]
