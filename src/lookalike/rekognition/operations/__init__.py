"""The operations of the Rekognition API, one function each, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lookalike.rekognition.context import Operation
from lookalike.rekognition.operations import celebrities, faces

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "CompareFaces": faces.compare_faces,
        "DetectFaces": faces.detect_faces,
        "GetCelebrityInfo": celebrities.get_celebrity_info,
        "RecognizeCelebrities": celebrities.recognize_celebrities,
    }
)
