"""Requests made from the service model: one that is right, and all the ways to spoil it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lookalike.rekognition.wire.patterns import compiled
from tests.support.amazon.service_model import Shape, input_of

_UUID = "0f0e0d0c-0b0a-4090-8070-060504030201"
# One of them is right for every string of the requests that are served.
_STRINGS = (
    "a",
    "abc",
    _UUID,
    "arn:aws:rekognition:eu-west-1:000000000000:collection/a",
    "arn:aws:sns:eu-west-1:000000000000:topic",
    "arn:aws:iam::000000000000:role/a",
)
# One of them is off every pattern.
_ODD = ("!", "<", "\n", "é", "aws:", "가 나")
_JSON_TYPES: dict[str, Any] = {
    "string": "a",
    "number": 1,
    "true or false": True,
    "list": [],
    "object": {},
}
_TYPE_OF = {
    "structure": "object",
    "map": "object",
    "list": "list",
    "string": "string",
    "blob": "string",
    "boolean": "true or false",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "timestamp": "number",
}
_INVALID, _UNREADABLE = "InvalidParameterException", "SerializationException"


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A value that is wrong in one way.

    Attributes:
        how: a word for it.
        path: where, as Amazon writes it.
        code, says: of the fault that it has to be answered with.
    """

    how: str
    path: str
    value: Any
    code: str
    says: str


def sound(shape: Shape) -> Any:
    """A value, as JSON has it, with every member that there is."""
    match shape.type_name:
        case "structure":
            return {name: sound(member) for name, member in shape.members.items()}
        case "list":
            return [sound(shape.member)] * max(shape.metadata.get("min", 1), 1)
        case "map":
            return {sound(shape.key): sound(shape.value)}
        case "string":
            return _string(shape)
        case "blob":
            return base64.b64encode(b"pixels").decode()
        case "boolean":
            return True
    return max(shape.metadata.get("min", 1), 1)


def requests(operation: str) -> Iterator[Spoilt]:
    """Every spoilt request to an operation."""
    shape = input_of(operation)
    return spoilt(shape, sound(shape), "")


def spoilt(shape: Shape, good: Any, path: str) -> Iterator[Spoilt]:
    """`good`, wrong in one place each."""
    yield from _of_other_types(shape, path)
    match shape.type_name:
        case "structure":
            yield from _structures(shape, good, path)
        case "list":
            yield from _lists(shape, good, path)
        case "map":
            yield from _maps(shape, good, path)
        case "string":
            yield from _strings(shape, path)
        case "blob":
            yield from _blobs(shape, path)
        case "integer" | "long" | "float" | "double":
            yield from _numbers(shape, path)


def _of_other_types(shape: Shape, path: str) -> Iterator[Spoilt]:
    for name, value in _JSON_TYPES.items():
        if name != _TYPE_OF[shape.type_name]:
            where = f"Value at '{path}'" if path else "The body"
            yield Spoilt("type", path, value, _UNREADABLE, f"{where} must be ")


def _structures(shape: Shape, good: dict[str, Any], path: str) -> Iterator[Spoilt]:
    for name, member in shape.members.items():
        below = f"{path}.{_lower(name)}" if path else _lower(name)
        if name in shape.required_members:
            without = {key: each for key, each in good.items() if key != name}
            for value in (without, {**good, name: None}):
                yield _invalid("missing", below, value, f"Value null at '{below}'")
        for each in spoilt(member, good[name], below):
            yield replace(each, value={**good, name: each.value})


def _lists(shape: Shape, good: list[Any], path: str) -> Iterator[Spoilt]:
    yield from _lengths(shape, path, lambda length: good[:1] * length)
    item = f"{path}.1.member"
    yield _invalid("missing", item, [None], f"Value null at '{item}'")
    for each in spoilt(shape.member, good[0], item):
        yield replace(each, value=[each.value, *good[1:]])


def _maps(shape: Shape, good: dict[str, Any], path: str) -> Iterator[Spoilt]:
    (key, value), *_ = good.items()
    yield from _lengths(shape, path, lambda length: {f"k{n}": value for n in range(length)})
    for each in _strings(shape.key, f"{path}.key"):
        yield replace(each, value={each.value: value})
    for each in spoilt(shape.value, value, f"{path}.{key}.member"):
        yield replace(each, value={key: each.value})


def _strings(shape: Shape, path: str) -> Iterator[Spoilt]:
    yield Spoilt("text", path, "\ud800", _UNREADABLE, f"'{path}' is half of a surrogate pair")
    yield from _lengths(shape, path, lambda length: "a" * length)
    if shape.metadata.get("enum"):
        yield _invalid("enum", path, "NOT_ONE", "Member must satisfy enum value set: [")
    pattern = shape.metadata.get("pattern")
    if pattern:
        odd = next(each for each in _ODD if not compiled(pattern).fullmatch(each))
        yield _invalid("pattern", path, odd, "Member must satisfy regular expression pattern: ")


def _blobs(shape: Shape, path: str) -> Iterator[Spoilt]:
    for text in ("?", "QQ", "é"):
        yield Spoilt("base64", path, text, _UNREADABLE, f"'{path}' is not base64")
    for each in _lengths(shape, path, lambda length: base64.b64encode(bytes(length)).decode()):
        large = each.how == "above" and shape.name == "ImageBlob"
        yield replace(each, code="ImageTooLargeException") if large else each


def _numbers(shape: Shape, path: str) -> Iterator[Spoilt]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None:
        yield _invalid("below", path, least - 1, f"value greater than or equal to {least}")
    if most is not None:
        yield _invalid("above", path, most + 1, f"value less than or equal to {most}")
    yield Spoilt("size", path, 10**400, _UNREADABLE, f"'{path}' is beyond every number")
    bits = {"integer": 32, "long": 64}.get(shape.type_name)
    if bits:
        yield Spoilt("type", path, 1.5, _UNREADABLE, f"'{path}' is not a whole number")
        yield Spoilt("size", path, 2 ** (bits - 1), _UNREADABLE, "does not fit into")


def _lengths(shape: Shape, path: str, make: Any) -> Iterator[Spoilt]:
    """Too short and too long, by one."""
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if least:
        yield _invalid("below", path, make(least - 1), f"length greater than or equal to {least}")
    if most is not None:
        yield _invalid("above", path, make(most + 1), f"length less than or equal to {most}")


def _invalid(how: str, path: str, value: Any, says: str) -> Spoilt:
    return Spoilt(how, path, value, _INVALID, says)


def _string(shape: Shape) -> str:
    if shape.metadata.get("enum"):
        value: str = shape.metadata["enum"][0]
        return value
    least, pattern = shape.metadata.get("min", 0), shape.metadata.get("pattern", ".*")
    return next(
        each for each in _STRINGS if len(each) >= least and compiled(pattern).fullmatch(each)
    )


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
