"""What opens networks, as the settings say: a library on a device, or whichever is fastest."""

from __future__ import annotations

from typing import Literal

from lookalike import extras
from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.faces.models.libraries.fastest import Fastest
from lookalike.faces.models.libraries.onnx_runtime import ONNXRuntime
from lookalike.faces.models.libraries.openvino_runtime import OpenVINO
from lookalike.faces.models.manifest import Folders
from lookalike.faces.models.network import Runtime

# Devices other than the processor, the library that has each, and its name there.
_DEVICES = {
    "gpu": ("openvino", "GPU"),
    "cuda": ("onnxruntime", "CUDAExecutionProvider"),
    "coreml": ("onnxruntime", "CoreMLExecutionProvider"),
}


def create(settings: Settings) -> Runtime:
    """Raises:
    InvalidParameter: the library that was chosen does not have the device that was chosen.
    ExtraMissing: the library is not installed.
    SetupError: this machine has no such device.
    """
    folders = Folders.of(settings)
    if settings.device != "cpu":
        return _elsewhere(settings, folders)
    library = usual() if settings.runtime == "fastest" else settings.runtime
    if settings.runtime == "fastest" and library == "openvino":
        return Fastest(folders, settings.precision, settings.threads)
    if library == "openvino":
        return OpenVINO(folders, settings.precision, settings.threads)
    return ONNXRuntime(folders, settings.threads)


def usual() -> Literal["openvino", "onnxruntime"]:
    """The library that is used where nothing was timed: OpenVINO, where it is installed."""
    return "openvino" if extras.there("openvino") else "onnxruntime"


def _elsewhere(settings: Settings, folders: Folders) -> Runtime:
    library, device = _DEVICES[settings.device]
    if settings.runtime not in ("fastest", library):
        raise InvalidParameter(
            f"LOOKALIKE_DEVICE is {settings.device}, which {library} has, and LOOKALIKE_RUNTIME is "
            f"{settings.runtime}; leave that out, or name {library}."
        )
    if library == "openvino":
        return OpenVINO(folders, settings.precision, settings.threads, device)
    return ONNXRuntime(folders, settings.threads, device)
