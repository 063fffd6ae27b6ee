"""The operations of the Rekognition API, one function each, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lookalike.rekognition.context import Operation
from lookalike.rekognition.operations import celebrities, faces, videos

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "CompareFaces": faces.compare_faces,
        "DetectFaces": faces.detect_faces,
        "GetCelebrityInfo": celebrities.get_celebrity_info,
        "GetCelebrityRecognition": videos.get_celebrity_recognition,
        "GetFaceDetection": videos.get_face_detection,
        "RecognizeCelebrities": celebrities.recognize_celebrities,
        "StartCelebrityRecognition": videos.start_celebrity_recognition,
        "StartFaceDetection": videos.start_face_detection,
    }
)
