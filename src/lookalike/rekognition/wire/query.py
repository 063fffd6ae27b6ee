"""Amazon's Query protocol, as the service model of STS asks: forms read, XML written.

bytes -> operation and request (a dict of members) -> answer (a dict of members) -> bytes
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from botocore.loaders import Loader
from botocore.model import ServiceModel

from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members, Shape, validated
from lookalike.rekognition.wire.xml import document, element

_SERVICE = "sts"
_API_VERSION = "2011-06-15"
# Parameters of a request; every one of STS has fewer.
_MOST_FIELDS = 500


class QueryWire:
    """Reads requests and writes answers. Reading the service model takes some 20 ms: keep one."""

    def __init__(self) -> None:
        loader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
        description = loader.load_service_model(_SERVICE, "service-2", _API_VERSION)
        self._model = ServiceModel(description, _SERVICE)

    def decode(self, body: bytes, served: Collection[str]) -> tuple[str, Members]:
        """The operation of a form, and its validated request.

        Raises:
            Fault: it is none of `served`, no form, or not as the service model asks.
        """
        fields = _fields(body)
        name, version = fields.pop("Action", ""), fields.pop("Version", _API_VERSION)
        if name not in served or version != _API_VERSION:
            supported = ", ".join(sorted(served))
            raise Fault(
                "UnknownOperationException",
                f"Could not find operation {name[:200]} for version {version[:20]}; this server "
                f"has {supported} of version {_API_VERSION}.",
            )
        shape = self._model.operation_model(name).input_shape
        return name, validated(_structure(fields, shape), shape) if shape else {}

    def encode(self, operation: str, answer: Members, request_id: str) -> bytes:
        """The XML of an answer; members that are None are left out."""
        shape = self._model.operation_model(operation).output_shape
        result = element(f"{operation}Result", _inside(answer, shape))
        metadata = element("ResponseMetadata", element("RequestId", html.escape(request_id)))
        return document(f"{operation}Response", result + metadata)


def _fields(body: bytes) -> dict[str, str]:
    try:
        return dict(
            parse_qsl(
                body.decode(),
                keep_blank_values=True,
                strict_parsing=True,
                max_num_fields=_MOST_FIELDS,
            )
        )
    except ValueError:
        raise Fault("SerializationException", "The body is no form.") from None


def _structure(fields: Mapping[str, str], shape: Shape) -> dict[str, object]:
    """The members of a structure by the names of their fields: `Tags.member.1.Key`."""
    return {
        name: _value(fields, name, member)
        for name, member in shape.members.items()
        if any(each == name or each.startswith(f"{name}.") for each in fields)
    }


def _value(fields: Mapping[str, str], name: str, shape: Shape) -> object:
    below = {
        each.removeprefix(f"{name}."): value
        for each, value in fields.items()
        if each.startswith(f"{name}.")
    }
    match shape.type_name:
        case "structure":
            return _structure(below, shape)
        case "list":
            places = {each.split(".")[1] for each in below if each.startswith("member.")}
            items = {f"member.{each}" for each in places}
            return [_value(below, each, shape.member) for each in sorted(items, key=_place)]
        case "integer":
            return _whole(fields.get(name, ""))
        case "boolean":
            return {"true": True, "false": False}.get(fields.get(name, ""))
        case _:
            return fields.get(name)


def _place(item: str) -> tuple[int, str]:
    """Numbers in their order, whatever else stands there last."""
    number = item.rpartition(".")[2]
    return (int(number), "") if number.isdecimal() and len(number) < 6 else (10**6, number)


def _whole(text: str) -> object:
    """A number, or the text itself, which is refused as no number."""
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _inside(members: Members, shape: Shape) -> str:
    return "".join(
        element(name, _inside(members[name], member))
        if member.type_name == "structure"
        else element(name, html.escape(_text(members[name])))
        for name, member in shape.members.items()
        if members.get(name) is not None
    )


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
