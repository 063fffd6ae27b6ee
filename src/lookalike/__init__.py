"""Which celebrity a face looks like, and how alike two photos are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.api.asynchronous import AsyncEngine as AsyncEngine
    from lookalike.api.engine import Engine as Engine
    from lookalike.api.faces import Comparison as Comparison
    from lookalike.api.faces import Detection as Detection
    from lookalike.api.faces import Embeddings as Embeddings
    from lookalike.api.faces import Explanation as Explanation
    from lookalike.api.faces import Lookalikes as Lookalikes
    from lookalike.api.opening import connect as connect
    from lookalike.api.opening import connect_async as connect_async
    from lookalike.api.opening import open as open
    from lookalike.api.opening import open_async as open_async
    from lookalike.api.people import Person as Person
    from lookalike.api.people import Score as Score
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
    "Comparison": "api.faces",
    "Detection": "api.faces",
    "Embeddings": "api.faces",
    "Engine": "api.engine",
    "Explanation": "api.faces",
    "LookalikeError": "errors",
    "Lookalikes": "api.faces",
    "Person": "api.people",
    "Score": "api.people",
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
