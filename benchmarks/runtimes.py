"""ONNX Runtime against OpenVINO in float32 and bfloat16, one thread, in one run.

python -m benchmarks.runtimes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from benchmarks.report import machine, median_ms, on_one_core, table
from lookalike import config
from lookalike.faces.models import runtime
from lookalike.faces.models.manifest import MESH, SFACE, YUNET, Fed
from lookalike.faces.models.network import Runtime, Shape

Precision = Literal["float32", "bfloat16"]

SHAPES: tuple[tuple[str, Fed, Shape], ...] = (
    ("SFace, 1 face", SFACE, (1, 112, 112, 3)),
    ("SFace, batch of 8", SFACE, (8, 112, 112, 3)),
    ("YuNet 256 x 256", YUNET, (1, 256, 256, 3)),
    ("YuNet 896 x 672", YUNET, (1, 672, 896, 3)),
    ("face mesh, 2 looks", MESH, (2, 192, 192, 3)),
)


def runtimes() -> Iterator[tuple[str, Runtime]]:
    settings = config.load(threads=1)
    yield "ONNX Runtime float32", runtime.create(replace(settings, runtime="onnxruntime"))
    for precision in get_args(Precision):
        yield (
            f"OpenVINO {precision}",
            runtime.create(replace(settings, runtime="openvino", precision=precision)),
        )


def section() -> str:
    rows: list[list[str]] = [[name] for name, *_ in SHAPES] + [["cosine to ONNX Runtime"]]
    header = ["median ms"]
    face = np.random.default_rng(0).integers(0, 256, (1, 112, 112, 3), np.uint8)
    reference = None
    for name, opener in runtimes():
        header.append(name)
        for row, (_, fed, shape) in zip(rows, SHAPES, strict=False):
            network = opener.open(fed, shape)
            batch = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
            row.append(f"{median_ms(network, batch):.1f}")
        vector = opener.open(SFACE, (1, 112, 112, 3))(face)[0][0].copy()
        reference = vector if reference is None else reference
        cosine = vector @ reference / np.linalg.norm(vector) / np.linalg.norm(reference)
        rows[-1].append(f"{cosine:.4f}")
    return table(header, rows)


def main() -> None:
    on_one_core()
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
