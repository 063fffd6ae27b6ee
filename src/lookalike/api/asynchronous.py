"""The engine for programs with an event loop: every method is awaited, and the loop goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec

from anyio import to_thread

from lookalike.api.photo import AnyPhoto
from lookalike.api.questions.galleries import (
    Add,
    CreateCollection,
    DeleteCollection,
    Import,
    ListCollections,
    Remove,
    Search,
    ShowPerson,
    Stated,
)
from lookalike.api.questions.photos import (
    Compare,
    CompareEmbeddings,
    Detect,
    Embed,
    Explain,
    Find,
    Gender,
    Order,
    Origin,
    ShowModel,
    Who,
)
from lookalike.api.questions.question import AsyncAnswering, Question, Reply
from lookalike.api.results.people import Collection, Enrolled, ImportReport, People, Person, Score
from lookalike.api.results.photos import (
    Comparison,
    Detection,
    Embeddings,
    Explanation,
    Lookalikes,
    Model,
)

if TYPE_CHECKING:
    from lookalike.faces.vectors import Floats


Given = ParamSpec("Given")


class _Asking:
    """Whoever asks."""

    def __init__(self, answering: AsyncAnswering) -> None:
        self._answering = answering

    async def _ask(
        self, make: Callable[Given, Question[Reply]], *args: Given.args, **named: Given.kwargs
    ) -> Reply:
        """The answer to a question that is made of what was given; files are read in a thread."""
        question = await to_thread.run_sync(lambda: make(*args, **named))
        return await self._answering.answer(question)


class AsyncEngine(_Asking):
    """`Engine` for programs with an event loop: every method is awaited.

    `lookalike.open_async` and `lookalike.connect_async` give one. Questions of several tasks are
    answered side by side.

    Attributes:
        galleries: who is looked among.
    """

    def __init__(self, answering: AsyncAnswering) -> None:
        super().__init__(answering)
        self.galleries = AsyncGalleries(answering)

    async def __aenter__(self) -> AsyncEngine:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `Engine.close`."""
        await self._answering.close()

    async def find(
        self,
        photo: AnyPhoto,
        references: AnyPhoto | Iterable[AnyPhoto] = (),
        *,
        limit: int | None = None,
        collection: str | None = None,
        group: str | None = None,
        gender: Gender | None = None,
        origin: Origin | None = None,
        field: str | None = None,
        living: bool = False,
        order: Order = "identity",
    ) -> Lookalikes:
        """See `Engine.find`."""
        who = Who(group, gender, origin, field, living)
        return await self._ask(Find.of, photo, references, limit, collection, who, order)

    async def compare(self, source: AnyPhoto, target: AnyPhoto) -> Comparison:
        """See `Engine.compare`."""
        return await self._ask(Compare.of, source, target)

    async def detect(self, photo: AnyPhoto, *, guess: bool = False) -> Detection:
        """See `Engine.detect`."""
        return await self._ask(Detect.of, photo, guess)

    async def embed(self, photo: AnyPhoto) -> Embeddings:
        """See `Engine.embed`."""
        return await self._ask(Embed.of, photo)

    async def scores(
        self,
        embedding: Floats | Sequence[float],
        others: Floats | Sequence[Floats | Sequence[float]],
    ) -> tuple[Score, ...]:
        """See `Engine.scores`."""
        return await self._ask(CompareEmbeddings.of, embedding, others)

    async def explain(
        self,
        photo: AnyPhoto,
        *,
        person: str | None = None,
        reference: AnyPhoto | None = None,
        face: int = 0,
        collection: str | None = None,
    ) -> Explanation:
        """See `Engine.explain`."""
        return await self._ask(Explain.of, photo, person, reference, face, collection)

    async def model(self) -> Model:
        """See `Engine.model`."""
        return await self._ask(ShowModel)


class AsyncGalleries(_Asking):
    """`Galleries`, every method of which is awaited."""

    async def list(self) -> tuple[Collection, ...]:
        """See `Galleries.list`."""
        return await self._ask(ListCollections)

    async def create(self, collection: str) -> Collection:
        """See `Galleries.create`."""
        return await self._ask(CreateCollection, collection)

    async def delete(self, collection: str) -> None:
        """See `Galleries.delete`."""
        await self._ask(DeleteCollection, collection)

    async def search(
        self,
        query: str = "",
        *,
        collection: str | None = None,
        group: str | None = None,
        gender: Gender | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> People:
        """See `Galleries.search`."""
        return await self._ask(Search, query, collection, group, gender, offset, limit)

    async def person(self, person_id: str) -> Person:
        """See `Galleries.person`."""
        return await self._ask(ShowPerson, person_id)

    async def add(
        self,
        name: str | None,
        photos: AnyPhoto | Iterable[AnyPhoto],
        *,
        collection: str | None = None,
        to: str | None = None,
        new: bool = False,
        source: str | None = None,
        author: str | None = None,
        licence: str | None = None,
        licence_url: str | None = None,
        **facts: Any,
    ) -> Enrolled:
        """See `Galleries.add`."""
        stated = Stated(source, author, licence, licence_url)
        return await self._ask(Add.of, name, photos, collection, to, new, stated, facts)

    async def load(
        self,
        path: str | os.PathLike[str],
        *,
        collection: str | None = None,
        source: str | None = None,
        author: str | None = None,
        licence: str | None = None,
        licence_url: str | None = None,
    ) -> ImportReport:
        """See `Galleries.load`."""
        stated = Stated(source, author, licence, licence_url)
        return await self._ask(Import, Path(path), collection, stated)

    async def remove(self, person_id: str, *, collection: str | None = None) -> None:
        """See `Galleries.remove`."""
        await self._ask(Remove, person_id, collection)
