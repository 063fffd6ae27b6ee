"""`lookalike detect`: the faces of a photo, and how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lookalike.cli.answering import Question, answer
from lookalike.cli.context import chosen_engine, pass_settings
from lookalike.cli.given import PHOTO_OR_FOLDER, GivenPhoto
from lookalike.cli.terminal import API_JSON, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.interface import Detection
    from lookalike.faces.attributes import Attributes


@click.command()
@click.argument("given", type=PHOTO_OR_FOLDER, nargs=-1, required=True, metavar="PHOTO...")
@click.option("--attributes", is_flag=True, help="Guess an age range and a gender of each.")
@API_JSON
@pass_settings
def detect(
    settings: Settings, given: tuple[GivenPhoto, ...], attributes: bool, as_json: bool
) -> None:
    """List the faces of PHOTO with their place and quality.

    Takes several photos, folders and `-` as `find` does.
    """
    from lookalike.answers import photos

    with chosen_engine(settings) as engine:

        def ask(photo: bytes) -> Detection:
            return engine.detect(photo, guess=attributes)

        question = Question(ask, photos.detection, _show)
        answer(given, settings.max_bytes, question, as_json=as_json)


def _show(detected: Detection) -> None:
    found, guesses = detected.photo, detected.guesses
    title = f"{len(found.faces)} faces in {found.width} x {found.height} pixels"
    columns = ("", "Left, top", "Size", "Score", "Sharp", "Bright", "Yaw")
    made = table(title, *columns, *(("Looks", "Looks aged") if guesses else ()))
    for number, face in enumerate(found.faces, 1):
        box, quality = face.box, face.quality
        made.add_row(
            str(number),
            f"{box.left:.0f}, {box.top:.0f}",
            f"{box.width:.0f} x {box.height:.0f}",
            f"{quality.score:.0%}",
            f"{quality.sharpness:.0f}",
            f"{quality.brightness:.0f}",
            f"{quality.pose.yaw:+.0f}°",
            *(_guess_cells(guesses[number - 1]) if guesses else ()),
        )
    print_table(made)


def _guess_cells(guess: Attributes) -> tuple[str, str]:
    likelier = max(guess.female, 1 - guess.female)
    word = "female" if guess.female > 0.5 else "male"
    return f"{word} ({likelier:.0%})", f"{guess.age_low} to {guess.age_high}"
