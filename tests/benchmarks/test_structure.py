"""The numbers of benchmarks/structure.py on a package made for it, and on our own."""

from __future__ import annotations

from pathlib import Path

import pytest

import lookalike
from benchmarks import structure
from benchmarks.structure import Module

# How deep imports may go, and how many modules a folder may have.
DEEPEST, FULLEST = 20, 14

PACKAGE = {
    "__init__": "",
    "low": """
        class Box: ...
        """,
    "middle": """
        from typing import TYPE_CHECKING
        from .low import Box
        if TYPE_CHECKING:
            from house.server import app
        def late():
            from house import server
        """,
    "server": """
        from house.web import shapes
        from house.aws.engine import AwsEngine
        def app(engine):
            if isinstance(engine, AwsEngine):
                return shapes
        """,
    "aws.__init__": "",
    "aws.engine": """
        from house.middle import late
        class AwsEngine:
            def itself(self):
                return isinstance(self, AwsEngine)
        class Track: ...
        """,
    "web.__init__": "",
    "web.shapes": """
        from pydantic import BaseModel
        class Answer(BaseModel): ...
        class Box(Answer): ...
        class Track: ...
        """,
    "store": '''
        class Store:
            def __init__(self, rows):
                self._rows = rows
            def __len__(self):
                return len(self._rows)
            @property
            def version(self):
                return self._rows.version
            @property
            def rows(self):
                return self._rows
            def add(self, one, *more):
                """Said again."""
                if not one:
                    raise ValueError
                self._rows.add(self._own(one), *more)
            async def all(self):
                with self._rows.open() as opened:
                    return await opened.all(self._rows)
            def first(self):
                return self._rows.some(1)
            def near(self, probe):
                found = self._rows.near(probe)
                return found
        ''',
}


@pytest.fixture
def house(tmp_path: Path) -> dict[str, Module]:
    package = tmp_path / "house"
    for name, source in PACKAGE.items():
        path = package.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line[8:] for line in source.splitlines()))
    return structure.modules(package)


def test_a_chain_is_of_what_is_imported_at_once(house: dict[str, Module]) -> None:
    chain = structure.longest_chain(house)
    assert chain == ["house.server", "house.aws.engine", "house.middle", "house.low"]
    assert "house.server" in house["house.middle"].imports(house)


def test_methods_that_hand_on_what_they_get_are_counted(house: dict[str, Module]) -> None:
    (store,) = structure.forwarding(house)
    # version, add and all; not first, which says something itself.
    assert (store.name, store.forwarding, store.methods) == ("Store", 3, 7)


def test_engines_are_told_apart_in_one_place(house: dict[str, Module]) -> None:
    assert structure.tests_of_engines(house) == 1


def test_names_of_several_classes_are_found(house: dict[str, Module]) -> None:
    found = structure.doubles(house)
    assert found.names == ("Track",)
    assert found.mirrored == ("Box",)


def test_our_own_package_is_no_deeper_and_no_fuller_than_it_was() -> None:
    known = structure.modules(Path(lookalike.__file__).parent)
    assert len(structure.longest_chain(known)) <= DEEPEST
    assert structure.fullest_folder(known)[1] <= FULLEST
    assert {name for name, _ in structure.figures(known)} >= {"forwarding methods", "lines"}
