"""The examples of the Python API's documentation, run as their readers would run them."""

from __future__ import annotations

import asyncio
import doctest
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import lookalike
from lookalike.api import engine, galleries, opening
from lookalike.config import PREFIX, Settings
from tests.support.serving import Server

_NAMES = {"collins.png": "astronaut.png", "landscape.jpg": "free-mountain-vector-01.jpg"}


@pytest.fixture(scope="module")
def known(
    settings: Settings,
    photos: Mapping[str, bytes],
    serve: Callable[..., AbstractContextManager[Server]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Any]]:
    """What examples take for granted: photos in the folder one is in, an engine, a server."""
    folder = tmp_path_factory.mktemp("examples")
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg", *_NAMES):
        (folder / name).write_bytes(photos[_NAMES.get(name, name)])
    for name, photo in (("Eileen Collins", "astronaut.png"), ("Joe Biden", "biden.jpg")):
        (folder / "people" / name).mkdir(parents=True)
        (folder / "people" / name / photo).write_bytes(photos[photo])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv(f"{PREFIX}HOME", str(folder / "home"))
        patch.setenv(f"{PREFIX}CACHE", str(settings.cache))
        with serve(home=folder / "served") as server, lookalike.open() as opened:
            yield {"lookalike": lookalike, "engine": opened, "url": server.url, "asyncio": asyncio}


@pytest.mark.parametrize(
    "module", [lookalike, opening, engine, galleries], ids=lambda each: each.__name__
)
def test_examples_run(module: ModuleType, known: dict[str, Any]) -> None:
    # Of what the module itself has, not of what is imported.
    found = doctest.DocTestFinder().find(module, globs=known)
    options = doctest.ELLIPSIS | doctest.REPORT_ONLY_FIRST_FAILURE
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=options)
    for each in found:
        runner.run(each, out=told.append, clear_globs=True)
    assert "".join(told) == ""
    assert runner.summarize(verbose=False).attempted > 0


def test_every_method_has_an_example() -> None:
    """But for those that are shown with others."""
    for kind in (engine.Engine, galleries.Galleries):
        shown = {name for name, each in vars(kind).items() if ">>>" in (each.__doc__ or "")}
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert public - shown == ({"close"} if kind is engine.Engine else set())


def test_the_page_has_the_examples() -> None:
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")
    for each in doctest.DocTestFinder().find(engine) + doctest.DocTestFinder().find(galleries):
        for example in each.examples:
            assert example.source.splitlines()[0] in page
