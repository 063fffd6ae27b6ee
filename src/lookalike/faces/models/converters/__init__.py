"""Networks in other formats -> ONNX, which every runtime opens."""

from __future__ import annotations

from pathlib import PurePath

from lookalike.faces.models.converters import lite0, tflite


def converted(data: bytes, name: str) -> bytes:
    """The ONNX file of a network, whose format the ending of its name tells.

    Raises:
        ModelDamaged: it is not of that format.
    """
    match PurePath(name).suffix:
        case ".tflite":
            return tflite.converted(data)
        case ".pth":
            return lite0.converted(data)
        case _:
            return data
