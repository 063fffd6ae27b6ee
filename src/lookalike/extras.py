"""What can be installed beside the base: `pip install 'lookalike[video]'`, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from lookalike.errors import ExtraMissing


@dataclass(frozen=True, slots=True)
class Extra:
    """
    Attributes:
        module: what it brings is there if this can be imported.
        purpose: what cannot be done without it.
    """

    module: str
    purpose: str


# As pyproject.toml names them.
EXTRAS: Mapping[str, Extra] = MappingProxyType(
    {
        "aws": Extra("boto3", "Amazon Rekognition in place of our own networks"),
        "cluster": Extra("ray", "several machines as one server"),
        "evaluate": Extra("matplotlib", "drawings of evaluation reports"),
        "openvino": Extra(
            "openvino", "networks in OpenVINO, the fastest where the processor has bfloat16"
        ),
        "postgresql": Extra("psycopg", "a database in PostgreSQL"),
        "traces": Extra("opentelemetry.sdk", "traces of OpenTelemetry"),
        "video": Extra("av", "stored videos in the Rekognition API"),
    }
)


def there(name: str) -> bool:
    """Whether an extra is installed; nothing of it is imported, but for a package it lies in."""
    try:
        return find_spec(EXTRAS[name].module) is not None
    except ModuleNotFoundError:
        return False


def check(name: str) -> None:
    """
    Raises:
        ExtraMissing: an extra is not installed.
    """
    if not there(name):
        extra = EXTRAS[name]
        raise ExtraMissing(
            f"This needs {extra.module}, which is for {extra.purpose} and is not installed. "
            f"Install it with: pip install 'lookalike[{name}]'"
        )
