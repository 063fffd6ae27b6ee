"""Networks made on the spot: recognisers (512 numbers, BGR, one that knows no faces), an SCRFD."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lookalike.faces.models import manifest

_NOWHERE = manifest.Folders(Path("/nonexistent"), Path("/nonexistent"))
SFACE = manifest.read(manifest.SFACE.model, _NOWHERE)
YUNET = manifest.read(manifest.YUNET.model, _NOWHERE)

# What `scrfd` says at each stride, in cells: how far a box reaches left, up, right and down, and
# where the five landmarks are.
REACH = {8: (1, 2, 3, 4), 16: (2, 1, 2, 3), 32: (1, 1, 2, 1)}
POINTS = np.array([[-1, -1], [1, -1], [0, 0], [-1, 2], [1, 2]], np.float32)


def turned(dimension: int = 512) -> bytes:
    """SFace whose 128 numbers are turned into more, so that every cosine stays as it is."""
    network = onnx.load_from_string(SFACE)
    square = np.random.default_rng(3).normal(size=(dimension, dimension))
    rows = np.linalg.qr(square)[0][:128].astype(np.float32)
    network.graph.initializer.append(numpy_helper.from_array(rows, "turn"))
    network.graph.node.append(
        helper.make_node("MatMul", [network.graph.output[0].name, "turn"], ["turned"])
    )
    del network.graph.output[:]
    network.graph.output.append(_value("turned", 1, dimension))
    return bytes(network.SerializeToString())


def swapped() -> bytes:
    """SFace that takes blue for red and red for blue: fed in BGR it sees what SFace does."""
    network = onnx.load_from_string(SFACE)
    (picture,) = (each for each in network.graph.input if each.name == "data")
    for node in network.graph.node:
        node.input[:] = ["ordered" if each == picture.name else each for each in node.input]
    network.graph.initializer.append(numpy_helper.from_array(np.array([2, 1, 0]), "bgr"))
    first = helper.make_node("Gather", [picture.name, "bgr"], ["ordered"], axis=1)
    network.graph.node.insert(0, first)
    return bytes(network.SerializeToString())


def any_size() -> bytes:
    """YuNet whose file says that pictures may be of any size."""
    network = onnx.load_from_string(YUNET)
    for axis, name in ((2, "height"), (3, "width")):
        network.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    return bytes(network.SerializeToString())


def faceless(side: int = 112, dimension: int = 512, name: str = "data") -> bytes:
    """A few averaged colours, mixed at random: it takes pictures and knows no faces."""
    mix = np.random.default_rng(4).normal(size=(3 * 16, dimension)).astype(np.float32)
    nodes = [
        helper.make_node(
            "AveragePool", [name], ["pooled"], kernel_shape=[side // 4] * 2, strides=[side // 4] * 2
        ),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mix"], ["vector"]),
    ]
    inputs = [_value(name, "batch", 3, side, side)]
    outputs = [_value("vector", "batch", dimension)]
    return _network(nodes, inputs, outputs, {"mix": mix})


def scrfd(points: bool = True) -> bytes:
    """SCRFD's nine outputs: a face for every red cell of 8, green of 16 and blue of 32 pixels."""
    nodes, outputs = [], []
    weights: dict[str, object] = {}
    for channel, (stride, reach) in enumerate(REACH.items()):
        nodes.append(
            helper.make_node(
                "AveragePool",
                ["data"],
                [f"cells_{stride}"],
                kernel_shape=[stride, stride],
                strides=[stride, stride],
            )
        )
        # Of two anchors, the second sees nothing.
        seen = np.zeros((2, 3, 1, 1), np.float32)
        seen[0, channel] = 1
        for kind, width, kernel, bias in (
            ("score", 1, seen, np.array([0, -1])),
            ("bbox", 4, np.zeros((8, 3, 1, 1)), np.tile(reach, 2)),
            ("kps", 10, np.zeros((20, 3, 1, 1)), np.tile(POINTS.reshape(-1), 2)),
        ):
            own = f"{kind}_{stride}"
            weights |= {f"{own}_w": kernel, f"{own}_b": bias, f"{own}_shape": (-1, width)}
            nodes += [
                helper.make_node(
                    "Conv", [f"cells_{stride}", f"{own}_w", f"{own}_b"], [f"{own}_map"]
                ),
                helper.make_node("Transpose", [f"{own}_map"], [f"{own}_rows"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{own}_rows", f"{own}_shape"], [own]),
            ]
            outputs.append((kind, _value(own, f"{own}_n", width)))
    kinds = ("score", "bbox", "kps") if points else ("score", "bbox")
    ordered = [value for kind in kinds for of, value in outputs if of == kind]
    return _network(nodes, [_value("data", 1, 3, "height", "width")], ordered, weights)


def _value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _network(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: dict[str, object],
) -> bytes:
    tensors = [
        numpy_helper.from_array(
            np.asarray(value, np.int64 if name.endswith("_shape") else np.float32), name
        )
        for name, value in weights.items()
    ]
    graph = helper.make_graph(nodes, "made", inputs, outputs, tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())
