"""How a command says that it failed: a line for people, with `--json` a problem too."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

import click

from lookalike.cli.terminal import JSON_PRINTED, print_json
from lookalike.errors import CollectionNotFound, InvalidParameter, LookalikeError, PhotoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lookalike.answers.shapes import Problem

# Errors that end a command, but for those that are bugs of ours.
Failure = LookalikeError | click.ClickException | click.Abort


def line(error: LookalikeError) -> str:
    """What a terminal shows."""
    if isinstance(error, PhotoError):
        return f"The {error.subject} cannot be used. {error}"
    if isinstance(error, CollectionNotFound) and error.known:
        return f"{error} There are: {', '.join(error.known)}."
    return str(error)


def wants_json(args: Sequence[str]) -> bool:
    """Whether a program reads the answer; known also where the arguments are wrong."""
    return "--json" in takewhile(lambda each: each != "--", args)


def print_problem(context: click.Context, error: Failure) -> None:
    """Print an error as JSON, unless what was printed before would be no JSON with it.

    Where that is a line for each of several things, the error is one more.
    """
    printed, indent = context.meta.get(JSON_PRINTED, (False, 2))
    if not printed or indent is None:
        print_json(_problem(error), indent=indent)


def _problem(error: Failure) -> Problem:
    from lookalike.answers.problems import PREFIX, problem
    from lookalike.answers.shapes import Problem

    if isinstance(error, LookalikeError):
        return problem(error)
    if isinstance(error, click.UsageError):
        return problem(InvalidParameter(error.format_message()))
    detail = "It was stopped." if isinstance(error, click.Abort) else error.format_message()
    return Problem(type=f"{PREFIX}not-done", title="It was not done", status=422, detail=detail)
