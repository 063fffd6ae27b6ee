"""What AWS tells of a face (FaceDetail, ComparedFace) -> a face of ours."""

from __future__ import annotations

import numpy as np

from lookalike.aws.client import Members
from lookalike.faces.attributes import Attributes
from lookalike.faces.geometry import Box, Landmarks, Point
from lookalike.faces.image import Image
from lookalike.faces.photo import Face
from lookalike.faces.quality import Pose, Quality

_POINTS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


def face(found: Members, image: Image) -> Face:
    """A FaceDetail or ComparedFace, in pixels of the photo, without crop and embedding."""
    within = box(found, image)
    points = {each["Type"]: each for each in found["Landmarks"]}
    pose, quality = found["Pose"], found["Quality"]
    return Face(
        box=within,
        landmarks=Landmarks(
            *(Point(points[n]["X"] * image.width, points[n]["Y"] * image.height) for n in _POINTS)
        ),
        quality=Quality(
            score=found["Confidence"] / 100,
            size=within.width,
            sharpness=quality["Sharpness"],
            brightness=quality["Brightness"],
            pose=Pose(yaw=pose["Yaw"], pitch=pose["Pitch"], roll=pose["Roll"]),
        ),
        crop=np.empty((0, 0, 3), np.uint8),
        embedding=np.empty(0, np.float32),
    )


def attributes(found: Members) -> Attributes:
    """The AgeRange and Gender of a FaceDetail."""
    age, gender = found["AgeRange"], found["Gender"]
    sure = gender["Confidence"] / 100
    return Attributes(age["Low"], age["High"], sure if gender["Value"] == "Female" else 1 - sure)


def box(found: Members, image: Image) -> Box:
    """The BoundingBox of a face, in pixels of the photo."""
    shares = found["BoundingBox"]
    box = Box(shares["Left"], shares["Top"], shares["Width"], shares["Height"])
    return box.in_pixels(image.width, image.height)
