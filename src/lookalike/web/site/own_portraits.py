"""Portraits of one's own galleries that a page may show: whoever imported them said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.gallery.people import Credit
from lookalike.gallery.store import Store

if TYPE_CHECKING:
    from lookalike.database.version import Version
    from lookalike.site import Site

# People whose portraits are remembered until something changes, with 11 KB each.
_MOST = 500


class OwnPortraits:
    """Of one server; asked for everybody who is shown."""

    def __init__(self, store: Store, site: Site) -> None:
        self._store = store
        self._whole = site.collection if site.show_portraits else None
        self._version: Version | None = None
        self._people: frozenset[str] = frozenset()
        self._known: dict[str, tuple[bytes, Credit] | None] = {}

    def __call__(self, person_id: str) -> tuple[bytes, Credit] | None:
        """A thumbnail of a person, and its credit.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        version = self._store.database.version()
        if version != self._version:
            self._people = self._store.shown_people(self._whole)
            self._known.clear()
            self._version = version
        if person_id not in self._people:
            return None
        if person_id not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[person_id] = self._store.shown_portrait(person_id, self._whole)
        return self._known[person_id]
