"""Opens networks with the chosen library and runs batches through them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from lookalike.cache import say_unusable
from lookalike.faces.models.graph import prepared
from lookalike.faces.models.manifest import Folders, Model
from lookalike.faces.models.network import Network, Runtime, Shape
from lookalike.faces.vectors import Floats


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

    def open(self, model: Model, shape: Shape) -> Network:
        # A fixed height and width run a quarter faster than free ones, which also cost some
        # 30 ms whenever they change.
        graph = self._core.read_model(prepared(model, self._folders, rewrite_prelu=False))
        graph.reshape(list(shape))
        return _OpenVINONetwork(self._compiled(graph))

    def _compiled(self, graph: Any) -> object:
        try:
            return self._core.compile_model(graph, "CPU", self._options)
        except RuntimeError as error:
            # Where it was the cache, it works without, and the network is compiled at every start.
            options = {key: value for key, value in self._options.items() if key != "CACHE_DIR"}
            compiled = self._core.compile_model(graph, "CPU", options)
            say_unusable(self._folders.cache, OSError(str(error).strip().splitlines()[-1]))
            return compiled


class _OpenVINONetwork:
    def __init__(self, compiled: object) -> None:
        self._request = compiled.create_infer_request()  # type: ignore[attr-defined]

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        answer = self._request.infer([batch], share_inputs=True)
        return tuple(answer.to_tuple())


class _ONNXRuntime:
    def __init__(self, folders: Folders, threads: int) -> None:
        self._folders = folders
        self._threads = threads
        self._opened: dict[Model, Network] = {}

    def open(self, model: Model, shape: Shape) -> Network:
        # One session takes every shape at full speed.
        if model not in self._opened:
            self._opened[model] = _ONNXRuntimeNetwork(self._session(model))
        return self._opened[model]

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
    def __init__(self, session: object) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name  # type: ignore[attr-defined]

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        return tuple(self._session.run(None, {self._input: batch}))  # type: ignore[attr-defined]
