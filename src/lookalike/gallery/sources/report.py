"""What is told of an import: how far it is, what it did, and what it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from lookalike.gallery.shortcomings import Shortcoming

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo, person or row that was not added.

    Attributes:
        person: their name; empty where it is not known.
        where: in the source: a file, or a row and column.
    """

    person: str = field(default="", kw_only=True)
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Files that were taken for photos of one person, though their names differ by a number."""

    person: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubled:
    """Somebody who was added beside another of the same name, because their faces differ.

    Attributes:
        there: id of who was there, of several the most alike.
        similarity: of the two, 0 to 100.
    """

    person: str
    id: str
    there: str
    similarity: float


@dataclass(frozen=True, slots=True)
class PoorPortrait:
    """A portrait that was added, though somebody is badly found by it."""

    person: str
    where: str
    shortcomings: tuple[Shortcoming, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do.

    Attributes:
        people_added: people who were not in the collection before.
        people_changed: people who were, and gained portraits or other facts.
        already: photos enrolled before, which were only hashed.
        thumbnails_added: of those, how many lacked a thumbnail and now have one.
        photos: all that were looked at, hashed or could not be read.
        joined: what somebody should look over: a number may be part of a name.
        doubled: what they should look over too: one person may look different.
        warnings: portraits that better ones should take the place of.
        shown: portraits that a page may show from now on; those without a licence may not.
    """

    collection: str
    dry_run: bool
    interrupted: bool
    people_added: int
    people_changed: int
    portraits_added: int
    already: int
    thumbnails_added: int
    photos: int
    left_out: tuple[LeftOut, ...]
    seconds: float
    joined: tuple[Joined, ...] = ()
    doubled: tuple[Doubled, ...] = ()
    warnings: tuple[PoorPortrait, ...] = ()
    shown: int = 0

    def reasons(self) -> dict[str, int]:
        """How often each reason was given, the most frequent first."""
        return dict(Counter(each.why for each in self.left_out).most_common())


class Progress(Protocol):
    """Shows how far a step is: gives the things on as they are taken."""

    def __call__(
        self, things: Iterable[Thing], total: int, description: str
    ) -> Iterable[Thing]: ...


def silent(things: Iterable[Thing], total: int, description: str) -> Iterable[Thing]:
    """No progress is shown."""
    return things
