"""What is told of a face, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Trait(StrEnum):
    """What is there on a face, or is not."""

    EYES_OPEN = "eyes_open"
    MOUTH_OPEN = "mouth_open"
    SMILE = "smile"
    EYEGLASSES = "eyeglasses"
    SUNGLASSES = "sunglasses"
    BEARD = "beard"
    MUSTACHE = "mustache"
    OCCLUDED = "occluded"
    # Whether it is rather this than calm: no other emotion was seen often enough to be learnt.
    HAPPY = "happy"


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes look, head and eyes together, in degrees from the camera.

    Attributes:
        yaw: positive to the right of the picture.
        pitch: positive upwards.
    """

    yaw: float
    pitch: float


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """
    Attributes:
        likely: how likely each is there, 0 to 1: of 100 faces with 0.9, 90 have it.
        gaze: of eyes that are hidden it is a guess by the head alone.
    """

    likely: Mapping[Trait, float]
    gaze: Gaze
