"""Whatever is sent to the JSON API, the answer is one that its description tells of.

`make test-api` runs it: Schemathesis makes requests out of the description, right ones and wrong
ones, with real photos among what is sent as a photo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import PATIENCE_S, patient
from tests.support.serving import Server

# Requests for each operation and mode: two minutes in all.
_EXAMPLES = 12
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_FORMAT = "photo"
# What the starter has, so that requests come to what is behind "not found".
_KNOWN = {"person_id": "Q76", "person": "Q76"}


@pytest.fixture(scope="module")
def url(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("described") / "home"
    with serve(home=home, photos_per_minute=0, results_per_day=0) as server:
        yield server.url


@pytest.fixture(scope="module")
def described(url: str, photos: Mapping[str, bytes]) -> dict[str, Any]:
    """The description, in which photos are told from other texts."""
    some = [photos[name] for name in ("obama.jpg", "single_face.jpg", "astronaut.png")]
    schemathesis.openapi.format(_FORMAT, st.sampled_from(some) | st.binary(max_size=64))
    found: dict[str, Any] = patient.get(f"{url}/openapi.json").json()
    for shape in found["components"]["schemas"].values():
        for each in shape.get("properties", {}).values():
            _mark(each)
    return found


def _mark(shape: dict[str, Any]) -> None:
    if "contentMediaType" in shape:
        shape["format"] = _FORMAT
    for inside in (shape.get("items"), *shape.get("anyOf", ())):
        if inside:
            _mark(inside)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_described(
    described: dict[str, Any], url: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(described)
    tried: Counter[str] = Counter()
    found: set[str] = set()
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        _try(operation.ok(), url, mode, tried, found)
    assert found == set()
    # There is no wrong request to what has no parameters.
    assert len(tried) > 25


def _try(
    operation: APIOperation,  # type: ignore[type-arg]
    url: str,
    mode: GenerationMode,
    tried: Counter[str],
    found: set[str],
) -> None:
    @given(case=operation.as_strategy(mode), known=st.booleans())
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, known: bool) -> None:
        for name in _KNOWN.keys() & (case.path_parameters or {}).keys() if known else ():
            case.path_parameters[name] = _KNOWN[name]
        answer = case.call(base_url=url, timeout=PATIENCE_S)
        tried[operation.label] += 1
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as group:
            # What it prints of itself has photos in it.
            for each in group.exceptions:
                told = str(each).partition("\n\n")[0]
                found.add(f"{operation.label}: {answer.status_code}: {each.title}: {told[:300]}")

    with suppress(Unsatisfiable):
        ask()
