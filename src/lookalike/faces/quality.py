"""How usable a face is: size, sharpness, brightness, and pose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

if TYPE_CHECKING:
    from lookalike.faces.mesh import Mesh

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
        on_face: whether the mesh that was laid on it is rather on a face; where no mesh was, or it
            was not kept, it is taken to be.
    """

    score: float
    size: float
    sharpness: float
    brightness: float
    pose: Pose
    on_face: bool = True


def measure(crop: NDArray[np.uint8], mesh: Mesh, score: float, size: float) -> Quality:
    """Quality of one face from its aligned crop and its mesh."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    detail = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    on_face = mesh.presence >= 0
    return Quality(
        score=score,
        size=size,
        sharpness=100 * (1 - float(np.exp(-detail / _SHARP))),
        brightness=float(grey.mean()) / 2.55,
        # Else the points are anywhere.
        pose=pose_of_mesh(mesh.points) if on_face else pose(mesh.landmarks),
        on_face=on_face,
    )


def pose_of_mesh(points: Floats) -> Pose:
    """Of the (468, 3) points of a mesh: the rotation of the mean face that is nearest to them.

    Kabsch, 1976. Of a portrait that is tilted by 45 degrees each axis stays within 5 (the tests').
    """
    mean = _mean_face()
    left, _, right = np.linalg.svd(mean.T @ (points - points.mean(axis=0)).astype(np.float64))
    # A mirror image is no rotation.
    left[:, -1] *= np.sign(np.linalg.det(left @ right))
    return _angles((left @ right).T)


def pose(landmarks: Floats) -> Pose:
    """Of five landmarks alone, under a scaled orthographic camera.

    The (2, 3) map from the mean face to the picture is solved by least squares; the two
    orthonormal rows nearest to it are the camera's axes.
    """
    face = _FACE_3D - _FACE_3D.mean(axis=0)
    picture = landmarks - landmarks.mean(axis=0)
    camera = np.linalg.solve(face.T @ face, face.T @ picture).T
    u, _, vt = np.linalg.svd(camera, full_matrices=False)
    right, down = u @ vt
    return _angles(np.array([right, down, np.cross(right, down)]))


def _angles(turn: NDArray[np.float64]) -> Pose:
    """Of the (3, 3) rotation that brings the mean face to the picture.

    It nods first, then turns, and then leans: to tilt a photo changes the roll alone.
    """
    roll = np.arctan2(turn[1, 0], turn[0, 0])
    yaw = np.arctan2(turn[2, 0], np.hypot(turn[0, 0], turn[1, 0]))
    pitch = -np.arctan2(turn[2, 1], turn[2, 2])
    return Pose(*(float(np.degrees(each)) for each in (yaw, pitch, roll)))


@cache
def _mean_face() -> NDArray[np.float64]:
    """(468, 3), centred: the mean shape of the meshes of LFW's people, made its own mirror image,
    and turned so that half of those who look into the camera look up, half down."""
    with (resources.files(__package__) / "canonical.npy").open("rb") as file:
        return np.asarray(np.load(file), np.float64)
