"""A face in a picture -> what shows on it."""

from __future__ import annotations

from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.models.manifest import LITE0
from lookalike.faces.models.network import Network, Runtime
from lookalike.faces.quality import pose_of_mesh
from lookalike.faces.traits import classifiers
from lookalike.faces.traits.eyes import EyeReader
from lookalike.faces.traits.traits import Traits
from lookalike.faces.traits.views import SIDE, views


class TraitReader:
    """Opens both networks; not for several threads at once."""

    def __init__(self, runtime: Runtime) -> None:
        """
        Raises:
            SetupError: a network cannot be used.
        """
        self._eyes = EyeReader(runtime)
        self._network: Network = runtime.open(LITE0, (2, SIDE, SIDE, 3))
        self._classifiers = classifiers.opened()

    def read(self, pixels: Pixels, mesh: Mesh) -> Traits | None:
        """Of a face in (height, width, 3) RGB; None where rather no face is."""
        if mesh.presence < 0:
            return None
        parts, _ = self._network(views(pixels, mesh.landmarks))
        eyes = self._eyes.read(pixels, mesh)
        seen = classifiers.features(parts, eyes.openness)
        return Traits(self._classifiers.likely(seen), eyes.gaze(pose_of_mesh(mesh.points)))
