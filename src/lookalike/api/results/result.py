"""What all results have in common: they are read from answers, and told as dictionaries again."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from lookalike.errors import NoAnswer, NotOffered

Kind = TypeVar("Kind", bound="Result")

_LACKS = "The answer has no {name!r}: the server is of another version, or none of ours."


class Result:
    """Base of every result: a frozen dataclass, equal to another of the same content."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as dictionaries, lists, texts and numbers, as the JSON API names them.

        Photos are never in it.
        """
        told: dict[str, Any] = _plain(self)
        return told


@dataclass(frozen=True, slots=True)
class _Field:
    """
    Attributes:
        read: makes its value of what was told.
        needed: whether there is no result without it.
        empty: whether it may be None.
    """

    name: str
    read: Callable[[Any], Any]
    needed: bool
    empty: bool


def read(kind: type[Kind], told: object) -> Kind:
    """A result of an answer: of an object with attributes of the same names, or its JSON.

    Raises:
        NoAnswer: it lacks something, as that of a server of another version may.
        NotOffered: it is of Amazon Rekognition, whose scores are not ours.
    """
    given: dict[str, Any] = {}
    # The type checker takes the class for one of its objects here.
    for each in _fields(kind):  # type: ignore[arg-type]
        value = _value(told, each.name)
        if value is None and not each.empty:
            raise NotOffered(f"There is no {each.name!r}: the server asks Amazon Rekognition.")
        if value is not MISSING:
            given[each.name] = each.read(value)
        elif each.needed:
            raise NoAnswer(_LACKS.format(name=each.name))
    return kind(**given)


def part(told: object, name: str) -> Any:
    """A part of an answer in JSON.

    Raises:
        NoAnswer: it has none of that name.
    """
    if not isinstance(told, Mapping) or name not in told:
        raise NoAnswer(_LACKS.format(name=name))
    return told[name]


def _value(told: object, name: str) -> Any:
    if isinstance(told, Mapping):
        return told.get(name, MISSING)
    return getattr(told, name, MISSING)


@cache
def _fields(kind: type[Result]) -> tuple[_Field, ...]:
    """What is told of a result; what it keeps for itself begins with `_`."""
    assert is_dataclass(kind)  # nosec B101 # for types alone
    hints = get_type_hints(kind)
    return tuple(
        _Field(
            each.name,
            _reader(hints[each.name]),
            needed=each.default is MISSING,
            empty=type(None) in get_args(hints[each.name]),
        )
        for each in fields(kind)
        if not each.name.startswith("_")
    )


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes values of a type; those of JSON, and enums of texts, are taken as they are."""
    origin, inside = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Result):
        return lambda told: read(hint, told)
    if origin in (Union, types.UnionType):
        one = _reader(next(each for each in inside if each is not type(None)))
        return lambda told: None if told is None else one(told)
    if origin is tuple:
        one = _reader(inside[0])
        return lambda told: tuple(one(each) for each in told)
    if origin is np.ndarray:
        return lambda told: np.asarray(told, np.float32)
    return str if hint is str else _same


def _same(told: Any) -> Any:
    return told


def _plain(told: Any) -> Any:
    if isinstance(told, Result):
        assert is_dataclass(told)  # nosec B101 # for types alone
        own = (each.name for each in fields(told) if not each.name.startswith("_"))
        return {name: _plain(getattr(told, name)) for name in own}
    if isinstance(told, tuple):
        return [_plain(each) for each in told]
    return told.tolist() if isinstance(told, np.ndarray) else told
