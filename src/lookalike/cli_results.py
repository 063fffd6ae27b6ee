"""Results of `lookalike evaluate` on the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from lookalike.terminal import print_table, table

if TYPE_CHECKING:
    from lookalike.evaluate.figures import Breakdown, Measured, Result


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
    from lookalike.evaluate import shown

    at = "" if figure.at is None else f"{figure.at:.3f}"
    return figure.name, shown.value(figure), shown.interval(figure, drawn), at


def _print_breakdown(breakdown: Breakdown, drawn: str) -> None:
    from lookalike.evaluate import shown

    ratios = {each.key: each for each in breakdown.ratios}
    names = [each.name for each in breakdown.groups]
    made = table(f"By {breakdown.column}", "", *names, "Worst to best")
    for figures in zip(*(group.figures for group in breakdown.groups), strict=True):
        made.add_row(
            figures[0].name,
            *(_group_cell(each, drawn) for each in figures),
            shown.ratio(ratios.get(figures[0].key)),
        )
    print_table(made)


def _group_cell(figure: Measured, drawn: str) -> str:
    from lookalike.evaluate import shown

    few = ", too few" if figure.too_few else ""
    return f"{shown.value(figure)}\n{shown.interval(figure, drawn)}\n{figure.people} {drawn}{few}"
