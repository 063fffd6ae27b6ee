"""Rosters that ship with the package: who is in them, never what they look like.

- `kpop.csv`: 549 idols with group, names and date of birth, from the profiles of
  kpopnet.json (github.com/kpopnet/kpopnet.json), released under CC0 1.0.
- `korea.csv`, `world.csv`: the people of the starter gallery, by name and occupation or group, and
  by Wikidata id.

`python -m starter.rosters` in the repository makes them again.
"""

from __future__ import annotations

from pathlib import Path

NAMES = ("kpop", "korea", "world")


def shipped(name: str) -> Path | None:
    """The file of a roster that ships with the package."""
    return Path(__file__).with_name(f"{name}.csv") if name in NAMES else None
