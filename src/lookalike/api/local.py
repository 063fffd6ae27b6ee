"""Our own networks in this process as who answers questions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lookalike.api.questions.question import Question, Reply
from lookalike.errors import InvalidParameter, NotOffered

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.local import LocalEngine

# What a setting may be given as.
Setting = str | int | bool | os.PathLike[str]


class Local:
    """Answers with an engine that is open; see `Answering`."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    def answer(self, question: Question[Reply]) -> Reply:
        return question.here(self._engine)

    def close(self) -> None:
        self._engine.close()


class AsyncLocal:
    """The same for programs with an event loop, which goes on meanwhile."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    async def answer(self, question: Question[Reply]) -> Reply:
        from anyio import to_thread

        return await to_thread.run_sync(question.here, self._engine)

    async def close(self) -> None:
        self._engine.close()


def opened(given: dict[str, Setting]) -> LocalEngine:
    """Our own networks.

    Args:
        given: settings by name; others are as the environment says.

    Raises:
        InvalidParameter: there is no such setting, or it is not of its type.
        NotOffered: the engine is to be Amazon Rekognition.
        SetupError: networks or galleries cannot be used.
    """
    from lookalike.cache import usable
    from lookalike.engine.local import LocalEngine

    chosen = usable(_settings(given))
    if chosen.engine != "local":
        raise NotOffered(
            "This asks our own networks; with the engine 'aws' run `lookalike serve` or "
            "`lookalike find`."
        )
    return LocalEngine(chosen)


def _settings(given: dict[str, Setting]) -> Settings:
    from lookalike import config

    known = {each.name: each.variable for each in config.describe()}
    for name in given:
        if name not in known:
            raise InvalidParameter(f"{name}: there is no such setting; docs/settings.md has all.")
    # As the environment has them, so that they are checked as it is.
    own = {known[name]: _text(value) for name, value in given.items()}
    return config.load({**os.environ, **own})


def _text(value: Setting) -> str:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return str(int(value) if isinstance(value, bool) else value)
