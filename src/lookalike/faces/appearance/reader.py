"""A face in a picture -> how it looks."""

from __future__ import annotations

import logging

import numpy as np

from lookalike.errors import SetupError
from lookalike.faces.appearance import components
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.appearance.components import Components
from lookalike.faces.appearance.head import SIDE, background_mask, crop, without_background
from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.models.manifest import LITE0, Folders, found
from lookalike.faces.models.network import Network, Runtime
from lookalike.faces.vectors import Floats

_log = logging.getLogger(__name__)


class AppearanceReader:
    """Opens what it needs with the first face; not for several threads at once."""

    def __init__(self, runtime: Runtime, folders: Folders) -> None:
        self._runtime = runtime
        self._folders = folders
        self._opened: _Opened | None = None
        self._tried = False

    def read(self, pixels: Pixels, mesh: Mesh) -> Appearance | None:
        """Of a face in (height, width, 3) RGB.

        None where rather no face is, and of all where the network is not there: it is never loaded
        while somebody waits.
        """
        if not self._tried:
            self._tried = True
            self._opened = self._open()
        if self._opened is None or mesh.presence < 0:
            return None
        return self._opened.read(pixels, mesh)

    def _open(self) -> _Opened | None:
        if found(LITE0.model, self._folders) is None:
            return None
        try:
            network = self._runtime.open(LITE0, (2, SIDE, SIDE, 3))
        except SetupError as error:
            _log.warning("Look-alikes keep the order of identity. %s", error)
            return None
        return _Opened(network, components.opened(), background_mask())


class _Opened:
    def __init__(self, network: Network, fitted: Components, mask: Floats) -> None:
        self._network = network
        self._fitted = fitted
        self._mask = mask

    def read(self, pixels: Pixels, mesh: Mesh) -> Appearance:
        head = without_background(crop(pixels, mesh.landmarks), self._mask)
        parts, wholes = self._network(np.stack([head, head[:, ::-1]]))
        return self._fitted.appearance(mesh.points, parts.mean(axis=0), wholes.mean(axis=0))
