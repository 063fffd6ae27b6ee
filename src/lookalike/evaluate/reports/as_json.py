"""Results for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from lookalike.evaluate.figures import Measured, Result

_PARTS = ("figures", "groups", "curves", "histograms", "hardest")


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
