"""Everybody of a collection of whom no Wikidata id is known, found one after another.

What was found is in the cache of portraits, where the page looks first; whoever was looked for in
the last week is not looked for again. So the same run goes on where it was stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.sources.report import Progress
from lookalike.gallery.wikimedia.client import SLOTS, Wikimedia, WikimediaUnavailable
from lookalike.gallery.wikimedia.connection import Connection
from lookalike.gallery.wikimedia.finding.proof import Proof
from lookalike.gallery.wikimedia.portrait_cache import Portraits


@dataclass(frozen=True, slots=True)
class Completed:
    """Somebody who was found.

    Attributes:
        credit: of the portrait that proved it.
    """

    person: Person
    proof: Proof
    credit: Credit


@dataclass(frozen=True, slots=True)
class Unknown:
    """Somebody who was not, and why."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What a run came to.

    Attributes:
        stopped: why nobody further could be asked for, or None.
        interrupted: whether the user stopped it.
    """

    found: tuple[Completed, ...]
    unknown: tuple[Unknown, ...]
    stopped: str | None
    interrupted: bool

    def reasons(self) -> dict[str, list[Person]]:
        """Who was not found, by why, the most frequent reason first."""
        reasons: dict[str, list[Person]] = {}
        for each in self.unknown:
            reasons.setdefault(each.why, []).append(each.person)
        return dict(sorted(reasons.items(), key=lambda reason: -len(reason[1])))


def completion(
    people: Sequence[Person], connection: Connection, portraits: Portraits, progress: Progress
) -> Completion:
    """Find out who some people without an id are; Ctrl-C ends it, and what was found stays."""
    asked: list[Completed | Unknown] = []
    interrupted = False
    try:
        with connection.interrupt.deferred():
            answers = _answers(people, connection, portraits)
            asked.extend(progress(answers, len(people), "Finding people"))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        connection.cancel()
    return Completion(
        tuple(each for each in asked if isinstance(each, Completed)),
        tuple(each for each in asked if isinstance(each, Unknown)),
        connection.stopped,
        interrupted,
    )


def _answers(
    people: Sequence[Person], connection: Connection, portraits: Portraits
) -> Iterator[Completed | Unknown]:
    """What was found of each, until Wikimedia cannot be asked any more."""

    async def ask(_: Wikimedia, one: Sequence[Person]) -> Sequence[Completed | Unknown]:
        return [await _asked(each, portraits) for each in one]

    try:
        yield from connection.asked(ask, people, 1, SLOTS)
    except WikimediaUnavailable as error:
        connection.stopped = str(error)


async def _asked(person: Person, portraits: Portraits) -> Completed | Unknown:
    """
    Raises:
        WikimediaUnavailable: nobody can be asked for now.
    """
    try:
        portrait = await portraits.found(person)
    except WikimediaUnavailable:
        raise
    except PortraitUnavailable as error:
        return Unknown(person, str(error))
    proof = portraits.proof(person.id)
    if proof is None:
        return Unknown(person, "the portrait that is kept proves nothing")
    return Completed(proof.completed(person), proof, portrait.credit)
