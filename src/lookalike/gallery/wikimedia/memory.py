"""What a build remembers between its runs; without it the next one only asks for more.

Kept in the cache folder, one file a collection. It holds no image and no fact about anybody.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lookalike import files


class Memory:
    """
    Attributes:
        chosen: Wikidata ids by what a roster said of the person.
        refused: why a picture cannot be a portrait, by the sha1 of its file on Commons.
    """

    def __init__(self, cache: Path, collection: str, version: str) -> None:
        """
        Args:
            version: of what refuses pictures; those that another one refused are looked at again.
        """
        self._path = cache / "builds" / f"{quote(collection, safe='')}.json"
        self._version = version
        kept = _read(self._path)
        self.chosen: dict[str, str] = kept.get("chosen", {})
        self.refused: dict[str, str] = (
            kept.get("refused", {}) if kept.get("version") == version else {}
        )

    def save(self) -> None:
        facts = {"version": self._version, "chosen": self.chosen, "refused": self.refused}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        files.write(self._path, json.dumps(facts, ensure_ascii=False).encode())


def key(*facts: object) -> str:
    """What a decision is known by."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
