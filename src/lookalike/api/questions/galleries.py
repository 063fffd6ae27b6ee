"""Questions about galleries: who is in them, and what is to be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from lookalike.api.photo import AnyPhoto, all_bytes
from lookalike.api.questions.photos import Gender
from lookalike.api.questions.question import Conversation, Pause, Question, Request
from lookalike.api.questions.values import check_choice, check_range
from lookalike.api.results.people import Collection, Enrolled, ImportReport, People, Person
from lookalike.api.results.result import part, read
from lookalike.errors import InvalidParameter, Unlike

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.people import Credit
    from lookalike.gallery.sources.report import Report

# The collection of whoever names none.
MINE = "mine"
# Seconds between two looks at how far an import is.
_LOOK_AGAIN = 0.5
# Of one answer, and photos of one request, as the JSON API has them.
_MOST_PEOPLE, _MOST_PHOTOS = 1000, 20

_ADVICE = "Give `to` with their id to add to them anyway, or `new=True` for another person."

# Facts of somebody as the columns of a table name them: texts, and lists of texts.
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """Where photos come from, and on what terms they may be shown."""

    source: str | None = None
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """What is stated, by name."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in found.items() if value}

    @property
    def credit(self) -> Credit | None:
        """
        Raises:
            InvalidParameter: an address is none.
        """
        from lookalike.gallery.sources import columns

        return columns.credit(self.columns)


@dataclass(frozen=True, slots=True)
class ListCollections(Question[tuple[Collection, ...]]):
    def here(self, engine: LocalEngine) -> tuple[Collection, ...]:
        return tuple(read(Collection, each) for each in engine.gallery.collections())

    def there(self) -> Conversation[tuple[Collection, ...]]:
        told = yield Request("GET", "/collections")
        return tuple(read(Collection, each) for each in part(told, "collections"))


@dataclass(frozen=True, slots=True)
class CreateCollection(Question[Collection]):
    id: str

    def here(self, engine: LocalEngine) -> Collection:
        engine.gallery.store.create(self.id)
        return read(Collection, engine.gallery.collection(self.id))

    def there(self) -> Conversation[Collection]:
        told = yield Request("POST", "/collections", json={"id": self.id})
        return read(Collection, told)


@dataclass(frozen=True, slots=True)
class DeleteCollection(Question[None]):
    id: str

    def here(self, engine: LocalEngine) -> None:
        engine.gallery.store.delete(self.id)

    def there(self) -> Conversation[None]:
        yield Request("DELETE", f"/collections/{_segment(self.id)}")


@dataclass(frozen=True, slots=True)
class Search(Question[People]):
    query: str
    collection: str | None
    group: str | None
    gender: Gender | None
    offset: int
    limit: int

    def __post_init__(self) -> None:
        check_choice("gender", self.gender, (None, *get_args(Gender)))
        check_range("offset", self.offset, 0, None)
        check_range("limit", self.limit, 1, _MOST_PEOPLE)

    def here(self, engine: LocalEngine) -> People:
        from lookalike.answers import people
        from lookalike.gallery.people import Who

        who = Who(self.group or None, self.gender)
        found = engine.gallery.listed(self.collection, self.query, who)
        page = found[self.offset : self.offset + self.limit]
        return read(People, people.people(page, total=len(found)))

    def there(self) -> Conversation[People]:
        told = yield Request("GET", "/people", query=asdict(self))
        return read(People, told)


@dataclass(frozen=True, slots=True)
class ShowPerson(Question[Person]):
    id: str

    def here(self, engine: LocalEngine) -> Person:
        from lookalike.answers import people

        return read(Person, people.person(engine.gallery.person(self.id)))

    def there(self) -> Conversation[Person]:
        told = yield Request("GET", f"/people/{_segment(self.id)}")
        return read(Person, told)


@dataclass(frozen=True, slots=True)
class Add(Question[Enrolled]):
    """
    Attributes:
        to: id of the person to add to; None: whoever name and face say, or somebody new.
        new: another person, even if somebody is called so.
    """

    name: str | None
    photos: tuple[bytes, ...]
    collection: str | None
    to: str | None
    new: bool
    stated: Stated
    facts: Facts

    def __post_init__(self) -> None:
        check_range("photos", len(self.photos), 1, _MOST_PHOTOS)
        _check(self.facts)
        if self.to is not None and self.new:
            raise InvalidParameter("to, new: one of them at most.")

    @classmethod
    def of(
        cls,
        name: str | None,
        photos: AnyPhoto | Iterable[AnyPhoto],
        collection: str | None,
        to: str | None,
        new: bool,
        stated: Stated,
        facts: Facts,
    ) -> Add:
        return cls(name, all_bytes(photos, "photos"), collection, to, new, stated, facts)

    def here(self, engine: LocalEngine) -> Enrolled:
        from lookalike.answers import changes
        from lookalike.engine.portraits import Sent, portraits
        from lookalike.gallery.sources import columns

        row = {**({"name": self.name} if self.name else {}), **_known(self.facts)}
        if self.to is None:
            person = columns.newcomer(row, self.collection or MINE)
        else:
            person = columns.beside(engine.gallery.own_person(self.to, self.collection), row)
        sent = [Sent(f"photo {number}", each) for number, each in enumerate(self.photos, 1)]
        made = portraits(engine, sent, self.stated.credit)
        enrol, alike = engine.gallery.store.enrol, engine.calibration.similarity
        try:
            done = enrol(person, made, alike, to=self.to, new=self.new)
        except Unlike as error:
            raise Unlike(f"{error} {_ADVICE}", error.people) from error
        return read(Enrolled, changes.enrolled(done, made))

    def there(self) -> Conversation[Enrolled]:
        own = {"name": self.name, "collection": self.collection, "to": self.to, "new": self.new}
        told = yield Request(
            "POST",
            "/people",
            form={**_known(self.facts), **self.stated.columns, **own},
            files=[("photos", each) for each in self.photos],
        )
        return read(Enrolled, told)


@dataclass(frozen=True, slots=True)
class Remove(Question[None]):
    id: str
    collection: str | None

    def here(self, engine: LocalEngine) -> None:
        engine.gallery.store.remove(self.id, self.collection)

    def there(self) -> Conversation[None]:
        query = {"collection": self.collection}
        yield Request("DELETE", f"/people/{_segment(self.id)}", query=query)


@dataclass(frozen=True, slots=True)
class Import(Question[ImportReport]):
    """
    Attributes:
        path: a folder, a table or a pack.
    """

    path: Path
    collection: str | None
    stated: Stated

    def here(self, engine: LocalEngine) -> ImportReport:
        from lookalike.answers.imports import import_report

        report = self._imported(engine)
        if report.portraits_added:
            engine.matcher.keep_standings(report.collection)
        return read(ImportReport, import_report(report))

    def _imported(self, engine: LocalEngine) -> Report:
        from lookalike.api.questions.looking import Looking
        from lookalike.faces.analyzer import Analyzer
        from lookalike.gallery import sources
        from lookalike.gallery.sources import pack
        from lookalike.gallery.sources.destination import Destination
        from lookalike.gallery.sources.importing import Importer

        assert isinstance(engine.analyzer, Analyzer)  # nosec B101 # for types alone
        alike, looking = engine.calibration.similarity, Looking(engine.settings, engine.analyzer)
        if pack.is_pack(self.path):
            packed = pack.read(self.path, self.collection, engine.analyzer.embedder)
            into = Destination.of(engine.gallery, self.collection or packed.collection)
            importer = Importer(into, alike=alike)
            if packed.contract == engine.contract:
                return importer.packed(packed.people)
            return importer.remade(packed.people, looking)
        into = Destination.of(engine.gallery, self.collection or MINE)
        everyone = sources.found(self.path, into.collection, self.stated.credit)
        return Importer(into, alike=alike).photos(everyone, looking)

    def there(self) -> Conversation[ImportReport]:
        files = self._files()
        begun = yield Request("POST", "/imports")
        place = f"/imports/{part(begun, 'id')}"
        for name, read_file in files.items():
            yield Request("PUT", f"{place}/files", query={"name": name}, content=read_file())
        own = {} if self.collection is None else {"collection": self.collection}
        state = yield Request("POST", f"{place}/start", json={**self.stated.columns, **own})
        while part(state, "status") in ("waiting", "running"):
            yield Pause(_LOOK_AGAIN)
            state = yield Request("GET", place)
        if part(state, "status") == "failed":
            raise InvalidParameter(f"The import failed: {part(state, 'message')}")
        return read(ImportReport, part(state, "report"))

    def _files(self) -> dict[str, Callable[[], bytes]]:
        """What is sent: the photos of a folder, a table and the photos that it names, or a pack.

        Raises:
            InvalidParameter: it is none of these.
        """
        from lookalike.gallery import sources
        from lookalike.gallery.sources import pack
        from lookalike.gallery.sources.candidate import Candidate

        if pack.is_pack(self.path):
            return {self.path.name: self.path.read_bytes}
        table = {} if self.path.is_dir() else {self.path.name: self.path.read_bytes}
        everyone = [e for e in sources.found(self.path, MINE) if isinstance(e, Candidate)]
        photos = {each.name: each.read for one in everyone for each in one.pictures}
        return {**table, **photos}


def _known(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _check(facts: Facts) -> None:
    """
    Raises:
        InvalidParameter: one is none that people have.
    """
    from lookalike.gallery.sources import columns

    allowed = [each for each in columns.NAMES if each not in ("name", *Stated.__slots__)]
    for name in facts:
        if name not in allowed:
            raise InvalidParameter(
                f"{name}: there is no such fact; there are {', '.join(allowed)}."
            )


def _segment(text: str) -> str:
    """One part of a path, whatever is in it."""
    from urllib.parse import quote

    return quote(text, safe="")
