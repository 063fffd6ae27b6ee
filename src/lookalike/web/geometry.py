"""Where the faces of a photo are, in the JSON, and how well they are seen."""

from __future__ import annotations

from pydantic import Field

from lookalike.web.scores import Answer


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
