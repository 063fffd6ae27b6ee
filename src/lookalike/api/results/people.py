"""Results about people: who they are, who is most like a face, galleries and what changed them."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.api.results.result import Result


@dataclass(frozen=True, slots=True)
class Name(Result):
    """A name or description in Korean and English; None where it is not known."""

    ko: str | None
    en: str | None

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.en, self.ko)))


@dataclass(frozen=True, slots=True)
class Link(Result):
    """`kind` is `wikipedia-ko`, `wikipedia-en`, `wikidata`, `search-ko`, `website` or `site`."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Score(Result):
    """How alike two faces are.

    Attributes:
        similarity: 0 to 100: is this the same person? From 80 on, yes: one pair of strangers in
            10,000 reaches it.
        resemblance: 0 to 100: how rare it is among strangers to look this much alike. 20 is one in
            10, 40 one in 100, 60 one in 1,000, 100 one in 100,000 or rarer.
        one_in: one stranger in this many is at least as alike, 1 to 100,000.
        verdict: `same-person`, `possibly-same-person` (among many people), `too-little-to-tell`,
            `strong-look-alike`, `some-resemblance` or `no-strong-resemblance`.
        cosine: of the two embeddings, -1 to 1.
        extrapolated: whether it lies beyond what was observed of strangers.
        enough: whether enough of the faces shows to tell who it is.
    """

    similarity: float
    resemblance: float
    one_in: int
    verdict: str
    cosine: float
    extrapolated: bool
    enough: bool

    def __repr__(self) -> str:
        return (
            f"Score(similarity {self.similarity:.1f}, resemblance {self.resemblance:.1f}: "
            f"1 stranger in {self.one_in:,}, {self.verdict})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Person(Result):
    """Somebody of a gallery.

    Attributes:
        id: stable; a Wikidata id such as `Q76` where there is one.
        collection: the gallery they are in; `starter` is the one that comes with the package.
        born, died: ISO dates, perhaps only the year: `1961-08-04`, `1961`; `-0099` is 100 BC.
        groups: of musicians, by name.
        gender: `female`, `male`, `nonbinary` or `other`, only as the source states it.
        country: in two letters (ISO 3166-1), whose they are publicly known as.
        fields: what they are publicly known for, the foremost first: `acting`, `music`, ….
        links: Wikipedia and pages of their own.
    """

    id: str
    collection: str
    name: Name
    description: Name
    born: str | None
    died: str | None
    groups: tuple[str, ...]
    gender: str | None
    country: str | None
    fields: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def label(self) -> str:
        """The names in one line, English first; else the id."""
        return str(self.name) or self.id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id}, {self.label}, in {self.collection!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Match(Person):
    """A person, and how alike they are to a face.

    Attributes:
        rank: from 1, the most alike, on.
    """

    rank: int
    score: Score

    def __repr__(self) -> str:
        told = f"similarity {self.score.similarity:.1f}, {self.score.verdict}"
        return f"Match({self.rank}: {self.label} ({self.id}), {told})"


@dataclass(frozen=True, slots=True)
class People(Result):
    """Some of the people of a gallery.

    Attributes:
        total: how many there are in all that were asked for.
    """

    total: int
    people: tuple[Person, ...]

    def __repr__(self) -> str:
        some = ", ".join(each.label for each in self.people[:3])
        more = ", …" if len(self.people) > 3 else ""
        return f"People({len(self.people)} of {self.total:,}: {some}{more})"


@dataclass(frozen=True, slots=True)
class Collection(Result):
    """A gallery: a collection of people and their faces."""

    id: str
    people: int
    faces: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class Shortcoming(Result):
    """Why a portrait is a poor one to find somebody by, as a code and in words."""

    flaw: str
    text: str


@dataclass(frozen=True, slots=True)
class PoorPortrait(Result):
    """A photo that was added, though somebody is badly found by it; which of them, from 0."""

    photo: int
    shortcomings: tuple[Shortcoming, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Enrolled(Person):
    """Whom photos were added to.

    Attributes:
        new: whether they were not there before.
        added: how many of the photos they did not have.
    """

    new: bool
    added: int
    warnings: tuple[PoorPortrait, ...]

    def __repr__(self) -> str:
        photos = f"{self.added} photo{'' if self.added == 1 else 's'}"
        told = "new" if self.new else "known before"
        return f"Enrolled({self.id}, {self.label}, in {self.collection!r}, {told}, {photos} added)"


@dataclass(frozen=True, slots=True)
class LeftOut(Result):
    """What an import left out: whose photo, in which file or row, and why."""

    person: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Doubled(Result):
    """Somebody who was added beside another of the same name, because their faces differ.

    Attributes:
        there: id of the one who was there.
    """

    person: str
    id: str
    there: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ImportReport(Result):
    """What an import did. Lists name the first thousand.

    Attributes:
        already: photos that were enrolled before.
        photos: how many were looked at.
    """

    collection: str
    people_added: int
    people_changed: int
    portraits_added: int
    already: int
    photos: int
    left_out: tuple[LeftOut, ...]
    left_out_total: int
    doubled: tuple[Doubled, ...]

    def __repr__(self) -> str:
        return (
            f"ImportReport(to {self.collection!r}: {self.people_added} people added, "
            f"{self.people_changed} changed, {self.portraits_added} of {self.photos} photos added, "
            f"{self.already} known before, {self.left_out_total} left out)"
        )
