"""Results as JSON: what `--json` prints, and a report reads back."""

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
_NAMES = ("kind", "protocol", "contract", "data_sha256", "counts", "drawn", *_PARTS)


def as_json(result: Result) -> dict[str, object]:
    """What `--json` prints: the first figure and its interval, then everything by its name.

    There is no NaN in it: what the data cannot tell is null.
    """
    first = result.figures[0]
    return {
        "kind": result.kind,
        "protocol": result.protocol,
        "contract": result.contract,
        "data_sha256": result.data_sha256,
        "counts": dict(result.counts),
        "interval": _plain([first.estimate.low, first.estimate.high]),
        **_figures_json(result.figures),
        first.key: _plain(first.estimate.value),
        **{name: _plain([asdict(each) for each in getattr(result, name)]) for name in _PARTS},
        "drawn": result.drawn,
        "photos_without_face": list(result.failed),
    }


def _figures_json(figures: tuple[Measured, ...]) -> dict[str, Any]:
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
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case float() if not math.isfinite(value):
            return None
    return value


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
