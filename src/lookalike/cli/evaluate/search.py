"""`lookalike evaluate search`: recall and speed of the index."""

from __future__ import annotations

import click

from lookalike.cli.evaluate.results import Output, show_all, with_output


@click.command()
@click.argument("counts", type=click.IntRange(10), nargs=-1)
@click.option("--threads", type=click.IntRange(1), default=1, help="To build the index with.")
@with_output
def search(counts: tuple[int, ...], threads: int, output: Output) -> None:
    """Recall and speed of the index among COUNTS people, who are made up; 100,000 unless given."""
    from lookalike.evaluate.protocols.search import POPULATIONS, search_index

    both = ((count, name) for count in counts or (100_000,) for name in POPULATIONS)
    show_all([each for one in both for each in search_index(*one, threads)], output)
