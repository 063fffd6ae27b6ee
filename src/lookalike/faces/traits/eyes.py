"""The eyes of a face, as MediaPipe's iris network has them: their contours, and where they look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lookalike.faces.align import cut, square_around
from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.models.manifest import IRIS
from lookalike.faces.models.network import Network, Runtime
from lookalike.faces.quality import Pose
from lookalike.faces.traits.traits import Gaze
from lookalike.faces.vectors import Floats

_SIDE = 64
# What the network was trained with: a square of 2.3 times the eye's width around its middle
# (iris_landmark_landmarks_to_roi.pbtxt, `scale_x`), of the eye on the left; the other is mirrored.
_AROUND = 2.3
# Corners of the eye on the left and on the right, in the mesh.
_CORNERS = ((33, 133), (362, 263))
# Of the network's 71 points the first 16 are the lids: the corner outside, seven of the lower lid,
# the corner inside, seven of the upper lid.
_OUTER, _LOWER, _INNER, _UPPER = 0, slice(1, 8), 8, slice(9, 16)

# Fitted to the faces of half the people in the labels, of which both passes agree where they look
# (`lookalike evaluate attributes`). An iris moves by a hundredth of the eye's width in 0.9 degrees:
# sin(0.9) times an eyeball's radius of 12 mm, over an eye of 25 mm, would be 0.75.
_YAW_OF_IRIS = 90.0
# Lids follow the iris up and down, and a nodding head lifts them: so less of the head counts.
_PITCH_OF_HEAD, _PITCH_OF_IRIS, _PITCH_LEVEL = 0.33, -142.0, -8.0
# Degrees to a side from which on eyes do not look into the camera.
AWAY = 12.0


@dataclass(frozen=True, slots=True)
class Eyes:
    """
    Attributes:
        openness: distance of the lids in widths of the eye, of the eye that is open more: 0.22 at
            the median, below 0.13 with most that are closed.
        across, down: how far the irises are from the middle of the corners, in widths of the eye.
    """

    openness: float
    across: float
    down: float

    def gaze(self, head: Pose) -> Gaze:
        """Where they look in a head that is turned like that."""
        yaw = head.yaw + _YAW_OF_IRIS * self.across
        pitch = _PITCH_OF_HEAD * head.pitch + _PITCH_OF_IRIS * self.down + _PITCH_LEVEL
        return Gaze(yaw, pitch)


class EyeReader:
    """Opens the network; not for several threads at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._network: Network = runtime.open(IRIS, (2, _SIDE, _SIDE, 3))

    def read(self, pixels: Pixels, mesh: Mesh) -> Eyes:
        """Of a face in (height, width, 3) RGB."""
        points = mesh.points[:, :2].astype(np.float64)
        across = points[_CORNERS[1][1]] - points[_CORNERS[0][0]]
        left, right = (
            cut(pixels, _square(points[one], points[other], across), _SIDE)
            for one, other in _CORNERS
        )
        contours, irises = self._network(np.stack([left, right[:, ::-1]]))
        lids = contours.reshape(2, -1, 3)[..., :2].copy()
        middles = irises.reshape(2, -1, 3)[:, 0, :2].copy()
        for each in (lids[1], middles[1]):
            each[..., 0] = _SIDE - 1 - each[..., 0]
        return _eyes(lids, middles)


def _eyes(lids: Floats, irises: Floats) -> Eyes:
    """Of the (2, 71, 2) contours and (2, 2) middles of the irises."""
    outer, inner = lids[:, _OUTER], lids[:, _INNER]
    widths = np.maximum(np.linalg.norm(outer - inner, axis=1), 1e-6)
    gaps = np.linalg.norm(lids[:, _UPPER] - lids[:, _LOWER], axis=2).mean(axis=1) / widths
    shift = ((irises - (outer + inner) / 2) / widths[:, None]).mean(axis=0)
    return Eyes(float(gaps.max()), float(shift[0]), float(shift[1]))


def _square(one: Floats, other: Floats, across: Floats) -> Floats:
    """The (2, 3) matrix that brings the square around an eye, its top along `across`, to ours."""
    width = float(np.linalg.norm(one - other))
    return square_around((one + other) / 2, _AROUND * width, across, _SIDE)
