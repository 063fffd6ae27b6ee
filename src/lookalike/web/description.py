"""The description of the JSON API in OpenAPI: examples of real answers, and what every request may
be answered with before it comes to what it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lookalike.answers.shapes import Problem

# Operations whose answer has an example: the command line made them from a real photo.
_EXAMPLES = ("lookalikes", "compare", "detect")
_PROBLEM = f"#/components/schemas/{Problem.__name__}"
# What the gate, and whatever is broken, may say of any request.
_ALL: Mapping[str, str] = MappingProxyType(
    {
        "400": "The request cannot be read.",
        "421": "The server has no such name (the header Host).",
        "500": "The server failed; its log says how.",
        "503": "The server is busy, or its store cannot be used; try again after Retry-After.",
    }
)
# Of one that names something: a person, a collection that is not for everyone.
_NAMING: Mapping[str, str] = MappingProxyType(
    {
        "401": "The admin token is missing or wrong.",
        "403": "It is not for whoever asks, or a page of another site sent it.",
        "404": "What it names is not there.",
        "422": "A parameter that is not allowed.",
    }
)
_WITH_BODIES: Mapping[str, str] = MappingProxyType(
    {
        "408": "The body did not come in time.",
        "413": "The body is too large.",
        "429": "More than one address may ask for; try again after Retry-After seconds.",
    }
)
_WITH_PHOTOS: Mapping[str, str] = MappingProxyType({"415": "Not an image that can be read."})
_METHODS_WITH_BODIES = ("post", "patch", "put", "delete")
# It is answered whatever the name and whoever asks.
_HEALTH = ("/healthz", "/readyz")


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API of an app; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    for name in _EXAMPLES:
        file = resources.files("lookalike.web") / "examples" / f"{name}.json"
        answer = described["paths"][f"/api/v1/{name}"]["post"]["responses"]["200"]
        answer["content"]["application/json"]["example"] = json.loads(file.read_text("utf-8"))
    for method, operation in _operations(described):
        for status, description in _told(method, operation).items():
            operation["responses"].setdefault(status, {"description": description})
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                answer["content"] = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    # Nobody is answered with FastAPI's own.
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
    return described


def _told(method: str, operation: Mapping[str, Any]) -> Mapping[str, str]:
    """What an operation may answer beside what it says of itself, by status."""
    bodied = method in _METHODS_WITH_BODIES
    naming = bodied or "parameters" in operation
    with_photos = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    return {
        **_ALL,
        **(_NAMING if naming else {}),
        **(_WITH_BODIES if bodied else {}),
        **(_WITH_PHOTOS if with_photos else {}),
    }


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in described["paths"].items():
        if path not in _HEALTH:
            yield from operations.items()
