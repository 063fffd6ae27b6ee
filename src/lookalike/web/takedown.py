"""Who is taken down is forgotten outside the gallery too: cached files, shared results.

Undoing the takedown brings none of that back: it lets them in again
(`gallery/removals/takedowns.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.config import Settings
from lookalike.database.database import Database
from lookalike.database.shared.portraits import PortraitRows
from lookalike.gallery.removals.takedowns import Receipt
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.web.sharing import results


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was removed.

    Attributes:
        cached_files: of fetched portraits.
        results: shared results that showed them.
    """

    cached_files: int
    results: int


def forget(settings: Settings, database: Database, receipt: Receipt) -> Forgotten:
    """Remove fetched portraits and shared results of everybody who was taken down."""
    folder = portrait_cache.folder(settings)
    gone = receipt.everyone
    if database.shared:
        for each in gone:
            PortraitRows(database).forget(each)
    return Forgotten(
        cached_files=sum(portrait_cache.forget(folder, each) for each in gone),
        results=results.opened(settings, database).sweep(lambda shared: shared.person not in gone),
    )
