"""Who was proved to be somebody, and what takes to prove it: faces, not names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lookalike.faces.vectors import Floats
from lookalike.gallery.enrolment.namesakes import Alike
from lookalike.gallery.people import Person, Text
from lookalike.gallery.wikimedia.client import NotOnWikimedia
from lookalike.gallery.wikimedia.commons import Fetched
from lookalike.gallery.wikimedia.wikidata import Item

# From which similarity on the portrait of a candidate is of the person, by what is stated of both:
# the same day of birth or group, the same year, or nothing that tells namesakes apart. 50 is 1 pair
# of strangers in 100, but among Korean women 1 in 39; 75 is 1 in 3,000 of these, and none of 59,679
# reached 90. Had everybody of the starter the same name, nobody would be taken for somebody else
# (`python -m benchmarks.proving`, docs/galleries.md).
AGREED, SAME_YEAR, ALONE = 50.0, 75.0, 90.0
# So much less alike, in points of similarity, the next candidate has to be.
MARGIN = 15.0


class Unproved(NotOnWikimedia):
    """Nobody was proved to be the person; why, in words that are the same for all of whom it is
    true."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What proof is made with.

    Attributes:
        known: the (dimension,) vector that somebody is known by; None: they have none.
        look: that of the one clear face of a picture; raises PhotoError where there is none.
        alike: the similarity of two, 0 to 100.
        blocked: whether somebody, with the id that was found, asked to be left out.
    """

    known: Callable[[Person], Awaitable[Floats | None]]
    look: Callable[[bytes], Awaitable[Floats]]
    alike: Alike
    blocked: Callable[[Person], bool]


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is, and what Wikidata states of them that a page shows.

    Attributes:
        similarity: of the portrait to what they are known by, 0 to 100.
        born: the year.
        websites, external_ids: as of `Person`.
    """

    wikidata: str
    similarity: float
    born: str | None = None
    gender: str | None = None
    websites: tuple[str, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, item: Item, similarity: float) -> Proof:
        return cls(
            wikidata=item.id,
            similarity=round(similarity, 1),
            born=_year(item.born),
            gender=item.gender,
            websites=item.websites,
            external_ids=item.external_ids,
        )

    def completed(self, person: Person) -> Person:
        """The person with what is not known of them otherwise."""
        stated = Person(
            id=person.id,
            collection=person.collection,
            name=Text(),
            born=self.born,
            gender=self.gender,
            wikidata=self.wikidata,
            websites=self.websites,
            external_ids=self.external_ids,
        )
        return person.completed(stated)


@dataclass(frozen=True, slots=True)
class Found:
    """A proof, and the portrait that it was made by."""

    proof: Proof
    fetched: Fetched


def chosen(similarities: Sequence[float], bars: Sequence[float]) -> int:
    """Which candidate is the person.

    Args:
        similarities: of the portrait of each to the person.
        bars: what each has to reach.

    Raises:
        Unproved: none does, or another is about as alike.
    """
    if not similarities:
        raise Unproved("no portrait of one clear face under a free licence")
    order = sorted(range(len(similarities)), key=lambda each: -similarities[each])
    best = order[0]
    if similarities[best] < bars[best]:
        raise Unproved("nobody of that name has surely that face")
    if len(order) > 1 and similarities[best] - similarities[order[1]] < MARGIN:
        raise Unproved("two people of that name have too like a face")
    return best


def _year(date: str | None) -> str | None:
    """Of an ISO date; those before Christ begin with a minus."""
    return date and (date[:5] if date.startswith("-") else date[:4])
