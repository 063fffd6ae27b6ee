"""Our own networks as an engine, and how they rank the people of a gallery."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from threadpoolctl import threadpool_limits

from lookalike.config import Settings
from lookalike.engine.interface import (
    Calls,
    Comparison,
    Detection,
    Lookalikes,
    Match,
    ModelFacts,
    Order,
    Probe,
    RankedFace,
    Ranking,
    probe,
)
from lookalike.engine.model_notes import model_notes
from lookalike.engine.standings import Standings
from lookalike.errors import InvalidParameter, PhotoError, Subject, about
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.faces import Faces
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery, Nearest
from lookalike.gallery.people import EVERYONE, Who
from lookalike.scores.calibrations import calibration_of
from lookalike.scores.look import NEAREST, blended
from lookalike.scores.similarity import SAME_PERSON, Calibration, Numbers, Score
from lookalike.scores.standing import shown_first

# Scores see each face among its like, so they may put people in another order than cosines. The
# nearest by cosine are looked at a little further down than is asked for.
_FURTHER = 20


class Matcher:
    """Ranks the people of a gallery by resemblance."""

    def __init__(self, gallery: Gallery, calibration: Calibration) -> None:
        self._gallery = gallery
        self._calibration = calibration
        self._standings = Standings(gallery, calibration)

    def rank(
        self,
        probe: Floats,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
        look: Appearance | None = None,
    ) -> tuple[Match[Score], ...]:
        """The nearest people by the mean of their portraits, best first; never empty when the
        collection has such people.

        Args:
            look: how the probe looks, to put them into the order of the whole look.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        most = limit if look is None else max(limit, NEAREST)
        ordered, _ = self._ordered(probe, most, collection, who, look)
        return _matches(ordered[:limit])

    def ranked(
        self, probe: Probe, limit: int, collection: str | None = None, who: Who = EVERYONE
    ) -> Ranking[Score]:
        """The same, and where the first of them stands among the best matches of strangers.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        look, people = probe.appearance, self.people(collection)
        order: Order = "identity" if look is None else "look"
        most = max(limit, NEAREST)
        ordered, shown = self._ordered(probe.embedding, most, collection, who, look)
        matches = tuple(
            replace(each, score=replace(each.score, among=people, enough=probe.enough))
            for each in _matches(ordered[:limit])
        )
        return Ranking(matches, order, self._standings.of(shown, collection, who, order, people))

    def keep_standings(self, collection: str) -> None:
        """Fit what standing compares with, as an import leaves a collection."""
        for searched in (collection, None):
            self._standings.keep(searched, self.people(searched))

    def _ordered(
        self, probe: Floats, most: int, collection: str | None, who: Who, look: Appearance | None
    ) -> tuple[list[tuple[Nearest, Score]], Numbers]:
        """So many of the nearest in order, and the strengths of the first `NEAREST` of them; see
        `BestMatches.standing`."""
        nearest = self._gallery.nearest(probe, most + _FURTHER, collection, who)
        scores = self.scores(probe, [each.vector for each in nearest])
        pairs = sorted(zip(nearest, scores, strict=True), key=_similarity, reverse=True)
        levels = np.array([score.level for _, score in pairs[:NEAREST]])
        return (pairs, levels) if look is None or not pairs else self._by_look(look, pairs, levels)

    def _by_look(
        self, look: Appearance, pairs: list[tuple[Nearest, Score]], levels: Numbers
    ) -> tuple[list[tuple[Nearest, Score]], Numbers]:
        """The nearest in the order of the whole look, after whoever may be the same person, and
        their strengths."""
        same = sum(score.similarity >= SAME_PERSON for _, score in pairs[:NEAREST])
        looks = self._gallery.appearances([each.person for each, _ in pairs[:NEAREST]])
        blend = blended(levels, look, looks)
        order = same + np.argsort(-blend[same:], kind="stable")
        ordered = [*pairs[:same], *(pairs[each] for each in order), *pairs[NEAREST:]]
        return ordered, shown_first(blend, float(levels[0]) if same else None)

    @property
    def knows_looks(self) -> bool:
        """Whether levels are of the scale that looks are blended with: seen among a cohort."""
        return self._calibration.cohort is not None

    def person(self, person_id: str, collection: str | None = None) -> Floats:
        """The (dimension,) vector that a person is ranked by, of length 1.

        Raises:
            PersonNotFound: there is nobody of that id.
            CollectionNotFound: there is no such collection.
            InvalidParameter: they have no portrait.
        """
        vector = self._gallery.person_vector(person_id, collection)
        if vector is None:
            raise InvalidParameter(f"{person_id!r} has no portrait to compare with.")
        return vector

    def compare(self, one: Floats, other: Floats) -> Score:
        """How alike two vectors are."""
        return self.scores(one, [other])[0]

    def compare_faces(self, one: Face, other: Face) -> Score:
        """How alike two faces are, and whether at least one of them shows enough to tell."""
        score = self.compare(one.embedding, other.embedding)
        return replace(score, enough=one.enough or other.enough)

    def compare_person(self, face: Face, person_id: str, collection: str | None = None) -> Score:
        """How alike a face is to somebody whom it was found to be like.

        Raises:
            PersonNotFound, CollectionNotFound, InvalidParameter: see `person`.
        """
        score = self.compare(face.embedding, self.person(person_id, collection))
        return replace(score, among=self.people(collection), enough=face.enough)

    def people(self, collection: str | None = None) -> int:
        """How many people are looked among."""
        searched = [c for c in self._gallery.collections() if collection in (None, c.id)]
        return sum(each.people for each in searched)

    def scores(self, one: Floats, others: Sequence[Floats]) -> tuple[Score, ...]:
        """How alike a face is to others."""
        return self._calibration.compare(one, np.array(others).reshape(-1, len(one)))


class LocalEngine:
    """Opens the networks and the gallery once; safe to call from several threads."""

    def __init__(
        self,
        settings: Settings,
        gallery: Gallery | None = None,
        analyzer: Faces | None = None,
    ) -> None:
        """
        Args:
            gallery, analyzer: made of these settings, where they are open already.
        """
        self.settings = settings
        # Threads of numpy's that wait for a core that another worker has cost more than they gain.
        threadpool_limits(settings.threads, user_api="blas")
        self.analyzer: Faces = analyzer or Analyzer(settings)
        self.at_once = self.analyzer.at_once
        self.limits = self.analyzer.limits
        self.gallery = gallery or Gallery.open(settings, self.analyzer.embedder)
        self.database = self.gallery.store.database
        self.contract = self.analyzer.embedder.contract
        self.calibration = calibration_of(self.analyzer.embedder)
        self.matcher = Matcher(self.gallery, self.calibration)

    @cached_property
    def model(self) -> ModelFacts:
        """What looks at photos; the networks are opened for it."""
        library = self.analyzer.library
        return ModelFacts(
            contract=self.contract,
            detector=self.analyzer.finder.model.name,
            embedder=self.analyzer.embedder.model.name,
            runtime=library.name,
            precision=library.precision,
            measures=("Similarity", "Resemblance"),
            calibrated=self.calibration.fitted,
            notes=model_notes(self.calibration),
        )

    @property
    def local(self) -> LocalEngine:
        """Itself."""
        return self

    @property
    def calls(self) -> Calls:
        """None: no service is asked."""
        return {}

    def own(self) -> LocalEngine:
        """Itself."""
        return self

    @property
    def ready(self) -> bool:
        """Whether a photo would be looked at now."""
        return self.analyzer.ready

    def warm(self) -> None:
        """Open the networks now instead of with the first photo."""
        self.analyzer.warm()

    def detect(self, photo: bytes, *, guess: bool = False) -> Detection:
        """Every face of a photo, the largest first; none is an empty tuple.

        Args:
            guess: say how old and of which gender each looks.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """
        found = self.analyzer.analyze(photo)
        guesses = self.analyzer.attributes(found.faces) if guess else None
        return Detection(found, self.model, guesses)

    def find(
        self,
        photo: bytes,
        references: tuple[bytes, ...] = (),
        *,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
        order: Order = "identity",
    ) -> Lookalikes[Score]:
        """Rank the gallery for every face, and compare it with each reference's largest face.

        Args:
            who: rank only these people.
            order: `look` only if the settings allow it, and of faces whose look can be told.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            CollectionNotFound: there is no such collection.
        """
        by_look = order == "look" and self.matcher.knows_looks
        analyzed = self.faces(photo, "photo", appearances=by_look)
        compared = tuple(
            self.faces(each, "reference", number) for number, each in enumerate(references)
        )
        started = time.perf_counter()
        rankings = self.ranked(map(probe, analyzed.faces), limit, collection, who)
        faces = tuple(
            RankedFace(
                face=face,
                matches=ranking.matches,
                references=tuple(
                    self.matcher.compare_faces(face, each.faces[0]) for each in compared
                ),
                order=ranking.order,
                standing=ranking.standing,
            )
            for face, ranking in zip(analyzed.faces, rankings, strict=True)
        )
        people = self.matcher.people(collection)
        match_ms = (time.perf_counter() - started) * 1000
        return Lookalikes(analyzed, faces, compared, match_ms, self.model, collection, people)

    def ranked(
        self,
        probes: Iterable[Probe],
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
    ) -> tuple[Ranking[Score], ...]:
        """The people most like faces that were found before.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        return tuple(self.matcher.ranked(each, limit, collection, who) for each in probes)

    def compare(self, source: bytes, target: bytes) -> Comparison[Score]:
        """Compare the largest face of one photo with every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
        """
        one = self.faces(source, "source")
        other = self.faces(target, "target")
        scores = tuple(self.matcher.compare_faces(one.faces[0], face) for face in other.faces)
        return Comparison(one, other, scores, self.model)

    def faces(
        self,
        data: bytes,
        subject: Subject,
        number: int | None = None,
        *,
        appearances: bool = False,
    ) -> Photo:
        """A photo with a face in it; an error says which photo of a request it was.

        Args:
            number: of several photos of that subject, from 0.
            appearances: see `Faces.analyze`.

        Raises:
            PhotoError: it cannot be used, or holds no face (NoFace).
        """
        with about(subject, number):
            photo = self.analyzer.analyze(data, appearances=appearances)
            photo.check_face()
        return photo

    def face(self, data: bytes, index: int, subject: Subject = "photo") -> Face:
        """One face of a photo; the largest is 0.

        Raises:
            PhotoError: it cannot be used, or holds no face (NoFace).
            InvalidParameter: it has fewer faces.
        """
        return self.faces(data, subject).face(index)

    def portrait(self, photo: bytes) -> Floats:
        """The embedding of the face that a portrait is of.

        Raises:
            PhotoError: it cannot be used, or holds no face or several of like size.
        """
        return self.analyzer.analyze(photo).main_face().embedding

    def framed_portrait(self, photo: bytes, side: int) -> Pixels:
        """The (side, side, 3) picture of the face that a portrait is of.

        Raises:
            PhotoError: it cannot be used, or holds no face or several of like size.
        """
        found = self.analyzer.analyze(photo)
        return self.analyzer.square(photo, found, found.main_face(), side)

    def portrait_mesh(self, photo: bytes) -> Mesh | None:
        """The mesh of the face that a portrait is of; None where none is clear."""
        try:
            return self.analyzer.analyze(photo).main_face().mesh
        except PhotoError:
            return None

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        """The picture of a face that was found in a photo; see `Engine`."""
        return self.analyzer.square(data, photo, face, side)

    def reduced(self, data: bytes, side: int) -> Pixels:
        """A photo made smaller; see `Engine`."""
        return self.analyzer.reduced(data, side)

    def close(self) -> None:
        self.analyzer.close()
        self.gallery.close()


def _matches(pairs: list[tuple[Nearest, Score]]) -> tuple[Match[Score], ...]:
    return tuple(Match(each.person, score) for each, score in pairs)


def _similarity(pair: tuple[Nearest, Score]) -> float:
    return pair[1].similarity
