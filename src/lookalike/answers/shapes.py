"""The JSON that the API, `--json` and the page share; `photos` and `people` make it.

Scores are ours, or Amazon's, which never stand in a field of ours.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike.aws.score import Measure
from lookalike.errors import Subject
from lookalike.faces.coverage import Hindrance
from lookalike.gallery.people import FIELDS
from lookalike.scores.similarity import Verdict


class Answer(BaseModel):
    """What every answer is made of."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class AwsScore(Answer):
    """As Amazon Rekognition told it, on a scale of its own."""

    measure: Measure = Field(
        description="MatchConfidence of a celebrity whom it recognised; else Similarity."
    )
    value: float = Field(description="0 to 100.")


class Score(Answer):
    """Where Amazon Rekognition looked, `aws` holds its score, and everything else is null."""

    similarity: float | None = Field(
        default=None, description="Is this the same person? 0 to 100, from 80 on yes."
    )
    resemblance: float | None = Field(
        default=None, description="How rare this is among strangers, 0 to 100."
    )
    one_in: int | None = Field(
        default=None, description="One stranger in this many is at least as alike."
    )
    verdict: Verdict | None = None
    cosine: float | None = Field(default=None, description="Of the two embeddings, -1 to 1.")
    extrapolated: bool | None = Field(
        default=None, description="Whether this lies beyond what was observed."
    )
    enough: bool | None = Field(
        default=None,
        description="Whether enough shows to tell who it is: of one of two faces that are compared "
        "at least, or of the face that people are searched for.",
    )
    aws: AwsScore | None = None


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


class Coverage(Answer):
    """How much of a face shows."""

    sunglasses: float = Field(description="How surely they are worn, 0 to 1.")
    mask: float = Field(description="The same of a mask over nose and mouth.")
    human: bool = Field(
        description="Whether it is a photo of a human face; false: an animal, a drawing, a statue."
    )
    enough: bool = Field(
        description="Whether enough shows to tell who it is: it is not tiny, blurred or covered."
    )
    hindrances: tuple[Hindrance, ...] = Field(
        description="Why too little shows; `covered`: by a hand or hair, or it is turned away."
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
    changeable: bool = Field(
        default=False,
        description="Whether the licence is known, and allows that something new is made of it.",
    )


class Portrait(Answer):
    url: str
    credit: Credit | None = Field(description="Known once the portrait has been fetched.")


class Person(Answer):
    id: str
    collection: str
    name: Name
    description: Name
    born: str | None = Field(
        description="An ISO date, perhaps only the year: `1961-08-04`, `1961`; `-0099` is 100 BC."
    )
    died: str | None
    groups: tuple[str, ...]
    group_names: tuple[Name, ...] = Field(
        description="The same in both languages, as far as they are known."
    )
    gender: str | None = Field(
        description="`female`, `male`, `nonbinary` or `other`, only as the source states it."
    )
    country: str | None = Field(description="In two letters (ISO 3166-1): `KR`.")
    fields: tuple[str, ...] = Field(
        description="What they are publicly known for, the foremost first: "
        f"{', '.join(f'`{each}`' for each in FIELDS)}."
    )
    links: tuple[Link, ...]
    portrait: Portrait | None


class RankedPerson(Person):
    rank: int
    score: Score


class ComparedPerson(Person):
    score: Score


# A point of a mesh: x and y.
MeshPoint = tuple[float, float]


class PortraitMesh(Answer):
    """Of the face in the square picture of a portrait: `.../portrait?aligned=1`."""

    side: int = Field(description="Of that picture, in pixels, which the points are in.")
    points: tuple[MeshPoint, ...] = Field(description="The 468 of MediaPipe's face model.")


class Face(Answer):
    index: int
    box: Box
    landmarks: Landmarks
    quality: Quality
    coverage: Coverage | None = Field(description="Null where Amazon looked: it does not tell.")
    mesh: tuple[MeshPoint, ...] | None = Field(
        default=None,
        description="Only if asked for: the 468 points of MediaPipe's face model, in pixels of the "
        "photo. Null where Amazon looked.",
    )


class Standing(Answer):
    """How the best match compares with other people's best matches in the same crowd."""

    share: float = Field(
        description="Of strangers whose best match among the people searched is weaker, 0 to 1."
    )


class LookalikeFace(Face):
    people: tuple[RankedPerson, ...]
    references: tuple[Score, ...] = Field(description="One for each reference photo.")
    person: ComparedPerson | None = Field(
        default=None, description="The one whom `person` asked for, and how alike they are."
    )
    order: Literal["identity", "look"] = Field(
        description="Of `people`. `look`: by face, shape and hair together, so that the scores, "
        "which are of the face alone, need not fall; whoever has a similarity of 80 comes first."
    )
    standing: Standing | None = Field(
        description="Of the first of `people`, as strong as the order has it; null where there is "
        "nobody, or nothing tells: of Amazon, and of models without a cohort."
    )


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
    calibrated: bool | None = Field(
        description="Whether both scores were fitted to this model; null: they are Amazon's."
    )
    notes: tuple[Name, ...] = Field(description="What is to be known of answers with this model.")


class Searched(Answer):
    collection: str | None = Field(description="None: all collections.")
    people: int | None = Field(description="Null where Amazon looked: it does not tell.")


class Timings(Answer):
    """Milliseconds of each step on the photo; waiting and references are not counted."""

    decode: float
    detect: float
    mesh: float
    align: float
    embed: float
    appearance: float = Field(description="How faces look; 0 but with the order `look`.")
    match: float
    total: float


class Charged(Answer):
    """An answer that may have cost calls to AWS."""

    aws_calls: dict[str, int] = Field(
        default={}, description="Calls that AWS answered, by operation."
    )


class EngineFacts(Charged):
    engine: Literal["local", "aws"]
    model: Model


class Ranking(Answer):
    """Of one face among other people."""

    people: tuple[RankedPerson, ...]
    order: Literal["identity", "look"]
    standing: Standing | None


class Again(Answer):
    """The people among whom a search was narrowed down, for each face of the photo."""

    faces: tuple[Ranking, ...]
    gallery: Searched


class Lookalikes(Charged):
    photo: Photo
    faces: tuple[LookalikeFace, ...]
    references: tuple[Reference, ...]
    model: Model
    gallery: Searched
    notice: str | None = Field(
        default=None, description="Why a face has nobody, and what to do about it."
    )
    sealed: str | None = Field(
        default=None,
        description="The faces, encrypted for `/api/v1/lookalikes/again`, where that was asked "
        "for.",
    )
    timings_ms: Timings


class Comparison(Charged):
    source: Reference
    target: Photo
    faces: tuple[ComparedFace, ...]
    model: Model
    timings_ms: Timings


class Guess(Answer):
    """How a picture looks to a network, which is not who somebody is."""

    age_low: int = Field(description="Years.")
    age_high: int
    female: float = Field(description="How likely, 0 to 1; the rest is male.")


class DetectedFace(Face):
    guess: Guess | None = Field(description="Only if asked for.")


class Detection(Charged):
    photo: Photo
    faces: tuple[DetectedFace, ...]
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
    countries: tuple[Filter, ...]
    fields: tuple[Filter, ...]


class Collection(Answer):
    id: str
    people: int
    faces: int
    read_only: bool


class Collections(Answer):
    collections: tuple[Collection, ...]


class KnownPerson(Answer):
    """Somebody who is there."""

    id: str
    name: str
    similarity: float = Field(description="Of their face to the one in question, 0 to 100.")


class Problem(Answer):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:lookalike:problem:no-face"])
    title: str
    status: int
    detail: str
    subject: Subject | None = Field(
        default=None, description="Which photo of the request was at fault."
    )
    number: int | None = Field(
        default=None, description="Which of several photos of that subject, from 0."
    )
    people: tuple[KnownPerson, ...] | None = Field(
        default=None, description="Who is there with another face, the most alike first."
    )
