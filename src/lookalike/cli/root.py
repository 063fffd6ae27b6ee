"""The command line: `lookalike find|compare|detect|serve|counts|gallery|keys|evaluate|models`.

Exit codes: 0 success, 1 a photo or a set-up that cannot be used, 2 wrong usage, 3 `gallery check`
found something.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from lookalike import config
from lookalike.cli.evaluate.calibrate import calibrate
from lookalike.cli.evaluate.protocols import evaluate
from lookalike.cli.evaluate.report import report
from lookalike.cli.gallery.build import build
from lookalike.cli.gallery.check import check
from lookalike.cli.gallery.migrate import migrate
from lookalike.cli.gallery.people import gallery
from lookalike.cli.gallery.push import push
from lookalike.cli.keys import keys
from lookalike.cli.models import models
from lookalike.cli.terminal import JSON, PHOTO, chosen_engine, print_table, table
from lookalike.errors import LookalikeError, PhotoError
from lookalike.gallery.people import Gender

if TYPE_CHECKING:
    from lookalike.faces.attributes import Attributes


class _Commands(click.Group):
    """Ends with one clear line on stderr and exit code 1 when something cannot be used."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PhotoError as error:
            raise click.ClickException(f"The {error.subject} cannot be used. {error}") from error
        except LookalikeError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="lookalike")
def main() -> None:
    """Find the celebrities that a face looks like, and how alike two photos are."""


@main.command()
@click.argument("photo", type=PHOTO)
@click.option("--reference", type=PHOTO, multiple=True, help="Compare with this photo too.")
@click.option("--limit", type=click.IntRange(1, 100), help="People to rank for each face.")
@click.option("--collection", help="Search only this collection.")
@click.option("--group", help="Rank only people of this group.")
@click.option(
    "--gender", type=click.Choice(get_args(Gender)), help="Rank only those the source says are."
)
@JSON
def find(
    photo: Path,
    reference: tuple[Path, ...],
    limit: int | None,
    collection: str | None,
    group: str | None,
    gender: Gender | None,
    as_json: bool,
) -> None:
    """Rank the celebrities that each face of PHOTO looks like."""
    from lookalike.answers import photos
    from lookalike.gallery.people import Who

    with chosen_engine() as engine:
        found = engine.find(
            photo.read_bytes(),
            tuple(each.read_bytes() for each in reference),
            limit=limit or engine.settings.limit,
            collection=collection,
            who=Who(group, gender),
        )
        if as_json:
            click.echo(photos.lookalikes(found).model_dump_json(indent=2))
            return
    for number, ranked in enumerate(found.faces, 1):
        title = f"Face {number} of {len(found.faces)}"
        made = table(title, "", "Name", *found.model.measures)
        for place, match in enumerate(ranked.matches, 1):
            made.add_row(str(place), match.person.name.both, *match.score.texts)
        for path, score in zip(reference, ranked.references, strict=True):
            made.add_section()
            made.add_row("", f"[italic]{path.name}[/italic]", *score.texts)
        print_table(made)
    if found.notice:
        click.echo(found.notice, err=True)


@main.command()
@click.argument("a", type=PHOTO)
@click.argument("b", type=PHOTO)
@JSON
def compare(a: Path, b: Path, as_json: bool) -> None:
    """Compare the largest face of photo A with every face of photo B."""
    from lookalike.answers import photos

    with chosen_engine() as engine:
        comparison = engine.compare(a.read_bytes(), b.read_bytes())
        if as_json:
            click.echo(photos.comparison(comparison).model_dump_json(indent=2))
            return
    made = table(f"{a.name} and {b.name}", "Face", *comparison.model.measures)
    for number, score in enumerate(comparison.scores, 1):
        made.add_row(str(number), *score.texts)
    print_table(made)


@main.command()
@click.argument("photo", type=PHOTO)
@click.option("--attributes", is_flag=True, help="Guess an age range and a gender of each.")
@JSON
def detect(photo: Path, attributes: bool, as_json: bool) -> None:
    """List the faces of PHOTO with their place and quality."""
    from lookalike.answers import photos

    with chosen_engine() as engine:
        detected = engine.detect(photo.read_bytes(), guess=attributes)
        if as_json:
            click.echo(photos.detection(detected).model_dump_json(indent=2))
            return
    found, guesses = detected.photo, detected.guesses
    title = f"{len(found.faces)} faces in {found.width} x {found.height} pixels"
    columns = ("", "Left, top", "Size", "Score", "Sharpness", "Brightness", "Yaw")
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
            *(_looks(guesses[number - 1]) if guesses else ()),
        )
    print_table(made)


@main.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 8000 unless set.")
@click.option("--workers", type=click.IntRange(1), help="Processes; one a core is best.")
@click.option("--site", type=PHOTO, help="TOML file of an event of your own.")
def serve(host: str | None, port: int | None, workers: int | None, site: Path | None) -> None:
    """Serve the page, the JSON API and the Rekognition API."""
    from lookalike.server import run

    path = None if site is None else str(site)
    run(config.load(host=host, port=port, workers=workers, site=path))


@main.command()
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everyone who was nearest.")
def counts(days: int, as_json: bool) -> None:
    """Show how often a site was used on each day.

    A server with a site file counts visits, uploads, matches and shares, and keeps no photo,
    address or cookie for it.
    """
    from lookalike.web.counts import EVENTS, Counts

    found = Counts(config.load().home).days(days)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str, indent=2))
        return
    made = table(f"{len(found)} days", "Day", *(each.capitalize() for each in EVENTS), "Nearest")
    for each in found:
        nearest = ", ".join(f"{person} ({count})" for person, count in each.best[:3])
        numbers = (str(getattr(each, event)) for event in EVENTS)
        made.add_row(f"{each.day}", *numbers, nearest)
    print_table(made)


gallery.add_command(build)
gallery.add_command(check)
gallery.add_command(migrate)
gallery.add_command(push)
main.add_command(gallery)
main.add_command(keys)
evaluate.add_command(calibrate)
evaluate.add_command(report)
main.add_command(evaluate)
main.add_command(models)


def _looks(guess: Attributes) -> tuple[str, str]:
    likelier = max(guess.female, 1 - guess.female)
    word = "female" if guess.female > 0.5 else "male"
    return f"{word} ({likelier:.0%})", f"{guess.age_low} to {guess.age_high}"
