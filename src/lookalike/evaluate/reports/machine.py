"""On which machine figures were made: processor, cores, versions of the libraries."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("openvino", "onnxruntime", "opencv-python-headless", "numpy")
_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def machine() -> str:
    """Processor, cores and the versions that matter."""
    versions = [f"Python {platform.python_version()}", *map(_version, _PACKAGES)]
    return f"{_processor()}, {os.cpu_count()} cores; {', '.join(filter(None, versions))}"


def _version(package: str) -> str:
    """Empty where it is not installed."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return platform.processor() or platform.machine()
    lines = info.read_text().splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (s.partition(":") for s in lines)}
    flags = [flag for flag in _FLAGS if flag in facts.get("flags", "").split()]
    return f"{facts.get('model name', platform.machine())} ({', '.join(flags)})"
