"""What programs hold: an engine and its galleries, here or on a server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec

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
from lookalike.api.questions.question import Answering, Question, Reply
from lookalike.api.results.faces import (
    Comparison,
    Detection,
    Embeddings,
    Explanation,
    Lookalikes,
    Model,
)
from lookalike.api.results.people import Collection, Enrolled, ImportReport, People, Person, Score

if TYPE_CHECKING:
    from lookalike.faces.vectors import Floats


Given = ParamSpec("Given")


class _Asking:
    """Whoever asks."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def _ask(
        self, make: Callable[Given, Question[Reply]], *args: Given.args, **named: Given.kwargs
    ) -> Reply:
        """The answer to a question that is made of what was given."""
        return self._answering.answer(make(*args, **named))


class Engine(_Asking):
    """Finds look-alikes, compares, detects, embeds and explains faces; keeps galleries.

    `lookalike.open` gives one that looks with our own networks in this process,
    `lookalike.connect` one that asks a server. Both answer alike. It may be called from several
    threads, and is closed at the end of a `with` block.

    A photo is the bytes of a file (JPEG, PNG, WebP, HEIC or AVIF), its path, an open file, a
    picture of Pillow, or an array of uint8: (height, width, 3) in RGB, (height, width, 4) with
    transparency, or (height, width) in grey. OpenCV's arrays are BGR: give `image[..., ::-1]`.

    Every method raises a `LookalikeError` that says what was wrong and what is allowed, and OSError
    where a file cannot be read. A server's errors are raised as the same classes.

    Attributes:
        galleries: who is looked among.
    """

    def __init__(self, answering: Answering) -> None:
        super().__init__(answering)
        self.galleries = Galleries(answering)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let networks, galleries or connections go."""
        self._answering.close()

    def find(
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
        """The people most like each face of a photo, the largest face and the most alike first.

        >>> found = engine.find("obama2.jpg", limit=3)
        >>> found.faces[0].people[0].label
        'Barack Obama · 버락 오바마'
        >>> found.faces[0].people[0].score.similarity > 99
        True
        >>> engine.find("obama2.jpg", ["obama.jpg"]).faces[0].references[0].verdict
        'same-person'

        Args:
            references: at most 8 photos whose largest face each face is compared with too.
            limit: people for each face, 1 to 100; as `LOOKALIKE_LIMIT` says, which is 10, unless
                set.
            collection: look only in this gallery.
            group: rank only people of this group of musicians, however it is spelt.
            gender: rank only those of whom the source states it.
            origin: rank only people of Korea, or only others.
            field: rank only those known for `acting`, `music`, `sport`, …
            living: rank only those of whom no death is stated.
            order: `look` goes by face, shape and hair together; scores are of the face alone.

        Raises:
            NoFace: there is no face in the photo, or in a reference.
            PhotoError: a photo cannot be used; `subject` and `number` say which.
            CollectionNotFound: there is no such collection.
            InvalidParameter: a parameter is not allowed.
        """
        who = Who(group, gender, origin, field, living)
        return self._ask(Find.of, photo, references, limit, collection, who, order)

    def compare(self, source: AnyPhoto, target: AnyPhoto) -> Comparison:
        """The largest face of one photo against every face of another.

        >>> engine.compare("obama.jpg", "obama2.jpg").faces[0].score.verdict
        'same-person'
        >>> engine.compare("obama.jpg", "biden.jpg").faces[0].score.similarity < 80
        True

        Raises:
            NoFace: there is no face in one of them.
            PhotoError: a photo cannot be used; `subject` says which.
        """
        return self._ask(Compare.of, source, target)

    def detect(self, photo: AnyPhoto, *, guess: bool = False) -> Detection:
        """Every face of a photo with its place and quality; a photo without one has none.

        >>> found = engine.detect("obama.jpg", guess=True)
        >>> found.photo.format, len(found.faces)
        ('JPEG', 1)
        >>> found.faces[0].guess.female < 0.5
        True

        Args:
            guess: say how old and of which gender each looks to a network.

        Raises:
            PhotoError: the photo cannot be used.
        """
        return self._ask(Detect.of, photo, guess)

    def embed(self, photo: AnyPhoto) -> Embeddings:
        """Every face of a photo with its embedding: (128,) float32 of length 1 with the model that
        ships.

        An embedding tells who somebody is: keep it as you would keep their photo.

        >>> photos = "obama.jpg", "obama2.jpg"
        >>> one, other = (engine.embed(each).faces[0].embedding for each in photos)
        >>> one.shape, one.dtype
        ((128,), dtype('float32'))
        >>> bool(one @ other > 0.5)
        True

        Raises:
            PhotoError: the photo cannot be used.
        """
        return self._ask(Embed.of, photo)

    def scores(
        self,
        embedding: Floats | Sequence[float],
        others: Floats | Sequence[Floats | Sequence[float]],
    ) -> tuple[Score, ...]:
        """How alike one face is to each of others, by their embeddings.

        >>> photos = "obama.jpg", "obama2.jpg"
        >>> one, other = (engine.embed(each).faces[0].embedding for each in photos)
        >>> [each.verdict for each in engine.scores(one, [other, -other])]
        ['same-person', 'no-strong-resemblance']

        Args:
            embedding: (dimension,) as `embed` gave it.
            others: (n, dimension), 1 to 1,000 of them.

        Raises:
            InvalidParameter: one is no embedding of the model in use.
        """
        return self._ask(CompareEmbeddings.of, embedding, others)

    def explain(
        self,
        photo: AnyPhoto,
        *,
        person: str | None = None,
        reference: AnyPhoto | None = None,
        face: int = 0,
        collection: str | None = None,
    ) -> Explanation:
        """Which regions of a face carry its resemblance to a person, or to another photo.

        >>> found = engine.explain("obama2.jpg", person="Q76")
        >>> len(found.regions), round(sum(each.weight for each in found.regions), 6)
        (7, 1.0)

        Args:
            person: id of somebody of a gallery.
            reference: a photo instead, of which the largest face counts.
            face: which face of the photo; 0 is the largest.
            collection: where the person is; the first gallery that has them unless set.

        Raises:
            InvalidParameter: not one of person and reference is given, or there is no such face.
            NoFace: there is no face in one of them.
            PersonNotFound: there is nobody of that id.
        """
        return self._ask(Explain.of, photo, person, reference, face, collection)

    def model(self) -> Model:
        """What looks at photos, and the contract that embeddings depend on.

        >>> engine.model().embedder
        'sface-2021dec'
        """
        return self._ask(ShowModel)


class Galleries(_Asking):
    """Who is looked among: the starter gallery, which is read-only, and the user's own.

    A server changes them for whoever connects with its admin token, or from its own machine.
    """

    def list(self) -> tuple[Collection, ...]:
        """Every gallery, the starter first.

        >>> engine.galleries.list()[0].id
        'starter'
        """
        return self._ask(ListCollections)

    def create(self, collection: str) -> Collection:
        """Add an empty gallery. `add` makes one too where it is not there.

        >>> engine.galleries.create("friends")
        Collection(id='friends', people=0, faces=0, read_only=False)

        Raises:
            CollectionExists: it is there.
            InvalidParameter: the name is not allowed.
        """
        return self._ask(CreateCollection, collection)

    def delete(self, collection: str) -> None:
        """Delete one of one's own galleries with everyone in it.

        >>> engine.galleries.delete("friends")

        Raises:
            CollectionNotFound: there is none of that name.
        """
        self._ask(DeleteCollection, collection)

    def search(
        self,
        query: str = "",
        *,
        collection: str | None = None,
        group: str | None = None,
        gender: Gender | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> People:
        """People whose name holds some words, however they are spelt, by Korean name. By a face,
        `Engine.find` looks for them.

        >>> engine.galleries.search("obama").people[0].id
        'Q76'

        Args:
            query: in either language; empty: everyone.
            group, gender: as for `Engine.find`.
            offset, limit: which of them, 1 to 1,000 at a time; `total` is how many there are.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        return self._ask(Search, query, collection, group, gender, offset, limit)

    def person(self, person_id: str) -> Person:
        """Somebody by their id.

        >>> engine.galleries.person("Q76").born
        '1961-08-04'

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        return self._ask(ShowPerson, person_id)

    def add(
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
        """Add somebody with one photo or more; they are found at once. All of it happens, or
        nothing.

        Where somebody of that name is in the collection and has that face, the photos are added to
        them.

        >>> engine.galleries.add("Eileen Collins", "collins.png", licence="public domain").added
        1
        >>> engine.find("collins.png", collection="mine").faces[0].people[0].name.en
        'Eileen Collins'

        Args:
            name: in Korean or English, told by its script; None with `to`.
            photos: one, or several, of one face each.
            collection: `mine` unless set.
            to: id of the person to add to, whatever name and face say.
            new: another person, even if somebody is called so.
            source, author, licence, licence_url: of the photos.
            facts: `name_ko`, `name_en`, `description_ko`, `description_en`, `born`, `died`,
                `gender`, `country`, `wikidata`, and lists: `groups`, `fields`, `links`,
                `external_ids`.

        Raises:
            Unlike: somebody of that name is there with another face; `people` says who.
            PhotoError: a photo cannot be used, or shows no one clear face.
            Blocked: somebody who asked to be left out.
            InvalidParameter: a fact is not allowed, or there is none of that name.
        """
        stated = Stated(source, author, licence, licence_url)
        return self._ask(Add.of, name, photos, collection, to, new, stated, facts)

    def load(
        self,
        path: str | os.PathLike[str],
        *,
        collection: str | None = None,
        source: str | None = None,
        author: str | None = None,
        licence: str | None = None,
        licence_url: str | None = None,
    ) -> ImportReport:
        """Import everyone of a folder, a table or a pack; what is there already is not added again.

        In a folder, a folder of photos is a person, and so is a single photo. A table (.csv, .tsv,
        .jsonl) has the columns name_ko, name_en or name, and images. Packs (.pack.zip) are imported
        where the server runs, not through it.

        >>> report = engine.galleries.load("people", collection="class")
        >>> report.people_added, report.left_out
        (2, ())

        Args:
            collection: `mine`, or the pack's own, unless set.
            source, author, licence, licence_url: of photos that state none.

        Raises:
            InvalidParameter: it is none of these, or the collection is read-only.
        """
        stated = Stated(source, author, licence, licence_url)
        return self._ask(Import, Path(path), collection, stated)

    def remove(self, person_id: str, *, collection: str | None = None) -> None:
        """Remove somebody with their portraits from one gallery, or from all of one's own.

        >>> somebody = engine.galleries.add("Somebody", "biden.jpg", collection="friends")
        >>> engine.galleries.remove(somebody.id)

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        self._ask(Remove, person_id, collection)
