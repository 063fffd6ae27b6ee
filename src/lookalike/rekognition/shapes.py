"""Faces as structures of the Rekognition model: ratios of the displayed photo, percentages."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from lookalike.faces.attributes import Attributes
from lookalike.faces.geometry import Box
from lookalike.faces.photo import Face, Photo
from lookalike.gallery.people import Person
from lookalike.gallery.records import FaceRecord, Refusal, Refused
from lookalike.rekognition import landmarks
from lookalike.rekognition.context import Context
from lookalike.rekognition.wire.validation import Members

# The attributes that a model here measures; all others are left out of every answer.
_GUESSED = frozenset({"ALL", "AGE_RANGE", "GENDER"})
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)
# What Amazon calls the reasons for which a face is left as it is.
REFUSALS: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.NO_SUCH_FACE: "FACE_NOT_FOUND",
        Refusal.OF_ANOTHER_USER: "ASSOCIATED_TO_A_DIFFERENT_USER",
        Refusal.OF_A_USER: "ASSOCIATED_TO_AN_EXISTING_USER",
        Refusal.TOO_UNLIKE: "LOW_MATCH_CONFIDENCE",
    }
)


def details(
    context: Context, photo: Photo, faces: Sequence[Face], asked: Collection[str]
) -> list[Members]:
    """FaceDetail of each face, with those of the attributes asked for that we measure."""
    found = [_detail(each, photo, asked) for each in faces]
    if not _GUESSED & set(asked):
        return found
    guesses = context.engine.analyzer.attributes(faces)
    return [each | _guessed(guess, asked) for each, guess in zip(found, guesses, strict=True)]


def _detail(found: Face, photo: Photo, asked: Collection[str]) -> Members:
    if "ALL" not in asked:
        return face(found, photo)
    return face(found, photo) | {"Landmarks": landmarks.all_of(found, photo)}


def face(found: Face, photo: Photo) -> Members:
    """What FaceDetail and ComparedFace have in common."""
    return {
        **face_box(found, photo),
        "Landmarks": landmarks.five(found, photo),
        "Pose": _pose(found),
        "Quality": {
            "Brightness": found.quality.brightness,
            "Sharpness": found.quality.sharpness,
        },
    }


def face_box(found: Face, photo: Photo) -> Members:
    """ComparedSourceImageFace: where a face is, and how sure the detector was (0 to 100).

    A face that is cut off has a box that leaves 0 to 1.
    """
    return {
        "BoundingBox": bounding_box(found.box.in_shares(photo.width, photo.height)),
        "Confidence": 100 * found.quality.score,
    }


def record(found: FaceRecord, context: Context) -> Members:
    """Face: what a collection keeps of one.

    Of a portrait that came without its photo, as all of the starter, the box is all of it, the
    image its own, and its name whom it shows: programs ask no face whether it has them.
    """
    whole = found.box is None
    return {
        "FaceId": found.id,
        "BoundingBox": bounding_box(found.box or _WHOLE),
        "ImageId": _image_id(found.image_id or found.id),
        "ExternalImageId": found.external_image_id or (found.person if whole else None),
        "Confidence": 100 * (found.score or 1.0),
        "IndexFacesModelVersion": context.model_version,
        "UserId": found.person,
    }


def refused(face: Refused) -> Members:
    """A face that was not associated, disassociated or deleted."""
    reasons = [REFUSALS[face.reason]] if face.reason else []
    return {"FaceId": face.face, "UserId": face.person, "Reasons": reasons}


def _image_id(known_by: str) -> str:
    """An image's id in the form of AWS's: the same for the same bytes."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, known_by))


def known_gender(person: Person) -> Members | None:
    """KnownGender, only as a source states it."""
    kinds = {
        "female": "Female",
        "male": "Male",
        "nonbinary": "Nonbinary",
        "other": "Unlisted",
    }
    return {"Type": kinds[person.gender]} if person.gender in kinds else None


def bounding_box(box: Box) -> Members:
    """BoundingBox of the model, of a box in shares of its photo."""
    return {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top}


def _guessed(guess: Attributes, asked: Collection[str]) -> Members:
    likelier = max(guess.female, 1 - guess.female)
    found = {
        "AGE_RANGE": ("AgeRange", {"Low": guess.age_low, "High": guess.age_high}),
        "GENDER": (
            "Gender",
            {"Value": "Female" if guess.female > 0.5 else "Male", "Confidence": 100 * likelier},
        ),
    }
    return dict(made for name, made in found.items() if {name, "ALL"} & set(asked))


def _pose(found: Face) -> Members:
    pose = found.quality.pose
    return {"Roll": pose.roll, "Yaw": pose.yaw, "Pitch": pose.pitch}
