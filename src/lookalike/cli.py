"""The command line: `lookalike find|compare|detect|serve|gallery`.

Exit codes: 0 success, 1 a photo or a set-up that cannot be used, 2 wrong usage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike import config
from lookalike.errors import LookalikeError, PhotoError

if TYPE_CHECKING:
    from rich.table import Table

    from lookalike.engine import Engine
    from lookalike.similarity import Score

_PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print what the JSON API answers.")


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
@click.argument("photo", type=_PHOTO)
@click.option("--reference", type=_PHOTO, multiple=True, help="Compare with this photo too.")
@click.option("--limit", type=click.IntRange(1, 100), help="People to rank for each face.")
@click.option("--collection", help="Search only this collection.")
@_JSON
def find(
    photo: Path,
    reference: tuple[Path, ...],
    limit: int | None,
    collection: str | None,
    as_json: bool,
) -> None:
    """Rank the celebrities that each face of PHOTO looks like."""
    from lookalike.web import answers

    with _engine() as engine:
        found = engine.find(
            photo.read_bytes(),
            tuple(each.read_bytes() for each in reference),
            limit=limit or engine.settings.limit,
            collection=collection,
        )
        if as_json:
            click.echo(answers.lookalikes(engine, found, collection).model_dump_json(indent=2))
            return
    for number, ranked in enumerate(found.faces, 1):
        table = _table(
            f"Face {number} of {len(found.faces)}", "", "Name", "Similarity", "Resemblance"
        )
        for place, match in enumerate(ranked.matches, 1):
            name = " · ".join(n for n in (match.person.name.en, match.person.name.ko) if n)
            table.add_row(str(place), name, *_columns(match.score))
        for path, score in zip(reference, ranked.references, strict=True):
            table.add_section()
            table.add_row("", f"[italic]{path.name}[/italic]", *_columns(score))
        _print(table)


@main.command()
@click.argument("a", type=_PHOTO)
@click.argument("b", type=_PHOTO)
@_JSON
def compare(a: Path, b: Path, as_json: bool) -> None:
    """Compare the largest face of photo A with every face of photo B."""
    from lookalike.web import answers

    with _engine() as engine:
        comparison = engine.compare(a.read_bytes(), b.read_bytes())
        if as_json:
            click.echo(answers.comparison(engine, comparison).model_dump_json(indent=2))
            return
    table = _table(f"{a.name} and {b.name}", "Face", "Similarity", "Resemblance")
    for number, score in enumerate(comparison.scores, 1):
        table.add_row(str(number), *_columns(score))
    _print(table)


@main.command()
@click.argument("photo", type=_PHOTO)
@_JSON
def detect(photo: Path, as_json: bool) -> None:
    """List the faces of PHOTO with their place and quality."""
    from lookalike.web import answers

    with _engine() as engine:
        found = engine.detect(photo.read_bytes())
        if as_json:
            click.echo(answers.detection(engine, found).model_dump_json(indent=2))
            return
    title = f"{len(found.faces)} faces in {found.width} x {found.height} pixels"
    table = _table(title, "", "Left, top", "Size", "Score", "Sharpness", "Brightness", "Yaw")
    for number, face in enumerate(found.faces, 1):
        box, quality = face.box, face.quality
        table.add_row(
            str(number),
            f"{box.left:.0f}, {box.top:.0f}",
            f"{box.width:.0f} x {box.height:.0f}",
            f"{quality.score:.0%}",
            f"{quality.sharpness:.0f}",
            f"{quality.brightness:.0f}",
            f"{quality.pose.yaw:+.0f}°",
        )
    _print(table)


@main.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 8000 unless set.")
@click.option("--workers", type=click.IntRange(1), help="Processes; one a core is best.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the page, the JSON API and the Rekognition API."""
    from lookalike.server import run

    run(config.load(host=host, port=port, workers=workers))


@main.group()
def gallery() -> None:
    """The people that faces are compared with."""


@gallery.command("list")
@click.option("--collection", help="Only this collection.")
@click.option("--query", default="", help="Only people whose name holds this.")
@_JSON
def list_people(collection: str | None, query: str, as_json: bool) -> None:
    """List the people of the gallery."""
    from lookalike.web import answers

    with _gallery() as people:
        found = people.people(collection, query)
        if as_json:
            click.echo(answers.people(found, total=len(found)).model_dump_json(indent=2))
            return
    table = _table(f"{len(found)} people", "Id", "Name", "한국어", "Collection", "Groups")
    for each in found:
        table.add_row(
            each.id, each.name.en or "", each.name.ko or "", each.collection, ", ".join(each.groups)
        )
    _print(table)


@gallery.command()
@click.argument("person_id")
@_JSON
def show(person_id: str, as_json: bool) -> None:
    """Show one person by id."""
    from lookalike.web import answers

    with _gallery() as people:
        person = people.person(person_id)
    if as_json:
        click.echo(answers.person(person, None).model_dump_json(indent=2))
        return
    for label, value in (
        ("Name", " · ".join(n for n in (person.name.en, person.name.ko) if n)),
        ("Description", person.description.get("en")),
        ("Born", person.born),
        ("Died", person.died),
        ("Groups", ", ".join(person.groups)),
        ("Collection", person.collection),
        *((link.kind, link.url) for link in person.links),
    ):
        if value:
            click.echo(f"{label + ':':15}{value}")


@gallery.command()
@click.argument("name")
@click.argument("photos", type=_PHOTO, nargs=-1, required=True)
@click.option("--collection", default="mine", show_default=True, help="Collection to add to.")
@click.option("--source", help="Where the portraits come from (a web address).")
@click.option("--author", help="Who made them.")
@click.option("--licence", help="On what terms they may be shown.")
def add(
    name: str,
    photos: tuple[Path, ...],
    collection: str,
    source: str | None,
    author: str | None,
    licence: str | None,
) -> None:
    """Add a person by NAME with one or more PHOTOS; known at once to a running server."""
    from lookalike.gallery.people import Credit, Person, Text
    from lookalike.gallery.store import Portrait, new_id

    credit = Credit(author, licence, None, source) if source or author or licence else None
    with _engine() as engine:
        portraits = [Portrait(engine.portrait(each.read_bytes()), credit) for each in photos]
        text = Text(ko=name) if any("가" <= letter <= "힣" for letter in name) else Text(en=name)
        person = Person(id=new_id(), collection=collection, name=text)
        engine.gallery.add(person, portraits)
    click.echo(f"Added {name} as {person.id} to {collection} with {len(portraits)} portraits.")


@gallery.command()
@click.argument("person_id")
def remove(person_id: str) -> None:
    """Remove a person, by id, from your own collections."""
    with _gallery() as people:
        people.remove(person_id)
    click.echo(f"Removed {person_id}.")


@gallery.command("build-starter")
@click.option("--portraits", type=_FOLDER, required=True, help="Folder with names.csv.")
@click.option("--hangul", type=_FOLDER, required=True, help="Folder of photos named in Hangul.")
@click.option("--tables", type=_FOLDER, required=True, help="Folder of the reviewed tables.")
@click.option("--out", type=_FOLDER, help="Where to write; the installed package unless set.")
def build_starter(portraits: Path, hangul: Path, tables: Path, out: Path | None) -> None:
    """Make the gallery that ships with the package."""
    from lookalike.faces.analyzer import Analyzer
    from lookalike.gallery import starter
    from lookalike.gallery.starter import build

    # Built once and used by everyone: exact arithmetic is worth its time here.
    analyzer = Analyzer(replace(config.load(), precision="float32"))
    found = list(build.candidates(portraits, hangul, tables))
    report = build.build(_progress(found), analyzer, out or Path(starter.__file__).parent)
    click.echo(f"{report.people} people; {len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        names = ", ".join(name for name, why in report.left_out if why == reason)
        click.echo(f"  {count:4} {reason}: {names}")


@contextmanager
def _engine() -> Iterator[Engine]:
    from lookalike.engine import Engine

    engine = Engine(config.load())
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _gallery() -> Iterator[Any]:
    from lookalike.faces.models import SFACE
    from lookalike.gallery.gallery import Gallery

    opened = Gallery.open(config.load(), SFACE)
    try:
        yield opened
    finally:
        opened.close()


def _progress(items: list[Any]) -> Iterable[Any]:
    from rich.console import Console
    from rich.progress import track

    return track(items, "Reading portraits", console=Console(stderr=True))


def _table(title: str, *columns: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for each in columns:
        table.add_column(each)
    return table


def _columns(score: Score) -> tuple[str, str]:
    similarity = f"{score.similarity:5.1f}  {score.verdict.replace('-', ' ')}"
    return similarity, f"{score.resemblance:5.1f}  1 stranger in {score.one_in:,}"


def _print(table: Table) -> None:
    from rich.console import Console

    Console().print(table)
