"""Landmarks under Amazon's names, as ratios of the displayed photo.

Left and right are those of the picture, as in Amazon's answers: eyeLeft is the eye on its left.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lookalike.faces.geometry import Point
from lookalike.faces.mesh import LEFT_EYE, RIGHT_EYE
from lookalike.faces.photo import Face, Photo
from lookalike.rekognition.wire.validation import Members

# Points of MediaPipe's canonical face model of which each is the mean. The model has no irises: a
# pupil is the middle of its eye's contour.
_POINTS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "leftEyeBrowLeft": (70,),
        "leftEyeBrowRight": (107,),
        "leftEyeBrowUp": (105,),
        "rightEyeBrowLeft": (336,),
        "rightEyeBrowRight": (300,),
        "rightEyeBrowUp": (334,),
        "leftEyeLeft": (33,),
        "leftEyeRight": (133,),
        "leftEyeUp": (159,),
        "leftEyeDown": (145,),
        "rightEyeLeft": (362,),
        "rightEyeRight": (263,),
        "rightEyeUp": (386,),
        "rightEyeDown": (374,),
        "noseLeft": (98,),
        "noseRight": (327,),
        "mouthUp": (0,),
        "mouthDown": (17,),
        "leftPupil": LEFT_EYE,
        "rightPupil": RIGHT_EYE,
        "upperJawlineLeft": (234,),
        "midJawlineLeft": (172,),
        "chinBottom": (152,),
        "midJawlineRight": (397,),
        "upperJawlineRight": (454,),
    }
)


def five(found: Face, photo: Photo) -> list[Members]:
    """Those of every answer with a face."""
    points = found.landmarks
    named: dict[str, Point] = {
        "eyeLeft": points.left_eye,
        "eyeRight": points.right_eye,
        "mouthLeft": points.mouth_left,
        "mouthRight": points.mouth_right,
        "nose": points.nose,
    }
    return [_landmark(name, point.x, point.y, photo) for name, point in named.items()]


def all_of(found: Face, photo: Photo) -> list[Members]:
    """All 30; the five where rather no face is, so that no points lie on one."""
    if found.mesh is None or found.mesh.presence < 0:
        return five(found, photo)
    means = {name: found.mesh.points[list(each)].mean(axis=0) for name, each in _POINTS.items()}
    more = [_landmark(name, at[0], at[1], photo) for name, at in means.items()]
    return [*five(found, photo), *more]


def _landmark(name: str, x: float, y: float, photo: Photo) -> Members:
    return {"Type": name, "X": float(x) / photo.width, "Y": float(y) / photo.height}
