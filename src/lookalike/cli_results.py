"""Results of `lookalike evaluate` on the terminal."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING

import click

from lookalike.terminal import print_table, table

if TYPE_CHECKING:
    from lookalike.evaluate.figures import Breakdown, Group, Measured, Ratio, Result


def show_all(results: Sequence[Result], to_json: bool) -> None:
    """Print several results."""
    if to_json:
        from lookalike.evaluate.as_json import as_json

        click.echo(json.dumps([as_json(each) for each in results], indent=2, allow_nan=False))
        return
    for each in results:
        show(each, to_json)


def show(result: Result, to_json: bool) -> None:
    """Print a result."""
    if to_json:
        from lookalike.evaluate.as_json import as_json

        click.echo(json.dumps(as_json(result), indent=2, allow_nan=False))
        return
    title = f"{result.protocol}, {result.contract}".removesuffix(", ")
    made = table(title, result.kind.capitalize(), "", "95 % interval", "at")
    for each in result.figures:
        made.add_row(*_figure_cells(each, result.drawn))
    made.add_section()
    for name, count in result.counts.items():
        made.add_row(name.replace("_", " "), f"{count:,}", "", "")
    print_table(made)
    for breakdown in result.groups:
        _print_breakdown(breakdown, result.drawn)


def _figure_cells(figure: Measured, drawn: str) -> tuple[str, str, str, str]:
    at = "" if figure.at is None else f"{figure.at:.3f}"
    return figure.name, _value(figure.estimate.value, figure.unit), _interval(figure, drawn), at


def _interval(figure: Measured, drawn: str) -> str:
    low, high = (_value(each, figure.unit) for each in (figure.estimate.low, figure.estimate.high))
    return f"{low} to {high}" + (f"; only {figure.people} {drawn}" if figure.too_few else "")


def _value(value: float, unit: str) -> str:
    if math.isnan(value):
        return "cannot tell"
    return f"{value:.2f} {unit}" if unit else f"{value:.2%}"


def _print_breakdown(breakdown: Breakdown, drawn: str) -> None:
    ratios = {each.key: each for each in breakdown.ratios}
    names = [each.name for each in breakdown.groups]
    made = table(f"By {breakdown.column}", "", *names, "Worst to best")
    for place, figure in enumerate(breakdown.groups[0].figures):
        made.add_row(
            figure.name,
            *(_group_cell(each, place, drawn) for each in breakdown.groups),
            _ratio(ratios.get(figure.key)),
        )
    print_table(made)


def _group_cell(group: Group, place: int, drawn: str) -> str:
    figure = group.figures[place]
    people = f"{figure.people} {drawn}" + (", too few" if figure.too_few else "")
    low, high = (_value(each, "") for each in (figure.estimate.low, figure.estimate.high))
    return f"{_value(figure.estimate.value, '')}\n{low} to {high}\n{people}"


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return "too few"
    value, low, high = astuple(ratio.estimate)
    if math.isnan(value) or math.isnan(low):
        return "cannot tell"
    return f"{value:.1f} ({low:.1f} to {high:.1f})\n{ratio.worst} to {ratio.best}"
