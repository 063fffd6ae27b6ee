"""Opens networks with the chosen library and runs batches through them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import cv2
import numpy as np

from lookalike.cache import say_unusable
from lookalike.faces.image import Pixels
from lookalike.faces.models.graph import prepared
from lookalike.faces.models.manifest import Fed, Folders, Model
from lookalike.faces.models.network import Network, Runtime, Shape
from lookalike.faces.vectors import Floats

_CHANNELS = 3


def create(
    name: Literal["openvino", "onnxruntime"],
    *,
    folders: Folders,
    precision: Literal["float32", "bfloat16"],
    threads: int,
) -> Runtime:
    """The runtime of that name. ONNX Runtime always computes in float32."""
    if name == "openvino":
        return _OpenVINO(folders, precision, threads)
    return _ONNXRuntime(folders, threads)


@contextmanager
def _without_telemetry() -> Iterator[None]:
    """OpenVINO imports what counts its users if that is there. It looks into the home folder, and
    fails where there is none; nobody is to be counted here anyway."""
    name = "openvino_telemetry"
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before


class _OpenVINO:
    def __init__(self, folders: Folders, precision: str, threads: int) -> None:
        with _without_telemetry():
            import openvino

        self._folders = folders
        self._core = openvino.Core()
        able = "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._options = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # Else the workers of a server are all pinned to the first core.
            "ENABLE_CPU_PINNING": False,
            "PERFORMANCE_HINT": "LATENCY",
            # Compiled once a machine: opening a network takes a quarter of the time after that.
            "CACHE_DIR": str(folders.cache / "openvino"),
            "INFERENCE_PRECISION_HINT": "bf16" if able and precision == "bfloat16" else "f32",
        }

    def open(self, fed: Fed, shape: Shape) -> Network:
        graph = self._core.read_model(prepared(fed.model, self._folders, rewrite_prelu=False))
        graph = _with_pixels(graph, fed)
        # A fixed height and width run a quarter faster than free ones, which also cost some
        # 30 ms whenever they change.
        graph.reshape(list(shape))
        return _OpenVINONetwork(self._compiled(graph), fed)

    def _compiled(self, graph: Any) -> object:
        try:
            return self._core.compile_model(graph, "CPU", self._options)
        except RuntimeError as error:
            # Where it was the cache, it works without, and the network is compiled at every start.
            options = {key: value for key, value in self._options.items() if key != "CACHE_DIR"}
            compiled = self._core.compile_model(graph, "CPU", options)
            say_unusable(self._folders.cache, OSError(str(error).strip().splitlines()[-1]))
            return compiled


def _with_pixels(graph: Any, fed: Fed) -> Any:
    """The graph with pictures for its input: the runtime converts them on the way to where it
    needs them anyway."""
    from openvino import Layout, Type
    from openvino.preprocess import PrePostProcessor

    planes = graph.input().get_partial_shape()[1] == _CHANNELS
    steps = PrePostProcessor(graph)
    kind = Type.u8 if _plain(fed) else Type.f32
    steps.input().tensor().set_element_type(kind).set_layout(Layout("NHWC"))
    steps.input().model().set_layout(Layout("NCHW" if planes else "NHWC"))
    pixels = steps.input().preprocess().convert_element_type(Type.f32)
    if fed.colour == "bgr":
        pixels.reverse_channels()
    return steps.build()


def _plain(fed: Fed) -> bool:
    """Whether it is fed pixels as they are."""
    return (fed.mean, fed.std) == (0, 1)


def _normalised(pictures: Pixels, fed: Fed) -> Pixels | Floats:
    """What a network is fed, in the order of an RGB picture. Runtimes would do this as well, but
    in bfloat16 they would take off 123 where 122.782 is the mean."""
    if _plain(fed):
        return pictures
    mean = np.broadcast_to(np.asarray(fed.mean, np.float32), _CHANNELS)
    in_order = mean[::-1] if fed.colour == "bgr" else mean
    return np.asarray((pictures - in_order) / np.float32(fed.std))


class _OpenVINONetwork:
    def __init__(self, compiled: Any, fed: Fed) -> None:
        self._fed = fed
        self._request = compiled.create_infer_request()
        self._outputs = range(len(compiled.outputs))

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        from openvino import Tensor

        # `infer` looks for what it was given, and copies what comes: 0.4 ms a call.
        given = _normalised(pictures, self._fed)
        self._request.set_input_tensor(Tensor(given, shared_memory=True))
        self._request.start_async()
        self._request.wait()
        return tuple(self._request.get_output_tensor(each).data for each in self._outputs)


class _ONNXRuntime:
    def __init__(self, folders: Folders, threads: int) -> None:
        self._folders = folders
        self._threads = threads
        self._opened: dict[Model, object] = {}

    def open(self, fed: Fed, shape: Shape) -> Network:
        # One session takes every shape at full speed.
        if fed.model not in self._opened:
            self._opened[fed.model] = self._session(fed.model)
        return _ONNXRuntimeNetwork(self._opened[fed.model], fed)

    def _session(self, model: Model) -> object:
        import onnxruntime

        # Nobody is to be counted, as with OpenVINO.
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        graph = prepared(model, self._folders, rewrite_prelu=True)
        source = graph if isinstance(graph, bytes) else str(graph)
        return onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])


class _ONNXRuntimeNetwork:
    def __init__(self, session: Any, fed: Fed) -> None:
        self._session = session
        self._fed = fed
        (self._input,) = session.get_inputs()

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        batch = _normalised(pictures, self._fed)
        channels = slice(None, None, -1 if self._fed.colour == "bgr" else 1)
        if self._input.shape[1] == _CHANNELS:
            batch = _planes(batch, channels)
        else:
            batch = np.ascontiguousarray(batch[..., channels], np.float32)
        return tuple(self._session.run(None, {self._input.name: batch}))


def _planes(pictures: Pixels | Floats, channels: slice) -> Floats:
    """(n, 3, height, width) of (n, height, width, 3), with some order of channels."""
    batch = np.empty((len(pictures), _CHANNELS, *pictures.shape[1:3]), np.float32)
    for picture, planes in zip(pictures, batch, strict=True):
        # Four times as fast as a transposition.
        for plane, values in zip(planes[channels], cv2.split(picture), strict=True):
            plane[:] = values
    return batch
