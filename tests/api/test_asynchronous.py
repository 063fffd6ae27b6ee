"""The engine for programs with an event loop: it answers as the other one does, side by side."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

import lookalike
from lookalike import errors
from lookalike.api import asynchronous, engine, galleries
from lookalike.config import Settings
from tests.support.serving import Server

Opened = Callable[[], AbstractAsyncContextManager[lookalike.AsyncEngine]]


@pytest.fixture(params=["here", "there"])
def opened(
    request: pytest.FixtureRequest,
    settings: Settings,
    serve: Callable[..., AbstractContextManager[Server]],
    tmp_path: Path,
) -> Opened:
    home = tmp_path / "home"

    @asynccontextmanager
    async def here() -> AsyncIterator[lookalike.AsyncEngine]:
        own = {"cache": settings.cache, "runtime": settings.runtime}
        async with lookalike.open_async(home=home, **own) as found:
            yield found

    @asynccontextmanager
    async def there() -> AsyncIterator[lookalike.AsyncEngine]:
        with serve(home=home) as server:
            async with lookalike.connect_async(server.url) as found:
                yield found

    return here if request.param == "here" else there


async def test_tasks_are_answered_side_by_side(
    opened: Opened, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "obama2.jpg"
    path.write_bytes(photos["obama2.jpg"])
    told: dict[str, Any] = {}
    async with opened() as engine:

        async def ask(name: str, question: Any) -> None:
            told[name] = await question

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "find", engine.find(path, limit=1))
            tasks.start_soon(ask, "embed", engine.embed(path))
            tasks.start_soon(ask, "search", engine.galleries.search("obama"))
            tasks.start_soon(ask, "compare", engine.compare(path, photos["biden.jpg"]))
        vector = told["embed"].faces[0].embedding
        (score,) = await engine.scores(vector, [vector])
        added = await engine.galleries.add("Eileen Collins", photos["astronaut.png"])
        found = await engine.find(photos["astronaut.png"], limit=1)
        with pytest.raises(errors.NoFace):
            await engine.explain(photos["free-mountain-vector-01.jpg"], person="Q76")
    assert told["find"].faces[0].people[0].id == "Q76"
    assert told["search"].people[0].id == "Q76"
    assert told["compare"].faces[0].score.similarity < 60
    assert score.similarity == 100
    assert found.faces[0].people[0].id == added.id


@pytest.mark.parametrize(
    ("sync", "other"),
    [
        (engine.Engine, asynchronous.AsyncEngine),
        (galleries.Galleries, asynchronous.AsyncGalleries),
    ],
)
def test_it_has_the_same_methods(sync: type, other: type) -> None:
    """With the same parameters and results; the documentation is that of the one."""
    methods = {name: each for name, each in vars(sync).items() if name[0] != "_"}
    assert methods.keys() == {name for name in vars(other) if name[0] != "_"}
    for name, method in methods.items():
        same = getattr(other, name)
        assert inspect.iscoroutinefunction(same)
        assert inspect.signature(same) == inspect.signature(method)
        assert inspect.getdoc(same) == f"See `{sync.__name__}.{name}`."
