"""ONNX files as the `onnx` package reads and writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from lookalike.config import Settings
from lookalike.errors import ModelRefused
from lookalike.faces.models import manifest, onnx_file
from lookalike.faces.models.manifest import AGE, SFACE, Folders

_KINDS = (
    *("float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "bool", "float16"),
    *("float64", "uint32", "uint64"),
)


@pytest.mark.parametrize("model", [SFACE.model, AGE.model], ids=lambda each: each.name)
def test_what_is_read_and_written_loses_nothing(settings: Settings, model: manifest.Model) -> None:
    data = manifest.read(model, Folders.of(settings))
    expected, found = onnx.load_from_string(data), onnx_file.loaded(data)
    assert onnx.load_from_string(found.SerializeToString()) == expected
    for told, read in zip(expected.graph.initializer, found.graph.initializer, strict=True):
        values = onnx_file.array(read)
        assert values.dtype == numpy_helper.to_array(told).dtype
        assert np.array_equal(values, numpy_helper.to_array(told))


@pytest.mark.parametrize("kind", _KINDS)
def test_constants_of_every_type_are_read_raw_and_listed(kind: str) -> None:
    values: NDArray[Any] = np.array([[0, 1, 1], [1, 0, 3]]).astype(kind)
    number = helper.np_dtype_to_tensor_dtype(values.dtype)
    listed = helper.make_tensor("c", number, values.shape, values.ravel().tolist())
    for made in (listed, numpy_helper.from_array(values, "c")):
        read = onnx_file.array(_reread(made))
        assert read.dtype == values.dtype
        assert np.array_equal(read, values)
    written = onnx.TensorProto.FromString(onnx_file.tensor(values, "c").SerializeToString())
    assert written == numpy_helper.from_array(values, "c")


def _reread(made: onnx.TensorProto) -> Any:
    graph = helper.make_graph([], "g", [], [], [made])
    data = helper.make_model(graph).SerializeToString()
    return onnx_file.loaded(data).graph.initializer[0]


def test_a_constant_of_a_type_that_is_not_read_is_named() -> None:
    text = helper.make_tensor("words", TensorProto.STRING, [1], ["a"])  # type: ignore[list-item]
    with pytest.raises(ModelRefused, match=r"'words' is of ONNX's type 8; .* are read"):
        onnx_file.array(_reread(text))


def test_what_is_no_onnx_file_is_refused() -> None:
    with pytest.raises(ModelRefused, match="no ONNX file"):
        onnx_file.loaded(b"\x0a\xff\xff\xff")


def test_a_graph_that_was_written_computes() -> None:
    weights = np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3)
    data = onnx_file.model(
        [onnx_file.node("Conv", ["x", "w"], "y", auto_pad="SAME_UPPER", strides=[2, 2])],
        [onnx_file.value("x", (1, 1, 4, 4))],
        [onnx_file.value("y", (1, 2, 2, 2))],
        [onnx_file.tensor(weights, "w")],
        operators=13,
        version=8,
    )
    written = onnx.load_from_string(data)
    onnx.checker.check_model(written, full_check=True)
    (found,) = ReferenceEvaluator(written).run(None, {"x": np.ones((1, 1, 4, 4), np.float32)})
    assert np.asarray(found)[0, :, 0, 0].tolist() == [36.0, 117.0]
