"""A TensorFlow Lite network -> ONNX, which every runtime opens.

OpenVINO reads both formats. What it makes of the file is written down again, operation by
operation: those that MediaPipe's face networks are made of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lookalike.errors import ModelDamaged

if TYPE_CHECKING:
    import onnx

# The last operator set in which paddings are an attribute, as the other sizes are, and the version
# of the format that goes with it.
_OPSET, _FORMAT = 10, 5


def converted(data: bytes, file: Path | None = None) -> bytes:
    """An ONNX file that computes the same, its inputs and outputs in the same order.

    Args:
        file: where the same bytes lie, so that none needs to be written.

    Raises:
        ModelDamaged: it is no such network, or has an operation that is not known here.
    """
    from onnx import checker, helper

    network = _read(data, file)
    operations = [each for each in network.get_ordered_ops() if each.get_type_name() != "Constant"]
    nodes = [_node(each) for each in operations if each.get_type_name() not in _ENDS]
    constants = [tensor for each in operations for tensor in _weights(each)]
    results = [each.get_node().input_value(0) for each in network.outputs]
    graph = helper.make_graph(
        nodes, "network", [*map(_value, network.inputs)], [*map(_value, results)], constants
    )
    opset = helper.make_opsetid("", _OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=_FORMAT)
    checker.check_model(model)
    written: bytes = model.SerializeToString()
    return written


def _read(data: bytes, file: Path | None) -> Any:
    """OpenVINO reads this format from files alone."""
    import openvino

    with ExitStack() as stack:
        if file is None:
            file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "network.tflite"
            file.write_bytes(data)
        try:
            return openvino.Core().read_model(file)
        except RuntimeError as error:
            raise ModelDamaged(f"It is no TensorFlow Lite network ({error}).") from error


def _node(of: Any) -> onnx.NodeProto:
    kind = of.get_type_name()
    if kind not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise ModelDamaged(f"It has the operation {kind}, which is not known here; known: {known}.")
    return _OPERATIONS[kind](of)


def _convolution(of: Any) -> onnx.NodeProto:
    sizes = of.get_attributes()
    return _made(
        "Conv",
        of,
        group=_groups(of),
        kernel_shape=[int(each) for each in of.get_input_shape(1)[-2:]],
        strides=sizes["strides"],
        dilations=sizes["dilations"],
        pads=[*sizes["pads_begin"], *sizes["pads_end"]],
    )


def _max_pool(of: Any) -> onnx.NodeProto:
    sizes = of.get_attributes()
    pads = [*sizes["pads_begin"], *sizes["pads_end"]]
    return _made("MaxPool", of, kernel_shape=sizes["kernel"], strides=sizes["strides"], pads=pads)


def _pad(of: Any) -> onnx.NodeProto:
    return _made("Pad", of, 1, pads=[*_integers(of, 1), *_integers(of, 2)])


def _transpose(of: Any) -> onnx.NodeProto:
    return _made("Transpose", of, 1, perm=_integers(of, 1))


def _made(kind: str, of: Any, inputs: int | None = None, **attributes: Any) -> onnx.NodeProto:
    """With all inputs, or with the first few."""
    from onnx import helper

    names = [_name(each) for each in of.input_values()[:inputs]]
    return helper.make_node(kind, names, [_name(of.output(0))], **attributes)


_ENDS = ("Parameter", "Result")
_OPERATIONS: dict[str, Callable[[Any], onnx.NodeProto]] = {
    "Add": lambda of: _made("Add", of),
    "Convolution": _convolution,
    "GroupConvolution": _convolution,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "PRelu": lambda of: _made("PRelu", of),
    "Reshape": lambda of: _made("Reshape", of),
    "Transpose": _transpose,
}


def _weights(of: Any) -> list[onnx.TensorProto]:
    """The constants that an operation reads, in the shapes that ONNX has them in."""
    from onnx import numpy_helper

    if of.get_type_name() in ("Pad", "Transpose"):
        return []
    found = []
    for each in of.input_values():
        if each.get_node().get_type_name() == "Constant":
            values = np.array(each.get_node().data)
            if of.get_type_name() == "GroupConvolution":
                values = values.reshape(-1, *values.shape[2:])
            elif of.get_type_name() == "PRelu":
                values = values.reshape(-1, 1, 1)
            elif of.get_type_name() == "Reshape":
                values = values.astype(np.int64)
            found.append(numpy_helper.from_array(values, _name(each)))
    return found


def _groups(of: Any) -> int:
    return int(of.get_input_shape(1)[0]) if of.get_type_name() == "GroupConvolution" else 1


def _integers(of: Any, place: int) -> list[int]:
    return [int(each) for each in of.input_value(place).get_node().data]


def _value(of: Any) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    shape = [int(each) for each in of.get_shape()]
    return helper.make_tensor_value_info(_name(of), TensorProto.FLOAT, shape)


def _name(of: Any) -> str:
    """Of what an operation computes: unlike tensor names, every one of them has one."""
    return f"{of.get_node().get_friendly_name()}:{of.get_index()}"
