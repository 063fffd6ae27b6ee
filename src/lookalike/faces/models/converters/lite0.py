"""EfficientNet-Lite0, a small general network, as PyTorch keeps it -> ONNX.

The file holds weights alone, Google's of ImageNet (Apache-2.0). The graph is written down here, and
what it names in pictures of known things proves it right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.models.converters.pytorch import Arrays, weights
from lookalike.faces.models.onnx_file import Attribute, Message, model, node, tensor, value

SIDE = 224
# Its stages: how many blocks, and the stride of the first (efficientnet_builder.py, `blocks_args`).
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
# The last block of 14 x 14 cells of 16 pixels, which sees parts of things, and the last but one of
# 7 x 7, which sees whole ones, but knows no names of them yet.
_PARTS, _WHOLES = 10, 14
_OUTPUTS = ((112, 14, 14), (192, 7, 7), (1000,))
_EPSILON = 1e-3


def converted(data: bytes, *, names: bool = False) -> bytes:
    """The ONNX file of its weights.

    Of (n, 3, `SIDE`, `SIDE`) pictures it tells, cell by cell, (n, 112, 14, 14) parts and
    (n, 192, 7, 7) wholes.

    Args:
        names: also tell (n, 1000) logits of ImageNet, by which the graph can be checked.

    Raises:
        ModelDamaged: it does not hold the weights.
    """
    return _Graph(weights(data)).written(names=names)


class _Graph:
    """Written node by node, with the normalisations of batches folded into the convolutions."""

    def __init__(self, known: Arrays) -> None:
        self._known = known
        self._nodes: list[Message] = []
        self._constants: list[Message] = []

    def written(self, *, names: bool) -> bytes:
        flow = self._convolved("picture", "_conv_stem", "_bn0", stride=2)
        blocks = list(_blocks())[: None if names else _WHOLES + 1]
        flows = [flow := self._block(flow, *each) for each in blocks]
        labels = [self._named(flow)] if names else []
        return self._model(flows[_PARTS], flows[_WHOLES], *labels)

    def _named(self, flow: str) -> str:
        flow = self._convolved(flow, "_conv_head", "_bn1")
        flow = self._node("Flatten", [self._node("GlobalAveragePool", [flow])])
        whole = self._constant("_fc.weight"), self._constant("_fc.bias")
        return self._node("Gemm", [flow, *whole], transB=1)

    def _model(self, *outputs: str) -> bytes:
        told = [value(name, (1, *shape)) for name, shape in zip(outputs, _OUTPUTS, strict=False)]
        picture = value("picture", (1, 3, SIDE, SIDE))
        return model(self._nodes, [picture], told, self._constants, operators=13, version=8)

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
        flow = self._node(
            "Conv",
            [flow, folded, shift],
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            group=groups,
        )
        return self._clipped(flow) if clipped else flow

    def _clipped(self, flow: str) -> str:
        limits = [self._added(f"{flow}.{each}", np.array(each, np.float32)) for each in (0, 6)]
        return self._node("Clip", [flow, *limits])

    def _constant(self, name: str) -> str:
        return self._added(name, self._known[name])

    def _added(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(tensor(values, name))
        return name

    def _node(self, kind: str, inputs: list[str], **attributes: Attribute) -> str:
        name = f"{len(self._nodes)}"
        self._nodes.append(node(kind, inputs, name, **attributes))
        return name


def _blocks() -> Iterator[tuple[str, int, bool]]:
    """Name and stride of each, and whether it adds to what the one before it gave."""
    strides = [(first if at == 0 else 1, at > 0) for many, first in _STAGES for at in range(many)]
    for number, (stride, again) in enumerate(strides):
        yield f"_blocks.{number}", stride, again
