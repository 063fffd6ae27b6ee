"""What a command answers of photos: of one as ever, of several one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from lookalike.cli.given import GivenPhoto, is_one, photos
from lookalike.cli.terminal import print_json
from lookalike.errors import PhotoError

if TYPE_CHECKING:
    from lookalike.answers.shapes import Answer

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Question(Generic[Found]):
    """What is asked about each photo.

    Attributes:
        ask: raises PhotoError where it cannot be answered of the bytes of a photo.
        shape: what was found, as JSON.
        show: prints what was found.
    """

    ask: Callable[[bytes], Found]
    shape: Callable[[Found], Answer]
    show: Callable[[Found], None]


def answer(
    given: Sequence[GivenPhoto], most: int, question: Question[Found], *, as_json: bool
) -> None:
    """Print the answer of one photo; a titled block of each of several, or their list as JSON.

    Args:
        most: bytes that a photo may have.

    Raises:
        PhotoError: the one photo cannot be used. Of several the others are answered all the same,
            and the command ends with exit code 1.
        InvalidParameter: there is no photo in a folder.
    """
    if is_one(given):
        found = question.ask(given[0].read("photo", most))
        if as_json:
            print_json(question.shape(found))
        else:
            question.show(found)
        return
    answers = _each(photos(given), most, question)
    failed = _print_list(answers, question) if as_json else _print_blocks(answers, question)
    if failed:
        raise click.exceptions.Exit(1)


def _each(
    given: Sequence[GivenPhoto], most: int, question: Question[Found]
) -> Iterator[tuple[GivenPhoto, Found | PhotoError]]:
    for each in given:
        try:
            yield each, question.ask(each.read("photo", most))
        except PhotoError as error:
            # What is wrong with a reference is wrong with it for all of them.
            if error.subject != "photo":
                raise
            yield each, error


def _print_blocks(
    answers: Iterator[tuple[GivenPhoto, Found | PhotoError]], question: Question[Found]
) -> bool:
    """Whether any could not be answered."""
    failed = False
    for number, (photo, found) in enumerate(answers):
        if isinstance(found, PhotoError):
            failed = True
            click.echo(f"{photo.file}: The photo cannot be used. {found}", err=True)
            continue
        if number:
            click.echo()
        click.echo(photo.file)
        question.show(found)
    return failed


def _print_list(
    answers: Iterator[tuple[GivenPhoto, Found | PhotoError]], question: Question[Found]
) -> bool:
    """Whether any could not be answered."""
    from lookalike.answers.problems import problem

    listed: list[dict[str, Any]] = []
    failed = False
    for photo, found in answers:
        if isinstance(found, PhotoError):
            failed = True
            listed.append({"file": photo.file, "problem": problem(found)})
        else:
            listed.append({"file": photo.file, **question.shape(found).model_dump(mode="json")})
    print_json(listed)
    return failed
