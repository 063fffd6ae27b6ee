"""Networks in OpenVINO: the fastest on most processors, in bfloat16 where they have it."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lookalike import extras
from lookalike.cache import kept
from lookalike.errors import SetupError
from lookalike.faces.image import Pixels
from lookalike.faces.models.graph import VERSION, prepared
from lookalike.faces.models.libraries.feeding import CHANNELS, normalised, plain
from lookalike.faces.models.manifest import Fed, Folders
from lookalike.faces.models.network import Library, Network, Shape
from lookalike.faces.vectors import Floats

_HINTS = {"bfloat16": "bf16", "float32": "f32"}


class OpenVINO:
    """Opens networks; what was compiled once on a machine is opened in a quarter of the time."""

    def __init__(self, folders: Folders, precision: str, threads: int, device: str = "CPU") -> None:
        """
        Args:
            device: `CPU` or `GPU`.

        Raises:
            ExtraMissing: OpenVINO is not installed.
            SetupError: there is no such device.
        """
        extras.check("openvino")
        with _without_telemetry():
            import openvino

        self._folders = folders
        self._core = openvino.Core()
        self._device = device
        there = self._core.available_devices
        if not any(each.startswith(device) for each in there):
            raise SetupError(
                f"OpenVINO has no {device} here; it has {', '.join(there)}. Set LOOKALIKE_DEVICE "
                "to another."
            )
        able = "BF16" in self._core.get_property(device, "OPTIMIZATION_CAPABILITIES")
        self.precision = "bfloat16" if able and precision == "bfloat16" else "float32"
        self._options: dict[str, object] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": _HINTS[self.precision],
        }
        if device == "CPU":
            self._options |= {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                # Else the workers of a server are all pinned to the first core.
                "ENABLE_CPU_PINNING": False,
            }
        self._machine = f"{openvino.__version__} {self.processor} {self._options}"

    @property
    def processor(self) -> str:
        """What it says of the device, and of what that can do."""
        names = ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")
        return " ".join(str(self._core.get_property(self._device, each)) for each in names)

    def library(self, fed: Fed) -> Library:
        return Library("openvino", self.precision)

    def open(self, fed: Fed, shape: Shape) -> Network:
        how = f"{self._machine} {fed.model.sha256} {VERSION} {plain(fed)} {fed.colour} {shape}"
        digest = hashlib.sha256(how.encode()).hexdigest()[:24]
        path = self._folders.cache / "openvino" / f"{fed.model.name}-{digest}"
        data = kept(path, self._folders.cache, lambda: self._compiled(fed, shape))
        return _Network(self._core.import_model(io.BytesIO(data), self._device, self._options), fed)

    def _compiled(self, fed: Fed, shape: Shape) -> bytes:
        graph = self._core.read_model(prepared(fed.model, self._folders, rewrite_prelu=False))
        graph = _with_pixels(graph, fed)
        # A fixed height and width run a quarter faster than free ones, which also cost some
        # 30 ms whenever they change.
        graph.reshape(list(shape))
        written = io.BytesIO()
        self._core.compile_model(graph, self._device, self._options).export_model(written)
        return written.getvalue()


class _Network:
    def __init__(self, compiled: Any, fed: Fed) -> None:
        self._fed = fed
        self._request = compiled.create_infer_request()
        self._outputs = range(len(compiled.outputs))

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        from openvino import Tensor

        # `infer` looks for what it was given, and copies what comes: 0.4 ms a call.
        given = normalised(pictures, self._fed)
        self._request.set_input_tensor(Tensor(given, shared_memory=True))
        self._request.start_async()
        self._request.wait()
        return tuple(self._request.get_output_tensor(each).data for each in self._outputs)


def _with_pixels(graph: Any, fed: Fed) -> Any:
    """The graph with pictures for its input: the runtime converts them on the way to where it
    needs them anyway."""
    from openvino import Layout, Type
    from openvino.preprocess import PrePostProcessor

    planes = graph.input().get_partial_shape()[1] == CHANNELS
    steps = PrePostProcessor(graph)
    kind = Type.u8 if plain(fed) else Type.f32
    steps.input().tensor().set_element_type(kind).set_layout(Layout("NHWC"))
    steps.input().model().set_layout(Layout("NCHW" if planes else "NHWC"))
    pixels = steps.input().preprocess().convert_element_type(Type.f32)
    if fed.colour == "bgr":
        pixels.reverse_channels()
    return steps.build()


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
