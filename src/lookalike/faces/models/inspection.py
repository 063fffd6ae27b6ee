"""What a network file says of itself, without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import ModelRefused
from lookalike.faces.models import onnx_file
from lookalike.faces.models.onnx_file import EXTERNAL, Message

# Nodes at the start in which a network subtracts a mean and scales by itself, as those that were
# exported from MXNet do (InsightFace looks at as many, python-package, `arcface_onnx.py`).
_FIRST = 8
# Nodes that only make weights, and come before everything in quantised files.
_WEIGHTS = ("Constant", "DequantizeLinear", "Reshape")


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    Attributes:
        side: height and width of the input; None: any.
        outputs: the last side of each output; None where it is open.
        normalises: whether it takes pixels from 0 to 255 as they are.
    """

    side: int | None
    outputs: tuple[int | None, ...]
    normalises: bool


def inspect(path: Path) -> Inspection:
    """Read the graph of an ONNX file.

    Raises:
        ModelRefused: it is no ONNX file, or does not take pictures.
    """
    graph = _graph(path)
    constants = {each.name for each in graph.initializer}
    read = {name for node in graph.node for name in node.input}
    inputs = [each for each in graph.input if each.name in read - constants]
    if len(inputs) != 1:
        raise ModelRefused(f"It has {len(inputs)} inputs; a face model has one, the picture.")
    shape = _shape(inputs[0])
    if len(shape) != 4 or shape[1] not in (3, None) or shape[2] != shape[3]:
        said = " x ".join(str(each or "any") for each in shape) or "a single number"
        raise ModelRefused(f"Its input is {said}; it must be batch x 3 x side x side.")
    computing = [node.op_type for node in graph.node if node.op_type not in _WEIGHTS]
    first = set(computing[:_FIRST])
    return Inspection(
        side=shape[2],
        outputs=tuple((_shape(each) or (None,))[-1] for each in graph.output),
        normalises="Sub" in first and bool(first & {"Mul", "Div"}),
    )


def _graph(path: Path) -> Message:
    try:
        network = onnx_file.loaded(path.read_bytes())
    except OSError as error:
        raise ModelRefused(f"It is no ONNX file ({error}).") from error
    if not network.graph.node or not network.graph.output:
        raise ModelRefused("It is no ONNX file: it has no nodes or no outputs.")
    if any(each.data_location == EXTERNAL for each in _tensors(network.graph)):
        raise ModelRefused("Its weights lie in another file; a model must be one file.")
    return network.graph


def _tensors(graph: Message) -> Iterator[Message]:
    """Every constant, those of graphs within the graph too."""
    yield from graph.initializer
    for attribute in (each for node in graph.node for each in node.attribute):
        yield attribute.t
        yield from attribute.tensors
        for inner in (attribute.g, *attribute.graphs):
            yield from _tensors(inner)


def _shape(value: Message) -> tuple[int | None, ...]:
    return tuple(
        each.dim_value if each.dim_value > 0 else None for each in value.type.tensor_type.shape.dim
    )
