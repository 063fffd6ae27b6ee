"""Faces as structures of the Rekognition model: ratios of the displayed photo, percentages."""

from __future__ import annotations

import re
import uuid

from lookalike.faces.analyzer import Face, Photo, Point
from lookalike.gallery.records import FaceRecord, Refused
from lookalike.rekognition.context import Context
from lookalike.rekognition.validation import Members


def face(found: Face, photo: Photo) -> Members:
    """What FaceDetail and ComparedFace have in common: everything that we measure."""
    return {
        **face_box(found, photo),
        "Landmarks": _landmarks(found, photo),
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
    box = found.box
    return {
        "BoundingBox": {
            "Width": box.width / photo.width,
            "Height": box.height / photo.height,
            "Left": box.left / photo.width,
            "Top": box.top / photo.height,
        },
        "Confidence": 100 * found.quality.score,
    }


def record(found: FaceRecord, context: Context) -> Members:
    """Face: what a collection keeps of one. A portrait of the starter is known by its id alone."""
    box = found.box
    return {
        "FaceId": found.id,
        "BoundingBox": box
        and {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top},
        "ImageId": found.image_id and _image_id(found.image_id),
        "ExternalImageId": found.external_image_id,
        "Confidence": found.score and 100 * found.score,
        "IndexFacesModelVersion": ".".join(re.findall("[0-9]+", context.engine.contract)),
        "UserId": found.person,
    }


def refused(face: Refused) -> Members:
    """A face that was not associated, disassociated or deleted."""
    reasons = [face.reason] if face.reason else []
    return {"FaceId": face.face, "UserId": face.person, "Reasons": reasons}


def _image_id(known_by: str) -> str:
    """An image's id in the form of AWS's: the same for the same bytes."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, known_by))


def _landmarks(found: Face, photo: Photo) -> list[Members]:
    """Amazon's left, like ours, is the left of the picture."""
    points = found.landmarks
    named: dict[str, Point] = {
        "eyeLeft": points.left_eye,
        "eyeRight": points.right_eye,
        "mouthLeft": points.mouth_left,
        "mouthRight": points.mouth_right,
        "nose": points.nose,
    }
    return [
        {"Type": name, "X": point.x / photo.width, "Y": point.y / photo.height}
        for name, point in named.items()
    ]


def _pose(found: Face) -> Members:
    pose = found.quality.pose
    return {"Roll": pose.roll, "Yaw": pose.yaw, "Pitch": pose.pitch}
