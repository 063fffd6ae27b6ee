"""Networks in other formats -> ONNX, which every runtime opens."""

from __future__ import annotations

from pathlib import Path, PurePath

from lookalike.faces.models.converters import lite0, tflite


def converted(data: bytes, name: str, file: Path | None) -> bytes:
    """The ONNX file of a network, whose format the ending of its name tells.

    Args:
        file: where the same bytes lie, if they do.

    Raises:
        ModelDamaged: it is not of that format.
    """
    match PurePath(name).suffix:
        case ".tflite":
            return tflite.converted(data, file)
        case ".pth":
            return lite0.converted(data)
        case _:
            return data
