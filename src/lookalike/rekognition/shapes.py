"""Faces as structures of the Rekognition model: ratios of the displayed photo, percentages."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from lookalike.faces.geometry import Box
from lookalike.faces.photo import Face, Photo
from lookalike.gallery.people import Person
from lookalike.gallery.records import FaceRecord, Refusal, Refused
from lookalike.rekognition.context import Context
from lookalike.rekognition.faces import attributes, landmarks, scales
from lookalike.rekognition.wire.validation import Members

# What ComparedFace has of them, which no request asks for.
OF_COMPARED = frozenset({"SMILE", "EMOTIONS"})
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
    """FaceDetail of each face, with those of the attributes asked for that are told."""
    found = [_detail(context, each, photo, asked) for each in faces]
    if not attributes.guessed(asked):
        return found
    guesses = context.engine.analyzer.attributes(faces)
    return [
        each | attributes.of_guess(guess, asked) for each, guess in zip(found, guesses, strict=True)
    ]


def _detail(context: Context, found: Face, photo: Photo, asked: Collection[str]) -> Members:
    detail = face(found, photo) | _told(context, found, asked)
    if attributes.ALL in asked:
        detail["Landmarks"] = landmarks.all_of(found, photo)
    return detail


def compared(context: Context, found: Face, photo: Photo) -> Members:
    """ComparedFace; under the setting `attributes = complete` with Smile and Emotions."""
    return face(found, photo) | _told(context, found, of_compared(context))


def of_compared(context: Context) -> Collection[str]:
    """The attributes that ComparedFace is sent with."""
    return OF_COMPARED if _complete(context) else frozenset()


def _told(context: Context, found: Face, asked: Collection[str]) -> Members:
    return attributes.of_traits(found.traits, asked, complete=_complete(context))


def _complete(context: Context) -> bool:
    return context.settings.attributes == "complete"


def face(found: Face, photo: Photo) -> Members:
    """What FaceDetail and ComparedFace have in common."""
    return {
        **face_box(found, photo),
        "Landmarks": landmarks.five(found, photo),
        "Pose": _pose(found),
        "Quality": {
            "Brightness": scales.brightness(found.quality),
            "Sharpness": scales.sharpness(found.quality),
        },
    }


def face_box(found: Face, photo: Photo) -> Members:
    """ComparedSourceImageFace: where a face is, and how surely it is one (0 to 100).

    A face that is cut off has a box that leaves 0 to 1.
    """
    return {
        "BoundingBox": bounding_box(found.box.in_shares(photo.width, photo.height)),
        "Confidence": scales.confidence(found.quality.score, on_face=found.quality.on_face),
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
        "Confidence": scales.confidence(found.score or 1.0, on_face=found.on_face),
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


def _pose(found: Face) -> Members:
    pose = found.quality.pose
    return {"Roll": pose.roll, "Yaw": pose.yaw, "Pitch": pose.pitch}
