"""Amazon's own description of the Rekognition API, as botocore ships it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from lookalike.rekognition.operations import OPERATIONS

# botocore ships no types.
Shape = Any


@cache
def _loaded(kind: str) -> Any:
    loader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return loader.load_service_model("rekognition", kind, "2016-06-27")


@cache
def service() -> Any:
    return ServiceModel(_loaded("service-2"), "rekognition")


def examples(operation: str) -> list[dict[str, Any]]:
    """Amazon's worked examples: an `input` and an `output` each."""
    found: list[dict[str, Any]] = _loaded("examples-1")["examples"].get(operation, [])
    return found


def input_of(operation: str) -> Shape:
    return service().operation_model(operation).input_shape


def output_of(operation: str) -> Shape:
    return service().operation_model(operation).output_shape


def of_jobs(operation: str) -> bool:
    """Whether it starts a job or gives the result of one: these need a video."""
    return any("JobId" in shape.members for shape in (input_of(operation), output_of(operation)))


def immediate() -> list[str]:
    """The operations that are served and answer at once."""
    return [each for each in OPERATIONS if not of_jobs(each)]


def members(shape: Shape, path: str = "") -> Iterator[tuple[str, Shape]]:
    """Every member of a structure, and below: `FaceDetails[].Pose.Yaw` and its shape."""
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                below = f"{path}.{name}" if path else name
                yield below, member
                yield from members(member, below)
        case "list":
            yield from members(shape.member, f"{path}[]")
