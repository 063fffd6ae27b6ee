"""What the commands that add people ask alike."""

from __future__ import annotations

import functools
from collections.abc import Callable

import click

from lookalike.gallery.people import Credit

# The collection of whoever names none.
MINE = "mine"

THUMBNAILS = click.option(
    "--thumbnails",
    is_flag=True,
    help="Keep a small picture of every face, so that a later model needs no new photos.",
)


def with_credit(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where portraits come from; the command gets a `Credit`, or None."""

    @click.option("--source", help="Where the portraits come from (a web address).")
    @click.option("--author", help="Who made them.")
    @click.option("--licence", help="On what terms they may be shown.")
    @functools.wraps(command)
    def run(source: str | None, author: str | None, licence: str | None, **own: object) -> None:
        known = source or author or licence
        command(credit=Credit(author, licence, None, source) if known else None, **own)

    return run
