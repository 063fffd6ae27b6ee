"""Questions about the faces of photos.

Where our own networks are asked, libraries are imported with the first question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from lookalike.api.photo import AnyPhoto, all_bytes, photo_bytes
from lookalike.api.questions.question import Conversation, Question, Request
from lookalike.api.questions.values import check_choice, check_range
from lookalike.api.results.people import Score
from lookalike.api.results.photos import (
    Comparison,
    Detection,
    Embeddings,
    Explanation,
    Lookalikes,
    Model,
)
from lookalike.api.results.result import part, read
from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.vectors import Floats

Order = Literal["identity", "look"]
Gender = Literal["female", "male", "nonbinary", "other"]
Origin = Literal["korean", "international"]


# As the JSON API has them.
_MOST_PEOPLE, _MOST_REFERENCES = 100, 8


@dataclass(frozen=True, slots=True)
class Who:
    """Whom to look among; see `lookalike.gallery.people.Who`."""

    group: str | None = None
    gender: Gender | None = None
    origin: Origin | None = None
    field: str | None = None
    living: bool = False

    def __post_init__(self) -> None:
        from lookalike.gallery.people import FIELDS

        check_choice("gender", self.gender, (None, *get_args(Gender)))
        check_choice("origin", self.origin, (None, *get_args(Origin)))
        check_choice("field", self.field, (None, *FIELDS))


@dataclass(frozen=True, slots=True)
class Find(Question[Lookalikes]):
    photo: bytes
    references: tuple[bytes, ...]
    limit: int | None
    collection: str | None
    who: Who
    order: Order

    def __post_init__(self) -> None:
        check_range("limit", 1 if self.limit is None else self.limit, 1, _MOST_PEOPLE)
        check_range("references", len(self.references), 0, _MOST_REFERENCES)
        check_choice("order", self.order, get_args(Order))

    @classmethod
    def of(
        cls,
        photo: AnyPhoto,
        references: AnyPhoto | Iterable[AnyPhoto],
        limit: int | None,
        collection: str | None,
        who: Who,
        order: Order,
    ) -> Find:
        others = all_bytes(references, "references")
        return cls(photo_bytes(photo), others, limit, collection, who, order)

    def here(self, engine: LocalEngine) -> Lookalikes:
        from lookalike.answers import photos
        from lookalike.gallery import people

        found = engine.find(
            self.photo,
            self.references,
            limit=self.limit or engine.settings.limit,
            collection=self.collection,
            who=people.Who(**asdict(self.who)),
            order=self.order,
        )
        return self._read(photos.lookalikes(found))

    def there(self) -> Conversation[Lookalikes]:
        references = [("reference", each) for each in self.references]
        told = yield Request(
            "POST",
            "/lookalikes",
            form={
                "limit": self.limit,
                "collection": self.collection,
                "order": self.order,
                **asdict(self.who),
            },
            files=[("photo", self.photo), *references],
        )
        return self._read(told)

    def _read(self, told: object) -> Lookalikes:
        return replace(read(Lookalikes, told), _photo=self.photo)


@dataclass(frozen=True, slots=True)
class Compare(Question[Comparison]):
    source: bytes
    target: bytes

    @classmethod
    def of(cls, source: AnyPhoto, target: AnyPhoto) -> Compare:
        return cls(photo_bytes(source, "source"), photo_bytes(target, "target"))

    def here(self, engine: LocalEngine) -> Comparison:
        from lookalike.answers import photos

        return self._read(photos.comparison(engine.compare(self.source, self.target)))

    def there(self) -> Conversation[Comparison]:
        files = [("source", self.source), ("target", self.target)]
        told = yield Request("POST", "/compare", files=files)
        return self._read(told)

    def _read(self, told: object) -> Comparison:
        return replace(read(Comparison, told), _source=self.source, _target=self.target)


@dataclass(frozen=True, slots=True)
class Detect(Question[Detection]):
    photo: bytes
    guess: bool

    @classmethod
    def of(cls, photo: AnyPhoto, guess: bool) -> Detect:
        return cls(photo_bytes(photo), guess)

    def here(self, engine: LocalEngine) -> Detection:
        from lookalike.answers import photos

        return self._read(photos.detection(engine.detect(self.photo, guess=self.guess)))

    def there(self) -> Conversation[Detection]:
        form = {"attributes": self.guess}
        told = yield Request("POST", "/detect", form=form, files=[("photo", self.photo)])
        return self._read(told)

    def _read(self, told: object) -> Detection:
        return replace(read(Detection, told), _photo=self.photo)


@dataclass(frozen=True, slots=True)
class Embed(Question[Embeddings]):
    photo: bytes

    @classmethod
    def of(cls, photo: AnyPhoto) -> Embed:
        return cls(photo_bytes(photo))

    def here(self, engine: LocalEngine) -> Embeddings:
        from lookalike.answers import embeddings

        return self._read(embeddings.embeddings(engine, self.photo))

    def there(self) -> Conversation[Embeddings]:
        told = yield Request("POST", "/embed", files=[("photo", self.photo)])
        return self._read(told)

    def _read(self, told: object) -> Embeddings:
        return replace(read(Embeddings, told), _photo=self.photo)


@dataclass(frozen=True, slots=True, eq=False)
class CompareEmbeddings(Question[tuple[Score, ...]]):
    """
    Attributes:
        embedding: (dimension,).
        others: (n, dimension).
    """

    embedding: Floats
    others: Floats

    @classmethod
    def of(cls, embedding: object, others: object) -> CompareEmbeddings:
        """
        Raises:
            InvalidParameter: one is no array of numbers of that many dimensions.
        """
        return cls(_array("embedding", embedding, 1), _array("others", others, 2))

    def here(self, engine: LocalEngine) -> tuple[Score, ...]:
        from lookalike.answers import embeddings

        told = embeddings.scores(engine, self.embedding.tolist(), self.others.tolist())
        return tuple(read(Score, each) for each in told.scores)

    def there(self) -> Conversation[tuple[Score, ...]]:
        sent = {"embedding": self.embedding.tolist(), "others": self.others.tolist()}
        told = yield Request("POST", "/scores", json=sent)
        return tuple(read(Score, each) for each in part(told, "scores"))


@dataclass(frozen=True, slots=True)
class Explain(Question[Explanation]):
    photo: bytes
    person: str | None
    reference: bytes | None
    face: int
    collection: str | None

    def __post_init__(self) -> None:
        check_range("face", self.face, 0, None)

    @classmethod
    def of(
        cls,
        photo: AnyPhoto,
        person: str | None,
        reference: AnyPhoto | None,
        face: int,
        collection: str | None,
    ) -> Explain:
        other = None if reference is None else photo_bytes(reference, "reference")
        return cls(photo_bytes(photo), person, other, face, collection)

    def here(self, engine: LocalEngine) -> Explanation:
        from lookalike.answers import explanations

        told = explanations.explanation(
            engine,
            self.photo,
            self.face,
            person=self.person,
            collection=self.collection,
            reference=self.reference,
        )
        return self._read(told)

    def there(self) -> Conversation[Explanation]:
        form = {"person": self.person, "face": self.face, "collection": self.collection}
        reference = [] if self.reference is None else [("reference", self.reference)]
        files = [("photo", self.photo), *reference]
        told = yield Request("POST", "/explain", form=form, files=files)
        return self._read(told)

    def _read(self, told: object) -> Explanation:
        return replace(read(Explanation, told), _photo=self.photo)


@dataclass(frozen=True, slots=True)
class ShowModel(Question[Model]):
    def here(self, engine: LocalEngine) -> Model:
        from lookalike.answers import photos

        return read(Model, photos.engine(engine).model)

    def there(self) -> Conversation[Model]:
        told = yield Request("GET", "/engine")
        return read(Model, part(told, "model"))


def _array(name: str, given: object, dimensions: int) -> Floats:
    try:
        array = np.asarray(given, np.float32)
    except (TypeError, ValueError) as error:
        raise InvalidParameter(f"{name}: {error}.") from None
    if array.ndim != dimensions:
        shape = "(dimension,)" if dimensions == 1 else "(n, dimension)"
        raise InvalidParameter(f"{name}: an array of the shape {array.shape}; it must be {shape}.")
    return array
