"""Results of `lookalike evaluate` on the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from lookalike.terminal import print_table, table

if TYPE_CHECKING:
    from lookalike.evaluate.figures import Breakdown, Measured, Result


def show(result: Result, as_json: bool) -> None:
    """Print a result."""
    from lookalike.evaluate import stored

    if as_json:
        click.echo(json.dumps(stored.to_json(result), indent=2, allow_nan=False))
    else:
        _print(result)


def show_all(results: Sequence[Result], as_json: bool) -> None:
    """Print several results."""
    from lookalike.evaluate import stored

    if as_json:
        every = [stored.to_json(each) for each in results]
        click.echo(json.dumps(every, indent=2, allow_nan=False))
        return
    for each in results:
        _print(each)


def _print(result: Result) -> None:
    from lookalike.evaluate import shown

    title = f"{result.protocol}, {result.contract}"
    made = table(title, result.kind.capitalize(), "", "95 % interval", "at")
    for each in result.figures:
        at = "" if each.at is None else f"{each.at:.3f}"
        made.add_row(each.name, shown.value(each), shown.interval(each), at)
    made.add_section()
    for name, count in result.counts.items():
        made.add_row(name.replace("_", " "), f"{count:,}", "", "")
    print_table(made)
    for breakdown in result.groups:
        _print_breakdown(breakdown, result.drawn)


def _print_breakdown(breakdown: Breakdown, drawn: str) -> None:
    from lookalike.evaluate import shown

    ratios = {each.key: each for each in breakdown.ratios}
    names = [each.name for each in breakdown.groups]
    made = table(f"By {breakdown.column}", "", *names, "Worst to best")
    for each in zip(*(group.figures for group in breakdown.groups), strict=True):
        cells = (_group_cell(figure, drawn) for figure in each)
        made.add_row(each[0].name, *cells, shown.ratio(ratios.get(each[0].key)))
    print_table(made)


def _group_cell(figure: Measured, drawn: str) -> str:
    from lookalike.evaluate import shown

    return f"{shown.value(figure)}\n{shown.interval(figure)}\n{figure.people} {drawn}"
