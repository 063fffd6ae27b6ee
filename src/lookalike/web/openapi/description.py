"""The description of the JSON API in OpenAPI: what may be sent and answered, with examples.

Beside what operations say of themselves, any request may be answered with an error before it comes
to what it asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lookalike.answers.shapes import Problem
from lookalike.web.openapi import problem_examples

# In the order in which a reader needs them.
_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "photos": "What is in photos: look-alikes, comparisons, faces. Nothing of them is kept.",
        "gallery": "Who is looked among.",
        "sharing": "Cards of a result, and links to it.",
        "event": "What a site of one's own offers beside a result.",
        "changing galleries": "For whoever has the admin token, or programs on the server's own "
        "machine.",
        "operating": "How the server is; for the same.",
        "health": "Whether it runs, and what looks at the photos.",
    }
)
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
_NO_IMAGE = "415"
_WITH_PHOTOS: Mapping[str, str] = MappingProxyType({_NO_IMAGE: "Not an image that can be read."})
_METHODS_WITH_BODIES = ("post", "patch", "put", "delete")
# It is answered whatever the name and whoever asks.
_HEALTH = ("/healthz", "/readyz")
# Statuses after which the same may be asked again, and when.
_LATER = ("429", "503")
_RETRY_AFTER = {"description": "Seconds.", "schema": {"type": "integer"}, "example": 2}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API of an app; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
    )
    for path, method, operation in _operations(described):
        _exemplify(operation)
        if path not in _HEALTH:
            _add_problems(path, method, operation)
    described["components"]["examples"] = {
        name: {"summary": each.title, "value": each.model_dump()}
        for name, each in problem_examples.everyone().items()
    }
    # Nobody is answered with FastAPI's own.
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
    return _with_forms(described)


def _exemplify(operation: dict[str, Any]) -> None:
    """Show what was sent and answered when the examples were recorded (docs/api_examples.py)."""
    file = (
        resources.files("lookalike.web.openapi") / "examples" / f"{operation['operationId']}.json"
    )
    example = json.loads(file.read_text("utf-8"))
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.get("given", ()):
            parameter["example"] = example["given"][parameter["name"]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example["sent"]
    success = next(each for status, each in operation["responses"].items() if status < "300")
    if "answer" in example:
        success["content"]["application/json"]["example"] = example["answer"]


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    """Tell of every error, by its status, with an example for each code."""
    for status, description in _told(method, operation).items():
        operation["responses"].setdefault(status, {"description": description})
    with_photos = _has_photos(operation)
    if not with_photos:
        operation["responses"].pop(_NO_IMAGE, None)
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            continue
        known = problem_examples.of(int(status), path, with_photos=with_photos)
        examples = {name: {"$ref": f"#/components/examples/{name}"} for name in known}
        content = {"schema": {"$ref": _PROBLEM}, "examples": examples}
        answer["content"] = {"application/problem+json": content}
        if status in _LATER:
            answer["headers"] = {"Retry-After": _RETRY_AFTER}


def _with_forms(described: dict[str, Any]) -> dict[str, Any]:
    """Forms are called as operations are: `FindLookalikesForm`, not `Body_findLookalikes`."""
    text = re.sub(
        r"\bBody_([a-z])(\w*)",
        lambda found: f"{found[1].upper()}{found[2]}Form",
        json.dumps(described, ensure_ascii=False),
    )
    named: dict[str, Any] = json.loads(text)
    return named


def _told(method: str, operation: Mapping[str, Any]) -> Mapping[str, str]:
    """What an operation may answer beside what it says of itself, by status."""
    bodied = method in _METHODS_WITH_BODIES
    naming = bodied or "parameters" in operation
    return {
        **_ALL,
        **(_NAMING if naming else {}),
        **(_WITH_BODIES if bodied else {}),
        **(_WITH_PHOTOS if _has_photos(operation) else {}),
    }


def _has_photos(operation: Mapping[str, Any]) -> bool:
    return "multipart/form-data" in operation.get("requestBody", {}).get("content", {})


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation
