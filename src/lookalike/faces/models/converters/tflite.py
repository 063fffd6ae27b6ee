"""A TensorFlow Lite network -> ONNX, which every runtime opens.

Operation by operation: those that MediaPipe's face networks are made of. TensorFlow keeps channels
last and ONNX first, so pictures are turned once where they come in, and results where they go out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from lookalike.errors import ModelDamaged
from lookalike.faces.models.converters.flatbuffer import Table, root
from lookalike.faces.models.onnx_file import Message, model, node, tensor, value
from lookalike.faces.vectors import Floats

# The last operator set in which paddings are an attribute, as the other sizes are, and the version
# of the format that goes with it.
_OPERATORS, _FORMAT = 10, 5
# At its byte 4 (schema.fbs, `file_identifier`).
_MARK = b"TFL3"
_FLOAT32, _INT32 = 0, 2
_TO_PLANES, _TO_PIXELS = [0, 3, 1, 2], [0, 2, 3, 1]
# `Padding` there.
_PADDINGS = ("SAME_UPPER", "VALID")


def converted(data: bytes) -> bytes:
    """An ONNX file that computes the same, its inputs and outputs in the same order.

    Raises:
        ModelDamaged: it is no such network, or has an operation that is not known here.
    """
    try:
        return _Network(data).written()
    except (struct.error, TypeError, ValueError, IndexError, OverflowError) as error:
        raise ModelDamaged(f"It is no TensorFlow Lite network ({error}).") from error


class _Network:
    """Its tensors are known by number, in ONNX by that number as text."""

    def __init__(self, data: bytes) -> None:
        if data[4:8] != _MARK:
            raise ValueError("it does not say that it is one")
        self._root = root(data)
        (self._graph,) = self._root.tables(2)
        self._tensors = self._graph.tables(0)
        self._buffers = self._root.tables(4)
        self._nodes: list[Message] = []
        self._constants: list[Message] = []

    def written(self) -> bytes:
        inputs, outputs = (self._graph.numbers(place).tolist() for place in (1, 2))
        for each in inputs:
            self._add("Transpose", [f"picture{each}"], f"{each}", perm=_TO_PLANES)
        for operation in self._graph.tables(3):
            self._convert(operation)
        for each in outputs:
            self._add("Transpose", [f"{each}"], f"result{each}", perm=_TO_PIXELS)
        return model(
            self._nodes,
            self._values("picture", inputs),
            self._values("result", outputs),
            self._constants,
            operators=_OPERATORS,
            version=_FORMAT,
        )

    def _values(self, called: str, numbers: Iterable[int]) -> Iterator[Message]:
        return (value(f"{called}{each}", self._spread(each)) for each in numbers)

    def _spread(self, number: int) -> list[int]:
        """The shape of a tensor as it is carried here: of one place, where it lost its sides."""
        count, *places, channels = self._shape(number)
        return [count, *(places or (1, 1)), channels]

    def _convert(self, operation: Table) -> None:
        kind = self._kind(operation)
        if kind not in _OPERATIONS:
            known = ", ".join(f"{each}" for each in _OPERATIONS)
            raise ModelDamaged(
                f"It has TensorFlow Lite's operation {kind}, which is not known here; known: "
                f"{known}."
            )
        inputs, (output,) = operation.numbers(1).tolist(), operation.numbers(2).tolist()
        options = operation.table(4)
        _OPERATIONS[kind](self, inputs, f"{output}", options)

    def _kind(self, operation: Table) -> int:
        """Of `BuiltinOperator`; older files have it where there is but one byte for it."""
        code = self._root.tables(1)[operation.number(0, "I")]
        return max(code.number(0, "b"), code.number(3, "i"))

    def add(self, inputs: Sequence[int], output: str, options: Table) -> None:
        _check_plain(options.number(0, "b"))
        self._add("Add", [f"{each}" for each in inputs], output)

    def convolution(self, inputs: Sequence[int], output: str, options: Table) -> None:
        """Weights are (out, height, width, in)."""
        _check_plain(options.number(3, "b"), options.number(4, "i", 1), options.number(5, "i", 1))
        self._convolve(inputs, output, options, self._floats(inputs[1]).transpose(0, 3, 1, 2), 1)

    def depthwise(self, inputs: Sequence[int], output: str, options: Table) -> None:
        """Weights are (1, height, width, out)."""
        _check_plain(options.number(4, "b"), options.number(5, "i", 1), options.number(6, "i", 1))
        weights = self._floats(inputs[1]).transpose(3, 0, 1, 2)
        self._convolve(inputs, output, options, weights, self._shape(inputs[0])[-1])

    def _convolve(
        self, inputs: Sequence[int], output: str, options: Table, weights: Floats, groups: int
    ) -> None:
        source, _, bias = inputs
        fed = [f"{source}", self._constant(f"{output}w", weights)]
        fed.append(self._constant(f"{output}b", self._floats(bias)))
        self._add(
            "Conv",
            fed,
            output,
            group=groups,
            kernel_shape=weights.shape[2:],
            auto_pad=_PADDINGS[options.number(0, "b")],
            strides=[options.number(2, "i"), options.number(1, "i")],
        )

    def max_pool(self, inputs: Sequence[int], output: str, options: Table) -> None:
        _check_plain(options.number(5, "b"))
        self._add(
            "MaxPool",
            [f"{inputs[0]}"],
            output,
            kernel_shape=[options.number(4, "i"), options.number(3, "i")],
            auto_pad=_PADDINGS[options.number(0, "b")],
            strides=[options.number(2, "i"), options.number(1, "i")],
        )

    def pad(self, inputs: Sequence[int], output: str, _: Table | None) -> None:
        """Zeros before and behind each axis, which are in TensorFlow's order."""
        pairs = self._stored(inputs[1], _INT32, "<i4").reshape(4, 2)[_TO_PLANES]
        self._add("Pad", [f"{inputs[0]}"], output, pads=pairs.T.ravel().tolist())

    def prelu(self, inputs: Sequence[int], output: str, _: Table | None) -> None:
        slopes = self._floats(inputs[1]).reshape(-1, 1, 1)
        self._add("PRelu", [f"{inputs[0]}", self._constant(f"{output}s", slopes)], output)

    def reshape(self, inputs: Sequence[int], output: str, _: Table | None) -> None:
        """Only what leaves out the sides of one place, which changes nothing."""
        if self._shape(inputs[0])[1:-1] != [1, 1]:
            raise ValueError(f"tensor {inputs[0]} of several places gets another shape")
        self._add("Identity", [f"{inputs[0]}"], output)

    def _add(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> None:
        self._nodes.append(node(kind, inputs, output, **attributes))  # type: ignore[arg-type]

    def _constant(self, name: str, values: Floats) -> str:
        self._constants.append(tensor(values, name))
        return name

    def _shape(self, number: int) -> list[int]:
        shape: list[int] = self._tensors[number].numbers(0).tolist()
        return shape

    def _floats(self, number: int) -> Floats:
        return self._stored(number, _FLOAT32, "<f4")

    def _stored(self, number: int, type_: int, kind: str) -> Floats:
        of = self._tensors[number]
        if of.number(1, "b") != type_:
            raise ValueError(f"tensor {number} is not of the type {type_}")
        raw = self._buffers[of.number(2, "I")].bytes(0)
        return np.frombuffer(raw, kind).reshape(self._shape(number))


def _check_plain(activation: int, *dilations: int) -> None:
    """Activations within an operation, and weights with gaps, are none of MediaPipe's."""
    if activation or set(dilations) - {1}:
        raise ValueError(f"an operation has activation {activation} and dilations {dilations}")


# By `BuiltinOperator` of schema.fbs.
_OPERATIONS: Mapping[int, Callable[..., None]] = MappingProxyType(
    {
        0: _Network.add,
        3: _Network.convolution,
        4: _Network.depthwise,
        17: _Network.max_pool,
        22: _Network.reshape,
        34: _Network.pad,
        54: _Network.prelu,
    }
)
