"""`lookalike evaluate report`: results of one model or several, side by side."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument(
    "results",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="RESULT.json...",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The HTML; the same as .md and .json is put beside it.",
)
def report(results: tuple[Path, ...], out: Path) -> None:
    """A report of results that `--json` printed, those of several models side by side."""
    from lookalike.evaluate.reports.report import write
    from lookalike.evaluate.reports.result_json import read

    found = [result for path in results for result in read(path)]
    for path in write(found, out):
        click.echo(path)
