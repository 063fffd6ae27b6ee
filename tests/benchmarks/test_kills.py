"""What `python -m benchmarks.kills` would notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from benchmarks.kills import Told, faults
from benchmarks.load import grown, percentile
from lookalike.database.clock import now
from lookalike.database.database import opened
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE


def add(connection: Connection, person: str, portraits: int) -> None:
    row = {"collection": "added", "id": person, "groups": "[]", "websites": "[]"}
    connection.execute(insert(PEOPLE).values(**row))
    for each in range(portraits):
        face = {"id": f"{person}-{each}", "collection": "added", "person": person}
        connection.execute(insert(FACES).values(**face, vector=b"", created=now(connection)))


@pytest.fixture
def store(home: Path) -> Path:
    """A home with two whole people."""
    database = opened(home)
    with database.changing() as connection:
        own = {"id": "added", "contract": "c", "created": now(connection)}
        connection.execute(insert(COLLECTIONS).values(**own))
        for each in ("whole", "other"):
            add(connection, each, 2)
    database.close()
    return home


def test_what_is_as_it_was_acknowledged_is_no_fault(store: Path) -> None:
    assert faults(store, Told(people={"whole"}, removed={"gone"})) == []


def test_what_is_lost_back_or_half_is_told(store: Path) -> None:
    database = opened(store)
    with database.changing() as connection:
        add(connection, "half", 1)
    database.close()
    told = Told(people={"whole", "lost"}, removed={"other"}, faces={"face"})
    assert faults(store, told) == [
        "lost: person lost",
        "lost: face face",
        "back: person other",
        "half: ('added', 'half', 1)",
    ]


def test_growth_is_of_the_last_part_beside_the_first() -> None:
    assert grown([50, 50, *[100] * 10, *[110] * 8]) == pytest.approx(10)
    assert grown([100] * 20) == 0
    assert percentile([float(each) for each in range(1, 201)]) == 199
