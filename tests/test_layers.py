"""Imports point one way: each step of the data flow knows only the steps before it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.structure import Module, modules
from docs import house


@pytest.fixture(scope="module")
def known() -> Mapping[str, Module]:
    """Every module but the package itself."""
    found = modules(house.PACKAGE)
    del found[house.PACKAGE.name]
    return found


def may_import(module: str, other: str) -> bool:
    """Whether the layers let a module know another; both by their names within the package."""
    top, below = module.partition(".")[0], other.partition(".")[0]
    if top == below:
        (row, unit), (row_below, unit_below) = (
            house.place(top, each.partition(".")[2] or "__init__") for each in (module, other)
        )
        return unit == unit_below or row_below < row
    return house.place("", other)[0] < house.place("", module)[0]


def test_layers_are_of_what_is_there(known: Mapping[str, Module]) -> None:
    names = {module.inside for module in known.values()}
    for folder, rows in house.LAYERS.items():
        for name in " ".join(rows).replace("*", "").replace("__init__", "").split():
            assert f"{folder}.{name}".lstrip(".") in names, (folder, name)


def test_what_is_at_the_top_and_every_folder_in_it_has_a_layer(
    known: Mapping[str, Module],
) -> None:
    for module in known.values():
        top, _, rest = module.inside.partition(".")
        assert house.place("", top)[1] == top
        if module.is_folder and rest:
            assert house.place(top, rest)[1] != "*", module.name


def test_imports_point_one_way(known: Mapping[str, Module]) -> None:
    wrong = [
        f"{module.inside} imports {known[other].inside}"
        for module in known.values()
        for other in sorted(module.imports(known))
        if not may_import(module.inside, known[other].inside)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("gallery.store", "gallery.sources.table"),
        ("gallery.gallery", "gallery.wikimedia.client"),
        ("gallery.sources.importing", "gallery.wikimedia.client"),
        ("database.schema", "gallery.people"),
        ("answers.shapes", "web.api"),
        ("answers.shapes", "video.jobs"),
        ("rekognition.app", "web.services"),
        ("web.api", "rekognition.app"),
        ("scores.similarity", "engine.local"),
        ("faces.align", "gallery.people"),
    ],
)
def test_what_nothing_may_import(module: str, other: str) -> None:
    assert not may_import(module, other)


def test_the_data_flow_of_contributing_is_that_of_the_layers() -> None:
    assert house.flow() in (house.ROOT / "CONTRIBUTING.md").read_text("utf-8")
