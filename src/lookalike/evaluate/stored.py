"""Results as JSON and back: what `--json` prints, a report reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lookalike.errors import InvalidParameter
from lookalike.evaluate.figures import Measured, Result

_PARTS = ("figures", "groups", "curves", "histograms", "hardest")


def to_json(result: Result) -> dict[str, object]:
    """The first figure and its interval, the others by their names, then everything in full.

    What the data cannot tell (NaN) is null.
    """
    first = result.figures[0]
    return {
        "kind": result.kind,
        "protocol": result.protocol,
        "contract": result.contract,
        "data_sha256": result.data_sha256,
        "counts": dict(result.counts),
        "interval": _plain([first.estimate.low, first.estimate.high]),
        **_by_name(result.figures),
        first.key: _plain(first.estimate.value),
        **{part: _plain([asdict(each) for each in getattr(result, part)]) for part in _PARTS},
        "drawn": result.drawn,
        "photos_without_face": list(result.failed),
    }


def read(path: Path) -> Result:
    """A result that `--json` printed into a file.

    Raises:
        InvalidParameter: the file holds none.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        names = ("kind", "protocol", "contract", "data_sha256", "counts", "drawn", *_PARTS)
        facts = {name: _with_nan(stored[name]) for name in names}
        facts["failed"] = stored["photos_without_face"]
        return TypeAdapter(Result).validate_python(facts)
    except (KeyError, TypeError, ValueError, ValidationError):
        raise InvalidParameter(
            f"{path} is not a result; `lookalike evaluate ... --json > {path.name}` makes one."
        ) from None


def _by_name(figures: tuple[Measured, ...]) -> dict[str, Any]:
    """Value, interval and score of each; those of a table below its name."""
    found: dict[str, Any] = {}
    for each in figures:
        name, _, entry = each.key.partition("/")
        made = _plain({**asdict(each.estimate), "at": each.at})
        if entry:
            found.setdefault(name, {})[entry] = made
        else:
            found[name] = made
    return found


def _plain(value: Any) -> Any:
    """The same as JSON has it: without NaN."""
    match value:
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case float() if not math.isfinite(value):
            return None
    return value


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
