"""What changes of galleries answer: whom portraits were added to, receipts of takedowns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from lookalike.answers import people, shapes
from lookalike.answers.people import PLAIN, Shown
from lookalike.answers.shapes import Answer
from lookalike.gallery.shortcomings import Flaw, shortcomings

if TYPE_CHECKING:
    from lookalike.gallery import portraits as stored
    from lookalike.gallery import store
    from lookalike.gallery.people import Person
    from lookalike.gallery.portraits import Portrait
    from lookalike.gallery.removals import takedowns as kept


class StoredPortrait(Answer):
    """A portrait of a gallery; its vector stays there."""

    id: str
    image_id: str | None = Field(description="The sha256 of the photo's file.")
    created: datetime | None
    fetched_at: datetime | None
    credit: shapes.Credit | None
    box: shapes.Box | None
    quality: shapes.Quality | None
    shown: bool = Field(description="Whether the page shows it.")
    showable: bool = Field(description="Whether it may: it has a licence and a thumbnail.")


class StoredPortraits(Answer):
    person: str
    collection: str
    portraits: tuple[StoredPortrait, ...]


class Shortcoming(Answer):
    flaw: Flaw
    text: str = Field(description="The flaw in words, and how bad it is.")


class PoorPortrait(Answer):
    """A photo that was added, though somebody is badly found by it."""

    photo: int = Field(description="Which of the photos that were sent, from 0.")
    shortcomings: tuple[Shortcoming, ...]


class AddedPortraits(StoredPortraits):
    warnings: tuple[PoorPortrait, ...]


class Enrolled(shapes.Person):
    """Whom photos were added to."""

    new: bool = Field(description="Whether they were not there before.")
    added: int = Field(description="How many of the photos they did not have.")
    warnings: tuple[PoorPortrait, ...]


class Merged(shapes.Person):
    """Who two people are now."""

    merged: str = Field(description="Id of the one who is no more.")
    added: int = Field(description="How many portraits came over.")


class Receipt(Answer):
    id: str = Field(description="Undoes it.")
    person: shapes.Person
    portraits: int = Field(description="How many were removed, with their vectors.")
    cached_files: int = Field(description="Fetched portraits that were removed.")
    results: int = Field(description="Shared results that showed them, and were removed.")
    blocked: tuple[str, ...] = Field(description="What later imports are held against.")
    at: datetime


class Removed(Answer):
    """Somebody who left a collection."""

    collection: str
    id: str


class Takedown(Answer):
    """A takedown as it is kept."""

    id: str = Field(description="The receipt, which undoes it.")
    person: str = Field(description="Their id.")
    name: str
    reason: str
    portraits: int | None = Field(description="How many were removed; null: it is not known.")
    removed: tuple[Removed, ...]
    blocked: tuple[str, ...]
    at: datetime
    undone: datetime | None


class Takedowns(Answer):
    takedowns: tuple[Takedown, ...]


class Undone(Answer):
    takedown: Takedown
    lifted: tuple[str, ...] = Field(description="By which nobody is kept out any more.")
    kept: tuple[str, ...] = Field(description="What other takedowns block too.")
    back: tuple[shapes.Person, ...] = Field(
        description="People of the starter gallery who are seen again. Portraits that were "
        "removed from your own collections are gone."
    )


def portraits(person: Person, found: Sequence[stored.StoredPortrait]) -> StoredPortraits:
    listed = tuple(StoredPortrait.model_validate(each) for each in found)
    return StoredPortraits(person=person.id, collection=person.collection, portraits=listed)


def added(
    person: Person, found: Sequence[stored.StoredPortrait], sent: Sequence[Portrait]
) -> AddedPortraits:
    """
    Args:
        found: all portraits of the person.
        sent: one for each photo of the request.
    """
    return AddedPortraits(**dict(portraits(person, found)), warnings=_warnings(sent))


def enrolled(done: store.Enrolment, sent: Sequence[Portrait], shown: Shown = PLAIN) -> Enrolled:
    """
    Args:
        sent: one for each photo of the request.
    """
    who = dict(people.person(done.person, shown))
    return Enrolled(**who, new=done.new, added=done.portraits, warnings=_warnings(sent))


def merged(done: store.Merger, shown: Shown = PLAIN) -> Merged:
    who = dict(people.person(done.person, shown))
    return Merged(**who, merged=done.gone.id, added=done.portraits)


def receipt(done: kept.Receipt, cached_files: int, results: int, shown: Shown = PLAIN) -> Receipt:
    """
    Args:
        cached_files, results: what was forgotten outside the gallery.
    """
    return Receipt(
        id=done.id,
        person=people.person(done.person, shown),
        portraits=done.portraits,
        cached_files=cached_files,
        results=results,
        blocked=done.blocked,
        at=done.at,
    )


def takedowns(found: Sequence[kept.Takedown]) -> Takedowns:
    return Takedowns(takedowns=tuple(map(_takedown, found)))


def undone(done: kept.Undone, shown: Shown = PLAIN) -> Undone:
    return Undone(
        takedown=_takedown(done.takedown),
        lifted=done.lifted,
        kept=done.kept,
        back=tuple(people.person(each, shown) for each in done.back),
    )


def _warnings(sent: Sequence[Portrait]) -> tuple[PoorPortrait, ...]:
    found = ((number, shortcomings(each)) for number, each in enumerate(sent))
    return tuple(
        PoorPortrait(photo=number, shortcomings=tuple(map(Shortcoming.model_validate, own)))
        for number, own in found
        if own
    )


def _takedown(made: kept.Takedown) -> Takedown:
    return Takedown(
        id=made.id,
        person=made.person,
        name=made.name,
        reason=made.reason,
        portraits=made.portraits,
        removed=tuple(Removed(collection=where, id=who) for where, who in made.removed),
        blocked=made.blocked,
        at=made.at,
        undone=made.undone,
    )
