"""Networks in ONNX Runtime, always in float32: the fastest for some where there is no AVX-512."""

from __future__ import annotations

import os
from typing import Any

import cv2
import numpy as np

from lookalike.errors import SetupError
from lookalike.faces.image import Pixels
from lookalike.faces.models.graph import prepared
from lookalike.faces.models.libraries.feeding import CHANNELS, normalised
from lookalike.faces.models.manifest import Fed, Folders, Model
from lookalike.faces.models.network import Library, Network, Shape
from lookalike.faces.vectors import Floats


class ONNXRuntime:
    """Opens networks."""

    precision = "float32"

    def __init__(
        self, folders: Folders, threads: int, provider: str = "CPUExecutionProvider"
    ) -> None:
        """
        Args:
            provider: ONNX Runtime's name of a way to compute.

        Raises:
            SetupError: the installed library does not have it.
        """
        # Nobody is to be counted, as with OpenVINO; this library begins when it is imported.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        there = onnxruntime.get_available_providers()
        if provider not in there:
            raise SetupError(
                f"The installed ONNX Runtime has no {provider}; it has {', '.join(there)}. Set "
                "LOOKALIKE_DEVICE to another, or install the onnxruntime made for yours."
            )
        self._folders = folders
        self._threads = threads
        self._provider = provider
        self._opened: dict[Model, object] = {}

    def library(self, fed: Fed) -> Library:
        return Library("onnxruntime", self.precision)

    def open(self, fed: Fed, shape: Shape) -> Network:
        # One session takes every shape at full speed.
        if fed.model not in self._opened:
            self._opened[fed.model] = self._session(fed.model)
        return _Network(self._opened[fed.model], fed)

    def _session(self, model: Model) -> object:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        graph = prepared(model, self._folders, rewrite_prelu=True)
        return onnxruntime.InferenceSession(graph, options, [self._provider])


class _Network:
    def __init__(self, session: Any, fed: Fed) -> None:
        self._session = session
        self._fed = fed
        (self._input,) = session.get_inputs()

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        batch = normalised(pictures, self._fed)
        channels = slice(None, None, -1 if self._fed.colour == "bgr" else 1)
        if self._input.shape[1] == CHANNELS:
            batch = _planes(batch, channels)
        else:
            batch = np.ascontiguousarray(batch[..., channels], np.float32)
        return tuple(self._session.run(None, {self._input.name: batch}))


def _planes(pictures: Pixels | Floats, channels: slice) -> Floats:
    """(n, 3, height, width) of (n, height, width, 3), with some order of channels."""
    batch = np.empty((len(pictures), CHANNELS, *pictures.shape[1:3]), np.float32)
    for picture, planes in zip(pictures, batch, strict=True):
        # Four times as fast as a transposition.
        for plane, values in zip(planes[channels], cv2.split(picture), strict=True):
            plane[:] = values
    return batch
