"""Each network in the library that is fastest with it on this processor, which is measured once.

Only libraries that compute alike are compared: between both in float32 no cosine of two faces moves
by more than 0.0014, between float32 and bfloat16 one in a hundred moves by 0.011 (7,140 pairs of
LFW). So where the processor has bfloat16 and the settings allow it there is no choice, and OpenVINO
is ahead by half. In float32 ONNX Runtime takes three quarters of its time for the detector, and
half again as long for the others.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np

from lookalike.cache import kept
from lookalike.faces.models.libraries.onnx_runtime import ONNXRuntime
from lookalike.faces.models.libraries.openvino_runtime import OpenVINO
from lookalike.faces.models.manifest import Fed, Folders
from lookalike.faces.models.network import ANY, Library, Network, Runtime, Shape

# Calls of each, in turns; the fastest counts, which other work on the machine delays least.
_CALLS = 6
# Rows of a network that takes any number.
_ROWS = 2
# How much faster than the first another library must be, so that a choice is no accident.
_CLEARLY = 0.9


class Fastest:
    """Opens each network in one of both libraries."""

    def __init__(self, folders: Folders, precision: str, threads: int) -> None:
        self._folders = folders
        openvino = OpenVINO(folders, precision, threads)
        self._made: dict[str, Callable[[], Runtime]] = {"openvino": lambda: openvino}
        if openvino.precision == ONNXRuntime.precision:
            # Opened where it is wanted: it takes 20 MB.
            self._made["onnxruntime"] = cache(lambda: ONNXRuntime(folders, threads))
        versions = [f"{each} {version(each)}" for each in self._made]
        self._machine = f"{openvino.processor} {versions} {precision} {threads}"
        self._times: dict[str, Mapping[str, float]] = {}

    def open(self, fed: Fed, shape: Shape) -> Network:
        """Open a network; the first time on a machine it is opened and timed in each library."""
        if fed.model.sha256 not in self._times:
            self._times[fed.model.sha256] = self._known(fed, shape)
        return self._fastest(fed).open(fed, shape)

    def library(self, fed: Fed) -> Library:
        return replace(self._fastest(fed).library(fed), times=self._times[fed.model.sha256])

    def _fastest(self, fed: Fed) -> Runtime:
        return self._made[fastest(self._times[fed.model.sha256])]()

    def _known(self, fed: Fed, shape: Shape) -> Mapping[str, float]:
        """Milliseconds in each library, the usual one first."""
        how = f"{self._machine} {fed.model.sha256}"
        digest = sha256(how.encode()).hexdigest()[:24]
        path: Path = self._folders.cache / "fastest" / f"{fed.model.name}-{digest}"
        data = kept(path, self._folders.cache, lambda: self._measured(fed, shape))
        times: Mapping[str, float] = json.loads(data)
        return times

    def _measured(self, fed: Fed, shape: Shape) -> bytes:
        opened = dict(self._openable(fed, shape))
        rows = _ROWS if shape[0] == ANY else shape[0]
        pictures = np.random.default_rng(0).integers(0, 256, (rows, *shape[1:]), np.uint8)
        best = dict.fromkeys(opened, float("inf"))
        for _ in range(_CALLS):
            for name, network in opened.items():
                started = time.perf_counter()
                network(pictures)
                best[name] = min(best[name], (time.perf_counter() - started) * 1000)
        return json.dumps(best).encode()

    def _openable(self, fed: Fed, shape: Shape) -> Iterator[tuple[str, Network]]:
        """In each library that can; the usual one raises what is wrong."""
        for place, (name, made) in enumerate(self._made.items()):
            try:
                yield name, made().open(fed, shape)
            # What libraries raise of a network that they cannot run is of no common kind.
            except Exception:
                if not place:
                    raise


def fastest(times: Mapping[str, float]) -> str:
    """The library of the least time if that is clearly less than the first one's, else the first.

    Args:
        times: milliseconds of each.
    """
    (usual, bar), *_ = times.items()
    best = min(times, key=lambda each: times[each])
    return best if times[best] < _CLEARLY * bar else usual
