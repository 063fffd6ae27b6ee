"""What standing was fitted to for galleries of one's own, as an import keeps it in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select

from lookalike.database.database import Database
from lookalike.database.schema import STANDINGS
from lookalike.engine.interface import Order
from lookalike.gallery.people import Who
from lookalike.scores.calibrations import best_matches
from lookalike.scores.standing import BestMatches

_PART = "standings"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is searched, in which order, and how many they are, to a tenth: what is fitted to it
    holds for as long.

    Attributes:
        collection: None: all that are open.
        tenths: ten times the logarithm of how many people there are.
    """

    collection: str | None
    who: Who
    order: Order
    tenths: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """
    Attributes:
        times: how many times as many are searched as strangers were held against.
    """

    matches: BestMatches
    times: float


def read(database: Database, crowd: Crowd, contract: str) -> Fitted | None:
    """What is kept of a crowd; None where that is of fewer or more people, or another model.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    wanted = select(STANDINGS.c.times, STANDINGS.c.matches).where(
        _is(crowd), STANDINGS.c.contract == contract, STANDINGS.c.tenths == crowd.tenths
    )
    with database.reading() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else Fitted(best_matches.unpacked(row.matches), row.times)


def keep(database: Database, crowd: Crowd, contract: str, found: Fitted) -> None:
    """Put it into the place of what was kept of that crowd.

    Raises:
        StoreUnavailable: the database cannot be written.
    """
    row = {
        "collection": crowd.collection or "",
        "crowd": best_matches.key(crowd.who, crowd.order),
        "contract": contract,
        "tenths": crowd.tenths,
        "times": found.times,
        "matches": best_matches.packed(found.matches),
    }
    with database.changing(_PART) as connection:
        connection.execute(delete(STANDINGS).where(_is(crowd)))
        connection.execute(insert(STANDINGS), row)


def _is(crowd: Crowd) -> ColumnElement[bool]:
    name = best_matches.key(crowd.who, crowd.order)
    return (STANDINGS.c.collection == (crowd.collection or "")) & (STANDINGS.c.crowd == name)
