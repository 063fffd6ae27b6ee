"""Our own networks in this process as who answers questions."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from lookalike.api.questions.question import Question, Reply
from lookalike.errors import InvalidParameter, NotOffered

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.local import LocalEngine

# What a setting may be given as.
Setting = str | int | bool | os.PathLike[str]


class Here:
    """Our own networks and galleries, opened with the first question, for that takes half a second.
    What is of one's own is opened now, so that what is wrong with it shows.

    Safe to call from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            SetupError: networks or galleries cannot be used.
        """
        from lookalike.faces.models import installed

        self._settings = settings
        self._opening = threading.Lock()
        self._opened: LocalEngine | None = None
        installed.check(settings)
        if _has_own(settings):
            self.engine()

    def engine(self) -> LocalEngine:
        with self._opening:
            if self._opened is None:
                from lookalike.engine.local import LocalEngine

                self._opened = LocalEngine(self._settings)
            return self._opened

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened.close()


def _has_own(settings: Settings) -> bool:
    """Whether there are galleries or models of one's own, or a device beside the processor."""
    from lookalike.backup.home import DATABASE
    from lookalike.faces.models import installed

    own = settings.home / DATABASE, installed.folder(settings)
    return bool(settings.database) or settings.device != "cpu" or any(map(os.path.exists, own))


class Local:
    """Answers with what is here; see `Answering`."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def answer(self, question: Question[Reply]) -> Reply:
        return question.here(self._here.engine())

    def close(self) -> None:
        self._here.close()


class AsyncLocal:
    """The same for programs with an event loop, which goes on meanwhile."""

    def __init__(self, here: Here) -> None:
        self._here = here

    async def answer(self, question: Question[Reply]) -> Reply:
        from anyio import to_thread

        return await to_thread.run_sync(lambda: question.here(self._here.engine()))

    async def close(self) -> None:
        self._here.close()


def opened(given: dict[str, Setting]) -> Here:
    """Our own networks.

    Args:
        given: settings by name; others are as the environment says.

    Raises:
        InvalidParameter: there is no such setting, or it is not of its type.
        NotOffered: the engine is to be Amazon Rekognition.
        SetupError: networks or galleries cannot be used.
    """
    from lookalike.cache import usable

    chosen = usable(_settings(given))
    if chosen.engine != "local":
        raise NotOffered(
            "This asks our own networks; with the engine 'aws' run `lookalike serve` or "
            "`lookalike find`."
        )
    return Here(chosen)


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
