"""Once-only fix-ups of network graphs, so that every runtime opens them and runs them fast.

The published files are block-quantised, list stale inputs and have fixed shapes. `prepare` folds
the weights to float32, drops inputs that no node reads, frees the batch, height and width, and
for ONNX Runtime rewrites PReLU, all without changing what the network computes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.cache import kept
from lookalike.faces.models import onnx_file
from lookalike.faces.models.converters import converted
from lookalike.faces.models.manifest import Folders, Model, read
from lookalike.faces.models.onnx_file import Message

# Raised when a fix-up changes, so that stale files in the cache are not read.
VERSION = 1
_CHANNELS = 3
# How quantised weights become weights.
_FOLDED = ("DequantizeLinear", "Reshape")


def prepared(model: Model, folders: Folders, *, rewrite_prelu: bool) -> bytes:
    """The fixed-up graph, made on first use and kept in the cache.

    Raises:
        ModelUnavailable, ModelDamaged: see `models.read`.
    """

    def make() -> bytes:
        data = converted(read(model, folders), model.file)
        return prepare(data, rewrite_prelu=rewrite_prelu)

    variant = "conv" if rewrite_prelu else "prelu"
    name = f"{model.name}-{model.sha256[:12]}-{variant}-v{VERSION}"
    return kept(folders.cache / "models" / name, folders.cache, make)


def prepare(data: bytes, *, rewrite_prelu: bool) -> bytes:
    """Fix up one ONNX file."""
    network = onnx_file.loaded(data)
    _fold_weights(network.graph)
    if rewrite_prelu:
        _rewrite_prelu(network.graph)
    _drop_unread(network.graph)
    _free_shapes(network.graph)
    fixed: bytes = network.SerializeToString()
    return fixed


def _fold_weights(graph: Message) -> None:
    """Replace every Constant, and what of `_FOLDED` reads only constants, by its result."""
    constants = {each.name: onnx_file.array(each) for each in graph.initializer}
    kept = []
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            constants[node.output[0]] = onnx_file.array(node.attribute[0].t)
        elif node.op_type in _FOLDED and constants.keys() >= set(node.input):
            constants[node.output[0]] = _constant(node, [constants[name] for name in node.input])
        else:
            kept.append(node)
    _replace(graph.node, kept)
    _replace(graph.initializer, (onnx_file.tensor(v, k) for k, v in constants.items()))


def _constant(node: Message, inputs: list[NDArray[Any]]) -> NDArray[Any]:
    if node.op_type == "Reshape":
        values, shape = inputs
        return np.reshape(values, [int(side) for side in shape])
    attributes = {each.name: each.i for each in node.attribute}
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
    values, scale, zero = inputs
    if block:
        length = values.shape[axis]
        scale = scale.repeat(block, axis).take(range(length), axis)
        zero = zero.repeat(block, axis).take(range(length), axis)
    folded: NDArray[np.float32] = (values.astype(np.float32) - zero.astype(np.float32)) * scale
    return folded


def _drop_unread(graph: Message) -> None:
    """Drop constants that no node reads, and inputs that are constants or that no node reads.

    SFace lists its weights as inputs too, stale ones among them: runtimes refuse that.
    """
    fed = {name for node in graph.node for name in node.input}
    _replace(graph.initializer, [each for each in graph.initializer if each.name in fed])
    constants = {each.name for each in graph.initializer}
    _replace(graph.input, [i for i in graph.input if i.name in fed - constants])


def _rewrite_prelu(graph: Message) -> None:
    """PReLU(x) = a*x + (1-a)*relu(x): two depthwise 1x1 convolutions, which are vectorised.

    ONNX Runtime's own PReLU takes half of SFace's time; the rewrite is exact.
    """
    slopes = {each.name: onnx_file.array(each) for each in graph.initializer}
    nodes: list[Message] = []
    for node in graph.node:
        if node.op_type != "PRelu" or not _by_channel(slopes.get(node.input[1])):
            nodes.append(node)
            continue
        source, slope, target = node.input[0], slopes[node.input[1]].reshape(-1), node.output[0]
        weights = {f"{target}_a": slope, f"{target}_b": 1 - slope}
        for name, value in weights.items():
            graph.initializer.append(onnx_file.tensor(value.reshape(-1, 1, 1, 1), name))
        nodes += [
            onnx_file.node("Relu", [source], f"{target}_relu"),
            _depthwise(source, f"{target}_a", f"{target}_ax", slope.size),
            _depthwise(f"{target}_relu", f"{target}_b", f"{target}_bx", slope.size),
            onnx_file.node("Add", [f"{target}_ax", f"{target}_bx"], target),
        ]
    _replace(graph.node, nodes)


def _by_channel(slope: NDArray[Any] | None) -> bool:
    """Whether a slope is one number for each channel of a picture."""
    return slope is not None and slope.ndim == 3 and slope.shape[1:] == (1, 1)


def _depthwise(source: str, weights: str, target: str, channels: int) -> Message:
    return onnx_file.node("Conv", [source, weights], target, group=channels, kernel_shape=[1, 1])


def _free_shapes(graph: Message) -> None:
    """Let batch, height and width vary, of networks that see channels last (MediaPipe's) the batch
    alone; a Reshape for a batch of 1 takes it as it comes (0)."""
    (image,) = graph.input
    sides = image.type.tensor_type.shape.dim
    for axis in (0,) if sides[3].dim_value == _CHANNELS else (0, 2, 3):
        sides[axis].dim_param = f"{image.name}_{axis}"
    for output in graph.output:
        for axis, dimension in enumerate(output.type.tensor_type.shape.dim[:-1]):
            dimension.dim_param = f"{output.name}_{axis}"
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for each in graph.initializer:
        if each.name in shapes:
            shape = onnx_file.array(each).copy()
            if shape[0] == 1:
                shape[0] = 0
                each.CopyFrom(onnx_file.tensor(shape, each.name))
    del graph.value_info[:]


def _replace(field: Any, values: Iterable[Any]) -> None:
    values = list(values)
    del field[:]
    field.extend(values)
