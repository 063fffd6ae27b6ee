"""QualityFilter: which faces are too poor to be compared or indexed, and why.

Amazon does not publish its bars. Ours are on the numbers that DetectFaces shows;
docs/rekognition.md says what each holds back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lookalike.faces.photo import Face
from lookalike.rekognition.faces import scales

# Values of the model's Reason enum.
Reason = Literal[
    "EXTREME_POSE",
    "LOW_BRIGHTNESS",
    "LOW_CONFIDENCE",
    "LOW_FACE_QUALITY",
    "LOW_SHARPNESS",
    "SMALL_BOUNDING_BOX",
]


@dataclass(frozen=True, slots=True)
class QualityBar:
    """What a face needs.

    Attributes:
        confidence, sharpness: least, 0 to 100.
        size: least width of the face in pixels of the photo.
        darkest, brightest: brightness, 0 to 100.
        yaw, pitch: largest turn to either side, in degrees.
    """

    confidence: float
    size: float
    sharpness: float
    darkest: float
    brightest: float
    yaw: float
    pitch: float


_NONE = QualityBar(0, 0, 0, 0, 100, 180, 180)
_LOW = QualityBar(
    confidence=75, size=40, sharpness=13, darkest=30, brightest=99.8, yaw=60, pitch=35
)
_MEDIUM = QualityBar(
    confidence=95, size=56, sharpness=30, darkest=46, brightest=99.5, yaw=45, pitch=28
)
# A face of 80 pixels fills the crop that the recogniser takes in (median of the tests' faces); a
# smaller one is enlarged.
_HIGH = QualityBar(
    confidence=99, size=80, sharpness=63, darkest=55, brightest=98.9, yaw=30, pitch=20
)

# AUTO is left to the service by Amazon's documentation. Ours keeps whatever can be compared at all.
_BARS: Mapping[str, QualityBar] = MappingProxyType(
    {"NONE": _NONE, "AUTO": _LOW, "LOW": _LOW, "MEDIUM": _MEDIUM, "HIGH": _HIGH}
)


def passing(faces: tuple[Face, ...], quality_filter: str) -> tuple[Face, ...]:
    """The faces, in their order, that a QualityFilter of the model lets through."""
    return tuple(face for face in faces if not reasons(face, quality_filter))


def reasons(face: Face, quality_filter: str) -> tuple[Reason, ...]:
    """Why a QualityFilter of the model holds a face back; empty if it does not."""
    bar, quality = _BARS[quality_filter], face.quality
    sharpness, brightness = scales.sharpness(quality), scales.brightness(quality)
    confidence = scales.confidence(quality.score, on_face=quality.on_face)
    found: dict[Reason, bool] = {
        "EXTREME_POSE": abs(quality.pose.yaw) > bar.yaw or abs(quality.pose.pitch) > bar.pitch,
        "LOW_BRIGHTNESS": brightness < bar.darkest,
        "LOW_CONFIDENCE": confidence < bar.confidence,
        "LOW_FACE_QUALITY": brightness > bar.brightest,
        "LOW_SHARPNESS": sharpness < bar.sharpness,
        "SMALL_BOUNDING_BOX": quality.size < bar.size,
    }
    return tuple(reason for reason, holds in found.items() if holds)
