"""Faces and users of a collection one by one, as they are listed, and what a change of them did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Protocol

from lookalike.faces.geometry import Box
from lookalike.gallery.starter import Starter


class Refusal(Enum):
    """Why a face was not given to a user, taken from one or deleted.

    The values lie in the database, in the answers that are kept for request tokens.
    """

    NO_SUCH_FACE = "FACE_NOT_FOUND"
    OF_ANOTHER_USER = "ASSOCIATED_TO_A_DIFFERENT_USER"
    OF_A_USER = "ASSOCIATED_TO_AN_EXISTING_USER"
    TOO_UNLIKE = "LOW_MATCH_CONFIDENCE"


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """
    Attributes:
        person: the user it belongs to, or None.
        image_id: what the image is known by.
        box: as shares of the image's width and height, where they are known.
        score: of the detector, 0 to 1.
        on_face: whether the mesh was rather on a face, as of all that were kept before it was kept.
    """

    id: str
    person: str | None
    image_id: str | None = None
    external_image_id: str | None = None
    box: Box | None = None
    score: float | None = None
    on_face: bool = True


@dataclass(frozen=True, slots=True)
class UserRecord:
    id: str
    faces: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A face that was not associated, disassociated or deleted.

    Attributes:
        reason: None: the user has no room for it.
        person: whose it is, or is not.
        similarity: to that person, 0 to 100, where that is the reason.
    """

    face: str
    reason: Refusal | None
    person: str | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of several faces did."""

    done: tuple[str, ...]
    refused: tuple[Refused, ...]
    faces: int = 0


class Records(Protocol):
    """The faces and users of one collection; pages are in the order of the ids."""

    def faces(
        self, after: str, limit: int, person: str | None = None, ids: Collection[str] | None = None
    ) -> tuple[FaceRecord, ...]:
        """Faces whose ids come after `after`; only of a user, or only those of `ids`, if given."""

    def users(self, after: str, limit: int) -> tuple[UserRecord, ...]:
        """Users whose ids come after `after`."""

    def tags(self) -> Mapping[str, str]:
        """The tags of the collection."""


class StarterRecords:
    """The starter gallery: read-only, its faces are known by their vectors alone."""

    def __init__(self, starter: Starter) -> None:
        ids = (each.id for each in starter.people)
        self._faces = sorted(zip(starter.face_ids, ids, strict=True))

    def faces(
        self, after: str, limit: int, person: str | None = None, ids: Collection[str] | None = None
    ) -> tuple[FaceRecord, ...]:
        found = (
            FaceRecord(face, owner)
            for face, owner in self._faces
            if face > after and person in (None, owner) and (ids is None or face in ids)
        )
        return tuple(islice(found, limit))

    def users(self, after: str, limit: int) -> tuple[UserRecord, ...]:
        found = (UserRecord(id, 1) for id in sorted(owner for _, owner in self._faces))
        return tuple(islice((each for each in found if each.id > after), limit))

    def tags(self) -> Mapping[str, str]:
        return {}
