"""What an engine is asked: how our own networks answer it, and how a server is asked it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine

Reply = TypeVar("Reply")
Told = TypeVar("Told", covariant=True)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the JSON API.

    Attributes:
        path: below `/api/v1`.
        query, form: what is None is left out.
        files: photos by the names of their fields.
        json: the body, instead of a form; `content` is one as it is.
    """

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    files: Sequence[tuple[str, bytes]] = ()
    json: object = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is asked for so many seconds."""

    seconds: float


# Requests, one after the other; each is sent the JSON that the server answered.
Conversation = Generator[Request | Pause, Any, Reply]


class Question(Protocol[Told]):
    """Something that an engine is asked."""

    def here(self, engine: LocalEngine) -> Told:
        """The answer of our own networks."""

    def there(self) -> Conversation[Told]:
        """The answer of a server."""


class Answering(Protocol):
    """Whoever answers questions; safe to call from several threads."""

    def answer(self, question: Question[Reply]) -> Reply: ...

    def close(self) -> None: ...


class AsyncAnswering(Protocol):
    """The same for programs with an event loop."""

    async def answer(self, question: Question[Reply]) -> Reply: ...

    async def close(self) -> None: ...
