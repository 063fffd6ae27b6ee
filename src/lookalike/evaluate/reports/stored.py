"""Results from the JSON that `as_json.py` makes of them: what `--json` prints, a report reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lookalike.errors import InvalidParameter
from lookalike.evaluate.figures import Result

_NAMES = (
    *("kind", "protocol", "contract", "data_sha256", "counts", "drawn"),
    *("figures", "groups", "curves", "histograms", "hardest"),
)


def read(path: Path) -> tuple[Result, ...]:
    """The results that `--json` printed into a file.

    Raises:
        InvalidParameter: the file holds none.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        found = tuple(map(_result, stored if isinstance(stored, list) else [stored]))
    except (KeyError, TypeError, ValueError, ValidationError):
        found = ()
    if not found:
        raise InvalidParameter(
            f"{path} is not a result; `lookalike evaluate ... --json > {path.name}` makes one."
        )
    return found


def _result(stored: Mapping[str, Any]) -> Result:
    facts = {name: _with_nan(stored[name]) for name in _NAMES}
    return TypeAdapter(Result).validate_python({**facts, "failed": stored["photos_without_face"]})


def _with_nan(value: Any) -> Any:
    """The same with NaN where an estimate, or a point of a curve, is null."""
    match value:
        case {"value": _, "low": _, "high": _}:
            return {key: math.nan if each is None else each for key, each in value.items()}
        case dict():
            return {key: _with_nan(each) for key, each in value.items()}
        case list():
            return [_with_nan(each) for each in value]
    return value
