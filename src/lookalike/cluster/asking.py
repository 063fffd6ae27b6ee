"""Asks a part of the cluster, wherever it is: in time, of another copy where one fails, or not at
all. Nobody gets an answer that lacks a part."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lookalike.errors import PartMissing

# Copies that are asked, one after the other: the one that Ray sends it to may just have died.
_TRIES = 3
# Seconds before the next, where one fails at once: Ray hears of a death a moment later.
_PAUSE_S = 0.2

_LOG = logging.getLogger("lookalike")


class Answer(Protocol):
    """As `ray.serve.handle.DeploymentResponse`."""

    def result(self, *, timeout_s: float | None = None) -> Any: ...

    def cancel(self) -> None: ...


class _Method(Protocol):
    def remote(self, *arguments: object, **options: object) -> Answer: ...


class Handle(Protocol):
    """As `ray.serve.handle.DeploymentHandle`: whichever copy is free is asked."""

    @property
    def ask(self) -> _Method: ...


@dataclass(frozen=True, slots=True)
class _Question:
    """A method of a part, and what it is given."""

    method: str
    arguments: tuple[object, ...]
    options: Mapping[str, object]

    def put(self, part: Part) -> Answer | Exception:
        """The question on its way, or why it could not be put."""
        try:
            return part.handle.ask.remote(self.method, *self.arguments, **self.options)
        except _failures() as error:
            return error


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked of one part.

    Attributes:
        name: of the part, for whoever reads why there was no answer.
        patience_s: for each of its copies.
    """

    name: str
    handle: Handle
    patience_s: float

    def ask(self, method: str, *arguments: object, **options: object) -> Any:
        """What a method of it returns.

        Raises:
            PartMissing: no copy of it has answered.
            Exception: what the method raised.
        """
        return ask_all([self], method, *arguments, **options)[0]


def ask_all(parts: Sequence[Part], method: str, *arguments: object, **options: object) -> list[Any]:
    """What a method of each returns, asked of all at once.

    Raises:
        PartMissing: no copy of one of them has answered; so there is no answer at all.
        Exception: what the method raised in one of them.
    """
    question = _Question(method, arguments, options)
    begun = [question.put(each) for each in parts]
    return [
        _raised(_heard(each, question, answer)) for each, answer in zip(parts, begun, strict=True)
    ]


def _heard(part: Part, question: _Question, answer: Answer | Exception) -> object:
    """The answer of the copy that was asked, or of another."""
    why: Exception = TimeoutError()
    for left in reversed(range(_TRIES)):
        if isinstance(answer, Exception):
            why = answer
        else:
            try:
                return answer.result(timeout_s=part.patience_s)
            except TimeoutError as error:
                why = error
                answer.cancel()
            except _failures() as error:
                why = error
        _LOG.warning("%s gave no answer: %s", part.name, _told(why))
        if left:
            if not isinstance(why, TimeoutError):
                time.sleep(_PAUSE_S)
            answer = question.put(part)
    raise PartMissing(
        f"{part.name} of the cluster does not answer now, and nothing is answered without it; try "
        "again in a few seconds."
    ) from why


def _raised(answer: object) -> object:
    """
    Raises:
        Exception: it is what the method raised.
    """
    if isinstance(answer, Exception):
        raise answer
    return answer


def _told(error: Exception) -> str:
    """The first line alone: Ray's are long, and name what was sent."""
    return (str(error).partition("\n")[0] or type(error).__name__)[:200]


def _failures() -> tuple[type[Exception], ...]:
    """What Ray raises where a copy is gone, full, or not to be reached."""
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    return (RayError, RayServeException, ConnectionError)
