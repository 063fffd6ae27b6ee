"""Results of `lookalike evaluate` on the terminal."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.terminal import json_option, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.evaluate.figures import Breakdown, Measured, Result
    from lookalike.evaluate.vectors import Photos


@dataclass(frozen=True, slots=True)
class Output:
    """Where results go besides the terminal."""

    as_json: bool
    report: Path | None
    with_images: bool


def with_output(command: Callable[..., None]) -> Callable[..., None]:
    """The options `--json`, `--report` and `--with-images`; the command gets an `Output`."""

    @json_option("Print the figures as JSON.")
    @click.option(
        "--report",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write a report too: this .html, and the same as .md and .json.",
    )
    @click.option(
        "--with-images",
        is_flag=True,
        help="Show the hardest photos in the report, not only their names.",
    )
    @functools.wraps(command)
    def run(as_json: bool, report: Path | None, with_images: bool, **own: object) -> None:
        command(output=Output(as_json, report, with_images), **own)

    return run


def show_all(results: Sequence[Result], output: Output) -> None:
    """Print several results."""
    if output.as_json:
        from lookalike.evaluate.reports.result_json import as_json

        print_json([as_json(each) for each in results])
    else:
        for each in results:
            _print(each)
    _report(results, output, {})


def show(result: Result, output: Output, photos: Photos | None = None) -> None:
    """Print a result.

    Args:
        photos: those that it may name as hard.
    """
    if output.as_json:
        from lookalike.evaluate.reports.result_json import as_json

        print_json(as_json(result))
    else:
        _print(result)
    _report([result], output, photos or {})


def _report(results: Sequence[Result], output: Output, photos: Photos) -> None:
    if output.report is None:
        return
    from lookalike.evaluate.reports.report import write

    for path in write(results, output.report, photos if output.with_images else None):
        click.echo(path, err=output.as_json)


def _print(result: Result) -> None:
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
    from lookalike.evaluate.reports import figure_text

    at = "" if figure.at is None else f"{figure.at:.3f}"
    return figure.name, figure_text.value(figure), figure_text.interval(figure, drawn), at


def _print_breakdown(breakdown: Breakdown, drawn: str) -> None:
    """Groups side by side, or where there are more of them than figures, one below another."""
    from lookalike.evaluate.reports import figure_text

    ratios = {each.key: each for each in breakdown.ratios}
    figures = breakdown.groups[0].figures
    rows = [
        ["", *(each.name for each in figures)],
        *(
            [group.name, *(_group_cell(each, drawn) for each in group.figures)]
            for group in breakdown.groups
        ),
        ["Worst to best", *(figure_text.ratio(ratios.get(each.key)) for each in figures)],
    ]
    if len(breakdown.groups) <= len(figures):
        rows = [list(row) for row in zip(*rows, strict=True)]
    made = table(f"By {breakdown.column}", *rows[0])
    for row in rows[1:]:
        made.add_row(*row)
    print_table(made)


def _group_cell(figure: Measured, drawn: str) -> str:
    from lookalike.evaluate.reports import figure_text

    few = ", too few" if figure.too_few else ""
    value, interval = figure_text.value(figure), figure_text.interval(figure, drawn)
    return f"{value}\n{interval}\n{figure.people} {drawn}{few}"
