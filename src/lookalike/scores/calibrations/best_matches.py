"""What standing was fitted to for the crowds of the starter, a file a model beside its scores."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from lookalike.gallery.people import Who
from lookalike.scores.standing import BestMatches


def key(who: Who, order: str) -> str:
    """By which a crowd of the starter is known: `look female korean living`."""
    stated = (who.gender, who.origin, "living" if who.living else None, who.field, who.group)
    return " ".join([order, *(each for each in stated if each)])


def shipped(contract: str) -> Mapping[str, BestMatches]:
    """By `key`; nothing for a model that nobody fitted."""
    file = resources.files(__package__) / file_name(contract)
    if not file.is_file():
        return {}
    table = json.loads(file.read_text("utf-8"))
    return {name: _read(row) for name, row in table.items()}


def write(found: Mapping[str, BestMatches], file: Path) -> None:
    rows = [f"{json.dumps(name)}: {packed(each)}" for name, each in found.items()]
    file.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


def packed(matches: BestMatches) -> str:
    return json.dumps([matches.slopes, matches.foretold, matches.excesses])


def unpacked(text: str) -> BestMatches:
    return _read(json.loads(text))


def _read(row: Sequence[Sequence[Any]]) -> BestMatches:
    slopes, foretold, excesses = row
    return BestMatches(tuple(slopes), tuple(foretold), tuple(map(tuple, excesses)))


def file_name(contract: str) -> str:
    return contract.replace("/", "-v") + "-standing.json"
