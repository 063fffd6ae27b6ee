"""How usable a face is: size, sharpness, brightness, and pose from the five landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

# Mean positions of the five landmarks in centimetres, x to the right of the picture, y down, z
# away from the camera: eyes (centre of their corners), nose tip and mouth corners of MediaPipe's
# canonical face model (vertices 33, 133, 263, 362, 1, 61, 291).
_FACE_3D = np.array(
    [
        [-3.151, -2.625, -3.466],
        [3.151, -2.625, -3.466],
        [0.0, 1.127, -7.476],
        [-2.456, 4.343, -4.284],
        [2.456, 4.343, -4.284],
    ]
)
# Variance of the Laplacian at which sharpness is 63, as it is in a good studio portrait (the tests'
# obama.jpg). The soft photos of LFW have a median of 27 (benchmarks/quality.py).
_SHARP = 420.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees. Yaw is positive when the face looks to the right of the picture, pitch when it
    looks up, roll when it leans clockwise."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Quality:
    """
    Attributes:
        score: the detector's confidence, 0 to 1.
        size: width of the face's box in pixels of the photo.
        sharpness: 0 (blurred) to 100.
        brightness: mean luma of the aligned face, 0 (black) to 100.
    """

    score: float
    size: float
    sharpness: float
    brightness: float
    pose: Pose


def measure(crop: NDArray[np.uint8], landmarks: Floats, score: float, size: float) -> Quality:
    """Quality of one face from its aligned crop and its (5, 2) landmarks."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    detail = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return Quality(
        score=score,
        size=size,
        sharpness=100 * (1 - float(np.exp(-detail / _SHARP))),
        brightness=float(grey.mean()) / 2.55,
        pose=pose(landmarks),
    )


def pose(landmarks: Floats) -> Pose:
    """Yaw, pitch and roll under a scaled orthographic camera.

    The (2, 3) map from the mean face to the picture is solved by least squares; the two
    orthonormal rows nearest to it are the camera's axes.
    """
    face = _FACE_3D - _FACE_3D.mean(axis=0)
    picture = landmarks - landmarks.mean(axis=0)
    camera = np.linalg.solve(face.T @ face, face.T @ picture).T
    u, _, vt = np.linalg.svd(camera, full_matrices=False)
    right, down = u @ vt
    away = np.cross(right, down)
    # The third column of the rotation is where the face's own depth axis points.
    gaze = -np.array([right[2], down[2], away[2]])
    yaw = np.arctan2(gaze[0], -gaze[2])
    pitch = np.arcsin(np.clip(-gaze[1], -1, 1))
    roll = np.arctan2(down[0], right[0])
    return Pose(*(float(np.degrees(each)) for each in (yaw, pitch, roll)))
