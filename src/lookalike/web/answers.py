"""The JSON that the API, `--json` and the page share, made from the engine's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike import matching
from lookalike.aws.answers import AwsComparison, AwsLookalikes, AwsMatch, AwsPhoto, AwsRankedFace
from lookalike.engine import Comparison as EngineComparison
from lookalike.engine import Engine, RankedFace
from lookalike.engine import Lookalikes as EngineLookalikes
from lookalike.faces import analyzer
from lookalike.gallery import gallery as galleries
from lookalike.gallery import people as facts
from lookalike.similarity import Verdict

if TYPE_CHECKING:
    from lookalike.aws.choice import AnyEngine


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Point(Answer):
    x: float
    y: float


class Box(Answer):
    """In pixels of the photo as displayed; may leave it."""

    left: float
    top: float
    width: float
    height: float


class Landmarks(Answer):
    """Left and right are those of the picture."""

    left_eye: Point
    right_eye: Point
    nose: Point
    mouth_left: Point
    mouth_right: Point


class Pose(Answer):
    """Degrees: yaw to the right of the picture, pitch up, roll clockwise."""

    yaw: float
    pitch: float
    roll: float


class Quality(Answer):
    score: float = Field(description="The detector's confidence, 0 to 1.")
    size: float = Field(description="Width of the face in pixels of the photo.")
    sharpness: float = Field(description="0 (blurred) to 100.")
    brightness: float = Field(description="0 (black) to 100.")
    pose: Pose


class Score(Answer):
    """What `source` does not say is null: AWS tells a similarity of its own, on its own scale."""

    source: Literal["lookalike", "aws"] = Field("lookalike", description="Whose score this is.")
    similarity: float = Field(
        description="Is this the same person? 0 to 100, from 80 on yes. AWS's own Similarity or "
        "MatchConfidence where `source` is aws."
    )
    resemblance: float | None = Field(
        None, description="How rare this is among strangers, 0 to 100."
    )
    one_in: int | None = Field(None, description="One stranger in this many is at least as alike.")
    verdict: Verdict | None = Field(
        None, description="Of AWS: same-person where it recognised a celebrity, else null."
    )
    cosine: float | None = Field(None, description="Of the two embeddings, -1 to 1.")
    extrapolated: bool | None = Field(
        None, description="Whether this lies beyond what was observed."
    )


class Name(Answer):
    ko: str | None
    en: str | None


class Link(Answer):
    kind: str
    url: str


class Credit(Answer):
    author: str | None
    licence: str | None
    licence_url: str | None
    source_url: str | None


class Portrait(Answer):
    url: str
    credit: Credit | None = Field(description="Known once the portrait has been fetched.")


class Person(Answer):
    id: str
    collection: str
    name: Name
    description: Name
    born: str | None
    died: str | None
    groups: tuple[str, ...]
    gender: str | None = Field(description="Only as the source states it.")
    links: tuple[Link, ...]
    portrait: Portrait | None


class RankedPerson(Person):
    rank: int
    score: Score


class Face(Answer):
    index: int
    box: Box
    landmarks: Landmarks
    quality: Quality


class LookalikeFace(Face):
    people: tuple[RankedPerson, ...]
    references: tuple[Score, ...] = Field(description="One for each reference photo.")


class ComparedFace(Face):
    score: Score


class Photo(Answer):
    width: int
    height: int
    format: str


class Reference(Answer):
    """A reference photo; its first face, the largest, is the one compared."""

    photo: Photo
    faces: tuple[Face, ...]


class Model(Answer):
    contract: str = Field(description="Model and preprocessing that the vectors depend on.")
    detector: str
    embedder: str
    runtime: str
    precision: str | None


class Searched(Answer):
    collection: str | None = Field(description="None: all collections.")
    people: int | None = Field(description="Null with the AWS engine: AWS does not tell.")


class Timings(Answer):
    """Milliseconds of each step on the photo; waiting and references are not counted."""

    decode: float
    detect: float
    align: float
    embed: float
    match: float
    total: float


class Charged(Answer):
    """An answer that may have cost calls to AWS."""

    aws_calls: dict[str, int] = Field({}, description="Calls that AWS answered, by operation.")


class EngineFacts(Charged):
    engine: Literal["local", "aws"]
    model: Model


class Lookalikes(Charged):
    photo: Photo
    faces: tuple[LookalikeFace, ...]
    references: tuple[Reference, ...]
    model: Model
    gallery: Searched
    notice: str | None = Field(None, description="Why a face has nobody, and what to do about it.")
    timings_ms: Timings


class Comparison(Charged):
    source: Reference
    target: Photo
    faces: tuple[ComparedFace, ...]
    model: Model
    timings_ms: Timings


class Detection(Charged):
    photo: Photo
    faces: tuple[Face, ...]
    model: Model
    timings_ms: Timings


class People(Answer):
    total: int
    people: tuple[Person, ...]


class Filter(Answer):
    name: str
    people: int


class Filters(Answer):
    groups: tuple[Filter, ...]
    genders: tuple[Filter, ...]


class Collection(Answer):
    id: str
    people: int
    faces: int
    read_only: bool


class Collections(Answer):
    collections: tuple[Collection, ...]


class Problem(Answer):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:lookalike:problem:no-face"])
    title: str
    status: int
    detail: str
    subject: Literal["photo", "reference", "source", "target"] | None = Field(
        default=None, description="Which photo of the request was at fault."
    )


Credits = Mapping[str, facts.Credit]


def lookalikes(
    engine: AnyEngine,
    found: EngineLookalikes | AwsLookalikes,
    collection: str | None,
    credits: Credits | None = None,
) -> Lookalikes:
    """`credits` holds those that are known already, by person."""
    faces: tuple[RankedFace | AwsRankedFace, ...] = found.faces
    return Lookalikes(
        photo=Photo.model_validate(found.photo),
        faces=tuple(_ranked_face(i, f, credits or {}) for i, f in enumerate(faces)),
        references=tuple(_reference(each) for each in found.references),
        model=_model(engine),
        gallery=_searched(engine, found, collection),
        notice=found.notice if isinstance(found, AwsLookalikes) else None,
        aws_calls=found.calls if isinstance(found, AwsLookalikes) else {},
        timings_ms=_timings(found.photo, found.match_ms),
    )


def comparison(engine: AnyEngine, compared: EngineComparison | AwsComparison) -> Comparison:
    faces = zip(compared.target.faces, compared.scores, strict=True)
    return Comparison(
        source=_reference(compared.source),
        target=Photo.model_validate(compared.target),
        faces=tuple(
            ComparedFace(**dict(_face(index, face)), score=Score.model_validate(score))
            for index, (face, score) in enumerate(faces)
        ),
        model=_model(engine),
        aws_calls=compared.calls if isinstance(compared, AwsComparison) else {},
        timings_ms=_timings(compared.target),
    )


def detection(engine: AnyEngine, photo: analyzer.Photo) -> Detection:
    return Detection(
        photo=Photo.model_validate(photo),
        faces=_faces(photo),
        model=_model(engine),
        aws_calls=photo.calls if isinstance(photo, AwsPhoto) else {},
        timings_ms=_timings(photo),
    )


def engine(used: AnyEngine) -> EngineFacts:
    """`aws_calls` counts since the engine was opened."""
    return EngineFacts(
        engine=used.settings.engine,
        model=_model(used),
        aws_calls={} if isinstance(used, Engine) else used.client.total.counts(),
    )


def person(who: facts.Person, credit: facts.Credit | None) -> Person:
    return Person(
        id=who.id,
        collection=who.collection,
        name=Name.model_validate(who.name),
        description=Name.model_validate(who.description),
        born=who.born,
        died=who.died,
        groups=who.groups,
        gender=who.gender,
        links=tuple(Link.model_validate(each) for each in who.links),
        portrait=_portrait(who, credit),
    )


def people(found: tuple[facts.Person, ...], total: int) -> People:
    return People(total=total, people=tuple(person(each, None) for each in found))


def filters(found: tuple[facts.Person, ...]) -> Filters:
    groups = Counter(group for each in found for group in each.groups)
    genders = Counter(each.gender for each in found if each.gender)
    return Filters(groups=_counted(groups), genders=_counted(genders))


def collections(found: tuple[galleries.Collection, ...]) -> Collections:
    return Collections(collections=tuple(Collection.model_validate(each) for each in found))


def _counted(counter: Counter[str]) -> tuple[Filter, ...]:
    return tuple(Filter(name=name, people=count) for name, count in counter.most_common())


def _portrait(who: facts.Person, credit: facts.Credit | None) -> Portrait | None:
    if not who.wikidata:
        return None
    known = None if credit is None else Credit.model_validate(credit)
    return Portrait(url=f"/api/v1/people/{who.id}/portrait", credit=known)


def _ranked_face(index: int, ranked: RankedFace | AwsRankedFace, credits: Credits) -> LookalikeFace:
    matches: tuple[matching.Match | AwsMatch, ...] = ranked.matches
    return LookalikeFace(
        **dict(_face(index, ranked.face)),
        people=tuple(_ranked(n, m, credits) for n, m in enumerate(matches, 1)),
        references=tuple(Score.model_validate(each) for each in ranked.references),
    )


def _ranked(rank: int, match: matching.Match | AwsMatch, credits: Credits) -> RankedPerson:
    who = person(match.person, credits.get(match.person.id))
    return RankedPerson(**dict(who), rank=rank, score=Score.model_validate(match.score))


def _face(index: int, face: analyzer.Face) -> Face:
    return Face(
        index=index,
        box=Box.model_validate(face.box),
        landmarks=Landmarks.model_validate(face.landmarks),
        quality=Quality.model_validate(face.quality),
    )


def _faces(photo: analyzer.Photo) -> tuple[Face, ...]:
    return tuple(_face(index, face) for index, face in enumerate(photo.faces))


def _reference(photo: analyzer.Photo) -> Reference:
    return Reference(photo=Photo.model_validate(photo), faces=_faces(photo))


def _searched(
    engine: AnyEngine, found: EngineLookalikes | AwsLookalikes, collection: str | None
) -> Searched:
    if isinstance(found, AwsLookalikes):
        return Searched(collection=found.collection, people=None)
    searched = [c for c in engine.gallery.collections() if collection in (None, c.id)]
    return Searched(collection=collection, people=sum(each.people for each in searched))


def _model(engine: AnyEngine) -> Model:
    return Model.model_validate(engine.model)


def _timings(photo: analyzer.Photo, match: float = 0.0) -> Timings:
    steps = asdict(photo.timings) | {"match": match}
    return Timings(**steps, total=sum(steps.values()))
