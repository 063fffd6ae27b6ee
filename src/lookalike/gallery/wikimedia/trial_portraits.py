"""Portraits to try a face model on where the user gives none: some of the starter's people."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

from lookalike.config import Settings
from lookalike.database.database import Address
from lookalike.errors import PortraitUnavailable
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.gallery.people import Person
from lookalike.gallery.store import Store
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.gallery.wikimedia.client import NotOnWikimedia, open_client
from lookalike.gallery.wikimedia.portrait_cache import Portraits

# Enough for 66 pairs of strangers, and some seconds of fetching.
_PEOPLE = 12


def people(settings: Settings) -> tuple[Person, ...]:
    """From all over the starter gallery, nobody of them taken down."""
    store = Store(settings.home, SFACE.contract, Address.of(settings), make=False)
    try:
        blocked = store.blocked()
    finally:
        store.close()
    known = [each for each in starter.load(SFACE.contract).people if each.wikidata]
    chosen = known[:: len(known) // _PEOPLE][:_PEOPLE]
    return tuple(each for each in chosen if not blocked.holds(each))


def photos(settings: Settings) -> dict[str, bytes]:
    """Their portraits by name, from the cache or from Wikimedia Commons; few or none offline."""
    return asyncio.run(_photos(settings))


async def _photos(settings: Settings) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    async with open_client(settings.contact, version("lookalike")) as client:
        kept = Portraits(
            portrait_cache.folder(settings), client, enabled=settings.portraits == "on"
        )
        for each in people(settings):
            try:
                found[each.id] = (await kept.fetch(each)).path.read_bytes()
            except NotOnWikimedia:
                continue
            except PortraitUnavailable:
                # Whoever comes next cannot be had either, unless they are in the cache.
                kept = Portraits(portrait_cache.folder(settings), client, enabled=False)
    return found
