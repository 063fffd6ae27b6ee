"""Requests read and answers written as Amazon's own service model, which botocore ships, asks.

    bytes -> operation and request (a dict of members) -> answer (a dict of members) -> bytes

Nothing here knows what an operation does; nothing else knows how it is written.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NoReturn

from botocore.loaders import Loader
from botocore.model import ServiceModel

from lookalike.rekognition.wire.faults import COMMON, Fault, in_amazons_words
from lookalike.rekognition.wire.validation import Members, Shape, validated

_SERVICE = "rekognition"
_API_VERSION = "2016-06-27"
# What a request may hold beside its blobs; also covers "/" sent as "\/" in base64.
_SLACK = 1024 * 1024


class Wire:
    """Reads requests and writes answers. Reading the service model takes some 50 ms: keep one."""

    def __init__(self) -> None:
        # Only botocore's own data: a model in ~/.aws/models must not change what is served.
        loader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
        self._description = loader.load_service_model(_SERVICE, "service-2", _API_VERSION)
        self._model = ServiceModel(self._description, _SERVICE)
        self.content_type = f"application/x-amz-json-{self._model.metadata['jsonVersion']}"

    def operations(self) -> tuple[str, ...]:
        """Every operation of the service, served here or not."""
        return tuple(self._model.operation_names)

    def operation(self, headers: Mapping[str, str], served: Collection[str]) -> str:
        """The operation that a request's headers name.

        Args:
            headers: looked up by lower-case name.
            served: the operations there are.

        Raises:
            Fault: UnknownOperationException, or SerializationException for another content type.
        """
        target = headers.get("x-amz-target", "")
        service, _, name = target.partition(".")
        if service != self._model.metadata["targetPrefix"] or name not in served:
            supported = ", ".join(sorted(served))
            raise Fault(
                "UnknownOperationException",
                f"X-Amz-Target {target[:200]!r} is not supported. Supported: {supported}.",
            )
        content_type = headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != self.content_type:
            raise Fault(
                "SerializationException",
                f"Content-Type is {content_type[:200]!r}; it must be {self.content_type}.",
            )
        return name

    def largest_body(self, operations: Collection[str]) -> int:
        """Bytes that a request to any of `operations` may have: its blobs in base64, and slack."""
        most = max(_blob_bytes(self._input(each)) for each in operations)
        return math.ceil(most / 3) * 4 + _SLACK

    def too_large(self, operation: str, most: int) -> Fault:
        """The fault for a body of more than `most` bytes."""
        message = f"The request has more than {most:,} bytes."
        if _blob_bytes(self._input(operation)):
            return in_amazons_words("ImageTooLargeException", message)
        return Fault("SerializationException", message)

    def decode(self, operation: str, body: bytes) -> Members:
        """A validated request.

        Raises:
            Fault: SerializationException, InvalidParameterException or ImageTooLargeException.
        """
        try:
            value = json.loads(body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Fault("SerializationException", "The body is not JSON.") from None
        return validated(value, self._input(operation))

    def encode(self, operation: str, answer: Members) -> bytes:
        """The JSON of an answer; members that are None are left out."""
        shape = self._model.operation_model(operation).output_shape
        return json.dumps(_plain(answer, shape)).encode()

    def encode_fault(self, fault: Fault, request_id: str) -> bytes:
        """The JSON of a fault."""
        return json.dumps(
            {
                "__type": fault.code,
                "Code": fault.code,
                "Logref": request_id,
                "Message": fault.message,
            }
        ).encode()

    def status(self, code: str) -> int:
        """The HTTP status of a fault: 500 if the model calls it one of the server, else 400."""
        if code in COMMON:
            return COMMON[code]
        shape = self._description["shapes"][code]
        return 500 if shape.get("fault") else 400

    def _input(self, operation: str) -> Shape:
        return self._model.operation_model(operation).input_shape


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity, which Python reads but JSON does not have."""
    raise ValueError(constant)


def _blob_bytes(shape: Shape) -> int:
    """Bytes of all the blobs that a structure may hold directly or in structures below."""
    if shape.type_name == "blob":
        return int(shape.metadata.get("max", 0))
    if shape.type_name == "structure":
        return sum(_blob_bytes(member) for member in shape.members.values())
    return 0


def _plain(value: Any, shape: Shape) -> Any:
    """A value as JSON has it. What does not fit its shape is a mistake of ours, so it raises."""
    match shape.type_name:
        case "structure":
            unknown = value.keys() - shape.members.keys()
            if unknown:
                raise ValueError(f"{shape.name} has no member {', '.join(sorted(unknown))}.")
            # In the order of the model, in which Amazon writes them.
            return {
                member.serialization.get("name", name): _plain(value[name], member)
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [_plain(each, shape.member) for each in value]
        case "map":
            return {key: _plain(each, shape.value) for key, each in value.items()}
        case _:
            return _plain_scalar(value, shape)


def _plain_scalar(value: Any, shape: Shape) -> Any:
    match shape.type_name:
        case "float" | "double" if math.isfinite(value):
            return float(value)
        case "integer" | "long" if isinstance(value, int):
            return value
        case "string" if isinstance(value, str):
            return str(value)
        case "boolean" if isinstance(value, bool):
            return value
        case "blob" if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        case "timestamp" if isinstance(value, datetime) and value.tzinfo:
            return round(value.timestamp(), 3)
    raise ValueError(f"{shape.name} cannot hold {type(value).__name__} {shape.type_name} value.")
