"""Which celebrity a face looks like, and how alike two photos are.

Open an engine, and ask it. Networks come with the package, and no photo leaves the machine:

>>> import lookalike
>>> engine = lookalike.open()
>>> found = engine.find("obama2.jpg", limit=3)
>>> found.faces[0].people[0].name.en
'Barack Obama'

What it answers are frozen dataclasses. Their text is worth reading, `to_dict()` is JSON, and in a
notebook they show the faces, cut from the photo:

>>> found.faces[0].people[0]
Match(1: Barack Obama · 버락 오바마 (Q76), similarity 99..., same-person)
>>> found.to_dict()["faces"][0]["people"][0]["score"]["verdict"]
'same-person'

A photo is the bytes of a file, its path, an open file, a picture of Pillow or an array. Two photos
are compared, faces detected, embedded and explained:

>>> engine.compare("obama.jpg", "biden.jpg").faces[0].score.verdict
'no-strong-resemblance'
>>> engine.explain("obama2.jpg", person="Q76").regions[0].name in ("brows", "eyes", "nose")
True

An engine is closed when it is not needed any more, or by a `with` block:

>>> engine.close()

Galleries of one's own are searched at once, and kept in `home`, one of the settings that may be
arguments of `open`, all of which are in docs/settings.md:

>>> with lookalike.open(home="my-galleries") as own:
...     report = own.galleries.load("people", collection="class")
...     print(report.people_added, own.find("collins.png", collection="class").faces[0].people[0])
2 Match(1: Eileen Collins (...), similarity 100.0, same-person)

A server answers alike. Its errors are raised as the same classes, and all of them are a
`LookalikeError`:

>>> with lookalike.connect(url) as server:
...     server.find("landscape.jpg")
Traceback (most recent call last):
lookalike.errors.NoFace: No face was found in the 1920 x 1080 photo.

In a program with an event loop every method is awaited:

>>> async def who(photo):
...     async with lookalike.open_async() as engine:
...         return (await engine.find(photo)).faces[0].people[0].id
>>> asyncio.run(who("obama.jpg"))
'Q76'

An engine may be called from several threads; each photo takes its turn with the networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.api.asynchronous import AsyncEngine as AsyncEngine
    from lookalike.api.engine import Engine as Engine
    from lookalike.api.opening import connect as connect
    from lookalike.api.opening import connect_async as connect_async
    from lookalike.api.opening import open as open
    from lookalike.api.opening import open_async as open_async
    from lookalike.api.results.people import Person as Person
    from lookalike.api.results.people import Score as Score
    from lookalike.api.results.photos import Comparison as Comparison
    from lookalike.api.results.photos import Detection as Detection
    from lookalike.api.results.photos import Embeddings as Embeddings
    from lookalike.api.results.photos import Explanation as Explanation
    from lookalike.api.results.photos import Lookalikes as Lookalikes
    from lookalike.errors import LookalikeError as LookalikeError

__all__ = [
    "AsyncEngine",
    "Comparison",
    "Detection",
    "Embeddings",
    "Engine",
    "Explanation",
    "LookalikeError",
    "Lookalikes",
    "Person",
    "Score",
    "connect",
    "connect_async",
    "open",
    "open_async",
]

# Where each is; imported when it is first asked for, so that importing the package is free.
_MODULES = {
    "AsyncEngine": "api.asynchronous",
    "Comparison": "api.results.photos",
    "Detection": "api.results.photos",
    "Embeddings": "api.results.photos",
    "Engine": "api.engine",
    "Explanation": "api.results.photos",
    "LookalikeError": "errors",
    "Lookalikes": "api.results.photos",
    "Person": "api.results.people",
    "Score": "api.results.people",
    "connect": "api.opening",
    "connect_async": "api.opening",
    "open": "api.opening",
    "open_async": "api.opening",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__
