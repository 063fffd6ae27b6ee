"""The seam at which many photos are looked at: by worker processes, or by machines of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from lookalike.config import Settings
from lookalike.errors import LookalikeError
from lookalike.faces.analyzer import Analyzer

Answer = TypeVar("Answer")
# Asked where the networks are, in another process, so a function of some module.
Question = Callable[[Analyzer, bytes], Answer]
# The bytes of a photo; may raise OSError or LookalikeError. Another machine reads for itself: what
# this is made of can be pickled.
Read = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Seen(Generic[Answer]):
    """What became of a photo.

    Attributes:
        known_by: the sha256 of its file; empty where that could not be read.
        answer: None where nobody had to look.
        unread: why it could not be read.
    """

    known_by: str
    answer: Answer | None = None
    unread: OSError | LookalikeError | None = None


class Lookers(Protocol):
    """Who look at photos.

    Attributes:
        settings: that they compute with.
    """

    settings: Settings

    def through(
        self,
        photos: Iterable[Read],
        question: Question[Answer],
        known: Set[str] = frozenset(),
    ) -> Iterator[Seen[Answer]]:
        """Put a question about each photo; what became of them, in their order.

        Args:
            known: sha256 of files that need no look. A file that comes again may not get one.

        Raises:
            SetupError: who looks was stopped.
        """


# Who looks, for as long as the context lasts.
Opener = Callable[[Settings], AbstractContextManager[Lookers]]
