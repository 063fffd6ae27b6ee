"""ONNX files read and written: the parts of the format that graphs of face networks are made of.

The `onnx` package does this too, in 30 MB of checks and operators that nothing here asks for. Parts
that are not listed are kept as they are, so that a graph which is read and written loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import ModelRefused

# Messages of protobuf, whose fields are those below. They have no types of their own.
Message = Any
Attribute = int | str | Sequence[int]

# Of each message its fields by number, as in onnx.proto (ONNX 1.20, IR version 13). A type of
# protobuf or another message; `*` marks what repeats, `+` what repeats in one piece, `|` the
# members of which there is one at a time.
_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "Model": "1 ir_version int64, 7 graph Graph, 8 opset_import *OperatorSet",
        "OperatorSet": "1 domain string, 2 version int64",
        "Graph": "1 node *Node, 2 name string, 5 initializer *Tensor, 11 input *Value, "
        "12 output *Value, 13 value_info *Value",
        "Node": "1 input *string, 2 output *string, 3 name string, 4 op_type string, "
        "5 attribute *Attribute, 7 domain string",
        "Attribute": "1 name string, 2 f float, 3 i int64, 4 s bytes, 5 t Tensor, 6 g Graph, "
        "7 floats *float, 8 ints *int64, 9 strings *bytes, 10 tensors *Tensor, 11 graphs *Graph, "
        "20 type int32",
        "Tensor": "1 dims *int64, 2 data_type int32, 4 float_data +float, 5 int32_data +int32, "
        "7 int64_data +int64, 8 name string, 9 raw_data bytes, 10 double_data +double, "
        "11 uint64_data +uint64, 14 data_location int32",
        "Value": "1 name string, 2 type Type",
        "Type": "1 tensor_type |TensorType",
        "TensorType": "1 elem_type int32, 2 shape Shape",
        "Shape": "1 dim *Dimension",
        "Dimension": "1 dim_value |int64, 2 dim_param |string",
    }
)
# `TensorProto.DataType`, `TensorProto.DataLocation` and `AttributeProto.AttributeType` there.
FLOAT = 1
EXTERNAL = 1
_INT, _STRING, _INTS = 2, 3, 7
# Number of a type of values, what it is, and where it lies when it is not raw.
_TYPES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        FLOAT: ("<f4", "float_data"),
        2: ("u1", "int32_data"),
        3: ("i1", "int32_data"),
        4: ("<u2", "int32_data"),
        5: ("<i2", "int32_data"),
        6: ("<i4", "int32_data"),
        7: ("<i8", "int64_data"),
        9: ("?", "int32_data"),
        10: ("<f2", "int32_data"),
        11: ("<f8", "double_data"),
        12: ("<u4", "uint64_data"),
        13: ("<u8", "uint64_data"),
    }
)
_FLOAT16 = 10


def loaded(data: bytes) -> Message:
    """The model in a file.

    Raises:
        ModelRefused: it is no ONNX file.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return _message("Model").FromString(data)
    except DecodeError as error:
        raise ModelRefused(f"It is no ONNX file ({error}).") from error


def model(
    nodes: Iterable[Message],
    inputs: Iterable[Message],
    outputs: Iterable[Message],
    constants: Iterable[Message],
    *,
    operators: int,
    version: int,
) -> bytes:
    """The file of a graph.

    Args:
        operators: the set of operators that it is written in.
        version: of the format, that goes with them.
    """
    graph = _message("Graph")(
        name="network", node=nodes, input=inputs, output=outputs, initializer=constants
    )
    opset = _message("OperatorSet")(version=operators)
    made = _message("Model")(ir_version=version, graph=graph, opset_import=[opset])
    data: bytes = made.SerializeToString()
    return data


def node(kind: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> Message:
    made = [_attribute(name, value) for name, value in attributes.items()]
    return _message("Node")(op_type=kind, input=inputs, output=[output], attribute=made)


def value(name: str, shape: Sequence[int]) -> Message:
    """An input or output of float32."""
    dims = [_message("Dimension")(dim_value=int(side)) for side in shape]
    tensor = _message("TensorType")(elem_type=FLOAT, shape=_message("Shape")(dim=dims))
    return _message("Value")(name=name, type=_message("Type")(tensor_type=tensor))


def tensor(values: NDArray[Any], name: str) -> Message:
    """A constant of that name."""
    plain = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    kinds = (number for number, (kind, _) in _TYPES.items() if np.dtype(kind) == plain.dtype)
    return _message("Tensor")(
        name=name, dims=values.shape, data_type=next(kinds), raw_data=plain.tobytes()
    )


def array(of: Message) -> NDArray[Any]:
    """The values of a constant.

    Raises:
        ModelRefused: they are of a type that is not read.
    """
    if of.data_type not in _TYPES:
        raise ModelRefused(
            f"Its constant {of.name!r} is of ONNX's type {of.data_type}; whole numbers of 8 to 64 "
            "bits, truth values and floats of 16 to 64 bits are read."
        )
    kind, field = _TYPES[of.data_type]
    if of.HasField("raw_data"):
        values = np.frombuffer(of.raw_data, kind)
    elif of.data_type == _FLOAT16:
        values = np.array(of.int32_data, "<u2").view(kind)
    else:
        values = np.array(getattr(of, field), kind)
    return values.reshape(of.dims)


def _attribute(name: str, value: Attribute) -> Message:
    if isinstance(value, int):
        return _message("Attribute")(name=name, type=_INT, i=value)
    if isinstance(value, str):
        return _message("Attribute")(name=name, type=_STRING, s=value.encode())
    return _message("Attribute")(name=name, type=_INTS, ints=[int(each) for each in value])


def _message(name: str) -> Any:
    return _messages()[name]


@cache
def _messages() -> Mapping[str, Any]:
    """Classes of `_MESSAGES`, which protobuf makes: reading bytes in Python takes too long."""
    from google.protobuf import (  # type: ignore[import-untyped]
        descriptor_pb2,
        descriptor_pool,
        message_factory,
    )

    file = descriptor_pb2.FileDescriptorProto(name="lookalike.onnx", package="lookalike.onnx")
    for name, fields in _MESSAGES.items():
        described = file.message_type.add(name=name)
        for field in fields.split(", "):
            _describe(field, described)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {each: pool.FindMessageTypeByName(f"lookalike.onnx.{each}") for each in _MESSAGES}
    return {each: message_factory.GetMessageClass(found[each]) for each in _MESSAGES}


def _describe(field: str, message: Message) -> None:
    number, name, kind = field.split()
    described = message.field.add(name=name, number=int(number))
    marks, kind = kind[: -len(kind.lstrip("*+|"))], kind.lstrip("*+|")
    repeated = marks in ("*", "+")
    described.label = described.LABEL_REPEATED if repeated else described.LABEL_OPTIONAL
    if marks == "+":
        described.options.packed = True
    if marks == "|":
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        described.oneof_index = 0
    if kind in _MESSAGES:
        described.type, described.type_name = described.TYPE_MESSAGE, f".lookalike.onnx.{kind}"
    else:
        described.type = getattr(described, f"TYPE_{kind.upper()}")
