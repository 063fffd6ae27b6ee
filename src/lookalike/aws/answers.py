"""What the AWS engine answers with. Its scores are types of their own: they are AWS's, and cannot
be taken for ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lookalike.faces.photo import Face, Photo
from lookalike.gallery.people import Person

# Calls that AWS answered, by operation.
Calls = dict[str, int]
# What people whom only AWS knows belong to.
GALLERY = "aws"
# What AWS calls a number: of a celebrity whom it recognised, and of two faces.
Measure = Literal["MatchConfidence", "Similarity"]


@dataclass(frozen=True, slots=True)
class AwsScore:
    """What AWS says of two faces: nothing of how rare that is among strangers.

    Attributes:
        value: 0 to 100.
    """

    measure: Measure
    value: float


@dataclass(frozen=True, slots=True)
class AwsMatch:
    """A celebrity whom AWS recognised, or a person of the user's collection there."""

    person: Person
    score: AwsScore


@dataclass(frozen=True, slots=True, eq=False)
class AwsRankedFace:
    """A face of the photo with the people AWS names, and its score against each reference."""

    face: Face
    matches: tuple[AwsMatch, ...]
    references: tuple[AwsScore, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AwsPhoto(Photo):
    """A photo whose faces AWS found; their crops and embeddings are empty, for it tells none."""

    calls: Calls


@dataclass(frozen=True, slots=True, eq=False)
class AwsLookalikes:
    """The answer to a photo: its faces, the largest first; `references` in the order given.

    Attributes:
        collection: of the user's own in AWS, in which strangers were looked for; or None.
        notice: why some face has nobody, and what to do about it.
    """

    photo: Photo
    faces: tuple[AwsRankedFace, ...]
    references: tuple[Photo, ...]
    match_ms: float
    collection: str | None
    notice: str | None
    calls: Calls


@dataclass(frozen=True, slots=True, eq=False)
class AwsComparison:
    """The largest face of the source against every face of the target, in their order."""

    source: Photo
    target: Photo
    scores: tuple[AwsScore, ...]
    calls: Calls
