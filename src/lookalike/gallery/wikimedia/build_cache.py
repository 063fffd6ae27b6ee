"""What builds of a collection found out before; without it the next one only asks for more.

Kept in the cache folder, one file a collection. It holds no image and no fact about anybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lookalike import files
from lookalike.cache import say_unusable
from lookalike.gallery.wikimedia.rosters.entries import Entry


class BuildCache:
    """
    Attributes:
        refused: why a picture cannot be a portrait, by the sha1 of its file on Commons.
    """

    def __init__(self, cache: Path, collection: str, version: str) -> None:
        """
        Args:
            version: of what refuses pictures; those that another one refused are looked at again.
        """
        self._cache = cache
        self._path = cache / "builds" / f"{quote(collection, safe='')}.json"
        self._version = version
        kept = _read(self._path)
        # Wikidata ids by what a roster said of the person.
        self._chosen: dict[str, str] = kept.get("chosen", {})
        self.refused: dict[str, str] = (
            kept.get("refused", {}) if kept.get("version") == version else {}
        )

    def chosen(self, entry: Entry) -> str | None:
        """The Wikidata id of whoever was found to be meant by an entry."""
        return self._chosen.get(_key(entry))

    def choose(self, entry: Entry, wikidata: str) -> None:
        """Keep who is meant by an entry; kept on disk when it is saved."""
        self._chosen[_key(entry)] = wikidata

    def refuse(self, why: Mapping[str, str]) -> None:
        """Keep why pictures were refused that came, by sha1: they need not come again."""
        self.refused.update(why)
        self.save()

    def save(self) -> None:
        kept = {"version": self._version, "chosen": self._chosen, "refused": self.refused}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            files.write(self._path, json.dumps(kept, ensure_ascii=False).encode())
        except OSError as error:
            say_unusable(self._cache, error)


def _key(entry: Entry) -> str:
    stated = (entry.names, entry.groups, entry.born, entry.occupations)
    return hashlib.sha256(repr(stated).encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
