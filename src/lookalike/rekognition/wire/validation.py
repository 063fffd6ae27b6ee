"""Parsed JSON -> a request that is all the service model asks for.

A value of the wrong JSON type is a SerializationException at once. What is of the right type but
not allowed (missing, too small, too long, not in an enum, ...) is collected and answered as one
InvalidParameterException, in Amazon's words.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from lookalike.rekognition.wire.faults import Code, Fault
from lookalike.rekognition.wire.patterns import compiled

# A botocore.model.Shape; botocore ships no types.
Shape = Any
# A structure of the service model by member name, on its way in or out.
Members = dict[str, Any]
Kind = TypeVar("Kind")

# Blobs beyond their maximum that have a fault of their own.
_TOO_LARGE: Mapping[str, Code] = MappingProxyType({"ImageBlob": "ImageTooLargeException"})
_BITS = MappingProxyType({"integer": 32, "long": 64})
_JSON_NAMES = MappingProxyType(
    {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
)
# Longest value that a message repeats.
_SHOWN = 100
# Most violations that a message lists.
_TOLD = 10


def validated(value: object, shape: Shape) -> Members:
    """A request from the JSON of its body: unknown members dropped, nulls absent, blobs as bytes.

    Raises:
        Fault: SerializationException, InvalidParameterException or ImageTooLargeException.
    """
    reader = _Reader()
    request: Members = reader.read(value, shape, "")
    if reader.violations:
        told = _detected(reader.count) + "; ".join(reader.violations)
        raise Fault("InvalidParameterException", told)
    return request


def _detected(count: int) -> str:
    return f"{count} validation error{'' if count == 1 else 's'} detected: "


class _Reader:
    """Walks one request along its shapes; counts the violations and keeps the first of them."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.count = 0
        self._read: dict[str, Callable[[Any, Shape, str], Any]] = {
            "structure": self._structure,
            "list": self._list,
            "map": self._map,
            "string": self._string,
            "blob": self._blob,
            "boolean": self._boolean,
            "integer": self._whole,
            "long": self._whole,
            "float": self._number,
            "double": self._number,
            "timestamp": self._timestamp,
        }

    def read(self, value: object, shape: Shape, path: str) -> Any:
        return self._read[shape.type_name](value, shape, path)

    def _structure(self, value: object, shape: Shape, path: str) -> Members:
        sent = _expect(value, dict, path)
        read: Members = {}
        for name, member in shape.members.items():
            given = sent.get(member.serialization.get("name", name))
            below = _below(path, name)
            if given is not None:
                read[name] = self.read(given, member, below)
            elif name in shape.required_members:
                self._violated("Value null", below, "Member must not be null")
        return read

    def _list(self, value: object, shape: Shape, path: str) -> list[Any]:
        items = _expect(value, list, path)
        self._check_length(len(items), shape, path, f"Value of {len(items)} items")
        return [
            self._item(item, shape.member, f"{path}.{place}.member")
            for place, item in enumerate(items, 1)
        ]

    def _map(self, value: object, shape: Shape, path: str) -> dict[str, Any]:
        entries = _expect(value, dict, path)
        self._check_length(len(entries), shape, path, f"Value of {len(entries)} entries")
        return {
            self.read(key, shape.key, f"{path}.key"): self._item(
                item, shape.value, f"{path}.{_cut(key)}.member"
            )
            for key, item in entries.items()
        }

    def _item(self, value: object, shape: Shape, path: str) -> Any:
        if value is not None:
            return self.read(value, shape, path)
        self._violated("Value null", path, "Member must not be null")
        return None

    def _string(self, value: object, shape: Shape, path: str) -> str:
        text = _expect(value, str, path)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _unreadable(path, "is half of a surrogate pair, no Unicode text") from None
        shown = "Value" if shape.metadata.get("sensitive") else f"Value '{_cut(text)}'"
        self._check_length(len(text), shape, path, shown)
        enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
        if enum and text not in enum:
            allowed = ", ".join(enum)
            self._violated(shown, path, f"Member must satisfy enum value set: [{allowed}]")
        if pattern and not compiled(pattern).fullmatch(text):
            self._violated(
                shown, path, f"Member must satisfy regular expression pattern: {pattern}"
            )
        return text

    def _blob(self, value: object, shape: Shape, path: str) -> bytes:
        try:
            read = base64.b64decode(_expect(value, str, path), validate=True)
        except (binascii.Error, ValueError):
            raise _unreadable(path, "is not base64") from None
        shown = f"Value of {len(read)} bytes"
        if shape.name in _TOO_LARGE and len(read) > shape.metadata["max"]:
            broken = _failed("Value", path, _at_most("length", shape.metadata["max"]))
            raise Fault(_TOO_LARGE[shape.name], _detected(1) + broken, f"{path}: {shown}.")
        self._check_length(len(read), shape, path, shown)
        return read

    def _boolean(self, value: object, _shape: Shape, path: str) -> bool:
        return _expect(value, bool, path)

    def _whole(self, value: object, shape: Shape, path: str) -> int:
        number = _finite(value, path)
        if number != int(number):
            raise _unreadable(path, "is not a whole number")
        whole, most = int(number), 2 ** (_BITS[shape.type_name] - 1)
        if not -most <= whole < most:
            raise _unreadable(path, f"does not fit into {_BITS[shape.type_name]} bits")
        self._check_range("value", whole, shape, path, f"Value '{whole}'")
        return whole

    def _number(self, value: object, shape: Shape, path: str) -> float:
        number = _finite(value, path)
        self._check_range("value", number, shape, path, f"Value '{_cut(str(number))}'")
        return float(number)

    def _timestamp(self, value: object, _shape: Shape, path: str) -> datetime:
        seconds = _finite(value, path)
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise _unreadable(path, "is no time in seconds since 1970") from None

    def _check_length(self, length: int, shape: Shape, path: str, shown: str) -> None:
        self._check_range("length", length, shape, path, shown)

    def _check_range(
        self, measure: str, amount: float, shape: Shape, path: str, shown: str
    ) -> None:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and amount < least:
            self._violated(
                shown, path, f"Member must have {measure} greater than or equal to {least}"
            )
        if most is not None and amount > most:
            self._violated(shown, path, _at_most(measure, most))

    def _violated(self, shown: str, path: str, constraint: str) -> None:
        self.count += 1
        if self.count <= _TOLD:
            self.violations.append(_failed(shown, path, constraint))


def _at_most(measure: str, most: float) -> str:
    return f"Member must have {measure} less than or equal to {most}"


def _failed(shown: str, path: str, constraint: str) -> str:
    return f"{shown} at '{path}' failed to satisfy constraint: {constraint}"


def _expect(value: object, kind: type[Kind], path: str) -> Kind:
    # JSON gives no subclasses, and a bool must not pass for an int.
    if type(value) is kind:
        return value
    raise _unreadable(path, f"must be {_JSON_NAMES[kind]}, not {_json_name(value)}")


def _finite(value: object, path: str) -> float:
    """A JSON number; whole ones stay int, so that none loses digits."""
    if type(value) not in (int, float):
        raise _unreadable(path, f"must be a number, not {_json_name(value)}")
    assert isinstance(value, int | float)  # nosec B101 # for types alone
    try:
        if math.isfinite(value):
            return value
    except OverflowError:
        pass
    raise _unreadable(path, "is beyond every number that can be held")


def _json_name(value: object) -> str:
    return _JSON_NAMES.get(type(value), "null")


def _unreadable(path: str, why: str) -> Fault:
    where = f"Value at '{path}'" if path else "The body"
    return Fault("SerializationException", f"{where} {why}.")


def _below(path: str, name: str) -> str:
    """The path of a member as AWS writes it: `image.s3Object.bucket`."""
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
