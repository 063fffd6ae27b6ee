"""The engine's answers as the JSON of `answers`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lookalike.answers import shapes
from lookalike.answers.shapes import (
    Box,
    Collection,
    Collections,
    ComparedFace,
    Comparison,
    Credit,
    DetectedFace,
    Detection,
    EngineFacts,
    Face,
    Filter,
    Filters,
    Guess,
    Landmarks,
    Link,
    LookalikeFace,
    Lookalikes,
    Model,
    Name,
    People,
    Person,
    Photo,
    Portrait,
    Quality,
    RankedPerson,
    Reference,
    Searched,
    Timings,
)
from lookalike.aws.answers import (
    GALLERY,
    AwsComparison,
    AwsLookalikes,
    AwsMatch,
    AwsPhoto,
    AwsRankedFace,
    AwsScore,
)
from lookalike.engine.local import Comparison as EngineComparison
from lookalike.engine.local import Lookalikes as EngineLookalikes
from lookalike.engine.local import RankedFace
from lookalike.faces import photo as photos
from lookalike.faces.attributes import Attributes
from lookalike.gallery import gallery as galleries
from lookalike.gallery import people as facts
from lookalike.gallery.wikimedia.portraits import Portraits
from lookalike.scores import matching, similarity
from lookalike.site import Site

if TYPE_CHECKING:
    from lookalike.aws.engine import AnyEngine


def portrait(who: facts.Person, credit: facts.Credit | None = None) -> Portrait | None:
    """Where a portrait may be had; the command line, which has no server, offers every one."""
    if not who.wikidata:
        return None
    known = None if credit is None else Credit.model_validate(credit)
    return Portrait(url=f"/api/v1/people/{who.id}/portrait", credit=known)


@dataclass(frozen=True, slots=True)
class Shown:
    """What depends on who answers: which portraits can be had, and what a site says of people."""

    offer: Callable[[facts.Person], Portrait | None] = portrait
    site: Site = Site()


def offers(portraits: Portraits) -> Callable[[facts.Person], Portrait | None]:
    """Offers those that a server has, or may fetch."""

    def offered(who: facts.Person) -> Portrait | None:
        if not portraits.may_have(who):
            return None
        known = portraits.cached(who.id)
        return portrait(who, known.credit if known else None)

    return offered


def lookalikes(
    engine: AnyEngine,
    found: EngineLookalikes | AwsLookalikes,
    collection: str | None,
    shown: Shown = Shown(),
) -> Lookalikes:
    faces: tuple[RankedFace | AwsRankedFace, ...] = found.faces
    return Lookalikes(
        photo=Photo.model_validate(found.photo),
        faces=tuple(_ranked_face(i, f, shown) for i, f in enumerate(faces)),
        references=tuple(reference(each) for each in found.references),
        model=model(engine),
        gallery=_searched(engine, found, collection),
        notice=found.notice if isinstance(found, AwsLookalikes) else None,
        aws_calls=found.calls if isinstance(found, AwsLookalikes) else {},
        timings_ms=_timings(found.photo, found.match_ms),
    )


def comparison(engine: AnyEngine, compared: EngineComparison | AwsComparison) -> Comparison:
    scores: tuple[similarity.Score | AwsScore, ...] = compared.scores
    faces = zip(compared.target.faces, scores, strict=True)
    return Comparison(
        source=reference(compared.source),
        target=Photo.model_validate(compared.target),
        faces=tuple(
            ComparedFace(**dict(_face(index, face)), score=score(told))
            for index, (face, told) in enumerate(faces)
        ),
        model=model(engine),
        aws_calls=compared.calls if isinstance(compared, AwsComparison) else {},
        timings_ms=_timings(compared.target),
    )


def detection(
    engine: AnyEngine, photo: photos.Photo, guesses: tuple[Attributes, ...] | None = None
) -> Detection:
    guessed = (None,) * len(photo.faces) if guesses is None else guesses
    faces = zip(photo.faces, guessed, strict=True)
    return Detection(
        photo=Photo.model_validate(photo),
        faces=tuple(
            DetectedFace(**dict(_face(index, face)), guess=_guess(guess))
            for index, (face, guess) in enumerate(faces)
        ),
        model=model(engine),
        aws_calls=photo.calls if isinstance(photo, AwsPhoto) else {},
        timings_ms=_timings(photo),
    )


def engine(used: AnyEngine) -> EngineFacts:
    """`aws_calls` counts since the engine was opened."""
    return EngineFacts(
        engine=used.settings.engine,
        model=model(used),
        aws_calls=used.calls,
    )


def person(who: facts.Person, shown: Shown = Shown()) -> Person:
    return Person(
        id=who.id,
        collection=who.collection,
        name=Name.model_validate(shown.site.name_of(who.id, who.name)),
        description=Name.model_validate(who.description),
        born=who.born,
        died=who.died,
        groups=who.groups,
        gender=who.gender,
        links=_links(who, shown.site),
        portrait=None if who.collection == GALLERY else shown.offer(who),
    )


def people(found: tuple[facts.Person, ...], total: int, shown: Shown = Shown()) -> People:
    return People(total=total, people=tuple(person(each, shown) for each in found))


def filters(found: tuple[facts.Person, ...]) -> Filters:
    groups = Counter(group for each in found for group in each.groups)
    genders = Counter(each.gender for each in found if each.gender)
    return Filters(groups=_counted(groups), genders=_counted(genders))


def collections(found: tuple[galleries.Collection, ...]) -> Collections:
    return Collections(collections=tuple(Collection.model_validate(each) for each in found))


def _counted(counter: Counter[str]) -> tuple[Filter, ...]:
    return tuple(Filter(name=name, people=count) for name, count in counter.most_common())


def _links(who: facts.Person, site: Site) -> tuple[Link, ...]:
    """The site's own link, of the kind `site`, and the gallery's."""
    own = site.link_of(who.id)
    first = () if own is None else (Link(kind="site", url=own),)
    return first + tuple(Link.model_validate(each) for each in who.links)


def _ranked_face(index: int, ranked: RankedFace | AwsRankedFace, shown: Shown) -> LookalikeFace:
    matches: tuple[matching.Match | AwsMatch, ...] = ranked.matches
    return LookalikeFace(
        **dict(_face(index, ranked.face)),
        people=tuple(_ranked(n, m, shown) for n, m in enumerate(matches, 1)),
        references=tuple(map(score, ranked.references)),
    )


def _ranked(rank: int, match: matching.Match | AwsMatch, shown: Shown) -> RankedPerson:
    who = person(match.person, shown)
    return RankedPerson(**dict(who), rank=rank, score=score(match.score))


def _face(index: int, face: photos.Face) -> Face:
    return Face(
        index=index,
        box=Box.model_validate(face.box),
        landmarks=Landmarks.model_validate(face.landmarks),
        quality=Quality.model_validate(face.quality),
    )


def _guess(guess: Attributes | None) -> Guess | None:
    return None if guess is None else Guess.model_validate(guess)


def _faces(photo: photos.Photo) -> tuple[Face, ...]:
    return tuple(_face(index, face) for index, face in enumerate(photo.faces))


def reference(photo: photos.Photo) -> Reference:
    return Reference(photo=Photo.model_validate(photo), faces=_faces(photo))


def _searched(
    engine: AnyEngine, found: EngineLookalikes | AwsLookalikes, collection: str | None
) -> Searched:
    if isinstance(found, AwsLookalikes):
        return Searched(collection=found.collection, people=None)
    searched = [c for c in engine.gallery.collections() if collection in (None, c.id)]
    return Searched(collection=collection, people=sum(each.people for each in searched))


def model(engine: AnyEngine) -> Model:
    return Model.model_validate(engine.model)


def _timings(photo: photos.Photo, match: float = 0.0) -> Timings:
    steps = asdict(photo.timings) | {"match": match}
    return Timings(**steps, total=sum(steps.values()))


def score(given: similarity.Score | AwsScore) -> shapes.Score:
    """Either, in the fields that are its own."""
    if isinstance(given, AwsScore):
        return shapes.Score(aws=shapes.AwsScore.model_validate(given))
    return shapes.Score.model_validate(given)
