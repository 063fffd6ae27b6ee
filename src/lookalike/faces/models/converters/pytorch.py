"""The weights of a PyTorch file as arrays, without PyTorch, and without running what it holds.

The format is that of before PyTorch 1.6 (`torch/serialization.py`, `_legacy_load`): a few pickles,
then every storage as a count of 8 bytes and its numbers.
"""

from __future__ import annotations

import io
import pickle  # nosec B403 # what it may make is listed below
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import ModelDamaged

Arrays = Mapping[str, NDArray[Any]]

_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
# Before the tensors: a magic number, the version of the format, and the machine's sizes.
_HEADS = 3


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where in a storage a tensor lies; its strides, in numbers, are of any order."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def weights(data: bytes) -> Arrays:
    """Every tensor of a state dictionary, by name.

    Raises:
        ModelDamaged: it is no such file.
    """
    try:
        return _read(io.BytesIO(data))
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError) as error:
        raise ModelDamaged(f"It holds no weights of PyTorch ({error}).") from error


def _read(file: io.BytesIO) -> Arrays:
    for _ in range(_HEADS):
        _Unpickler(file).load()
    tensors: Mapping[str, _Tensor] = _Unpickler(file).load()
    keys: list[str] = _Unpickler(file).load()
    types = {each.storage.key: each.storage.dtype for each in tensors.values()}
    storages = {key: _numbers(file, types[key]) for key in keys}
    return {name: _array(each, storages) for name, each in tensors.items()}


def _numbers(file: io.BytesIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * dtype.itemsize), dtype)


def _array(tensor: _Tensor, storages: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    numbers = storages[tensor.storage.key][tensor.offset :]
    steps = [each * numbers.itemsize for each in tensor.strides]
    # Some lie as TensorFlow has them, the axes in another order.
    return np.lib.stride_tricks.as_strided(numbers, tensor.shape, steps).copy()


class _Unpickler(pickle.Unpickler):
    """Knows the names that a state dictionary is made of, and no others."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda *parts: _Tensor(*parts[:4])
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not a part of weights")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(key, dtype)
