"""What programs hold: an engine, here or on a server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from lookalike.api.galleries import Asking, Galleries
from lookalike.api.photo import AnyPhoto
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
from lookalike.api.questions.question import Answering
from lookalike.api.results.people import Score
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


class Engine(Asking):
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
