"""`lookalike evaluate`: measure the face model on protocols that others publish."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike import config
from lookalike.cli.evaluate.results import Output, show, show_all, with_output
from lookalike.cli.terminal import FOLDER, PHOTO, opened_engine, progress

if TYPE_CHECKING:
    from lookalike.evaluate.protocols.enrolment import EnrolmentRow
    from lookalike.evaluate.protocols.pairs import Pairs
    from lookalike.evaluate.protocols.protocol import Protocol
    from lookalike.evaluate.vectors import Progress, Vectors

CACHE = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep vectors (never photos) in this folder, for the next run.",
)
_STRANGERS = click.option(
    "--all-strangers",
    is_flag=True,
    help="Give TAR at an FMR of every pair of two people among the photos too.",
)
_BY = click.option("--by", multiple=True, help="Give every figure by this column of the table too.")
_PHOTOS = click.option(
    "--photos", type=FOLDER, help="What file names are relative to; the table's folder unless set."
)
_FACE = click.option(
    "--face",
    type=click.Choice(["largest", "central", "subject"]),
    default="largest",
    show_default=True,
    help="The face of a photo that is meant.",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every table of photos."""

    csv: Path
    face: str
    photos: Path | None
    by: tuple[str, ...]
    cache: Path | None
    output: Output


def _of_table(command: Callable[..., None]) -> Callable[..., None]:
    """A command about a table: gets `_Asked`, and the options of its own."""

    @click.argument("csv", type=PHOTO)
    @_FACE
    @_PHOTOS
    @_BY
    @CACHE
    @with_output
    @functools.wraps(command)
    def run(
        csv: Path,
        face: str,
        photos: Path | None,
        by: tuple[str, ...],
        cache: Path | None,
        output: Output,
        **own: object,
    ) -> None:
        command(_Asked(csv, face, photos, by, cache, output), **own)

    return run


@click.group()
def evaluate() -> None:
    """Measure the face model: every figure with its 95 % confidence interval."""


@evaluate.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@_STRANGERS
@CACHE
@with_output
def lfw(folder: Path, all_strangers: bool, cache: Path | None, output: Output) -> None:
    """Verification on LFW's view 2: DIR holds pairs.txt and the photos, in folders by person."""
    from lookalike.evaluate.protocols.pairs import lfw

    _verification(lfw(folder), (), all_strangers, cache, output)


@evaluate.command()
@_STRANGERS
@_of_table
def pairs(asked: _Asked, all_strangers: bool) -> None:
    """Verification on a table of pairs: columns file1, file2 and same (1 or 0).

    Further columns: fold, person1 and person2, and any that --by may name.
    """
    from lookalike.evaluate.protocols.pairs import table
    from lookalike.evaluate.vectors import Which

    protocol = table(asked.csv, Which(asked.face), asked.photos)
    _verification(protocol, asked.by, all_strangers, asked.cache, asked.output)


@evaluate.command("bin")
@click.argument("file", type=PHOTO)
@_STRANGERS
@CACHE
@with_output
def packed(file: Path, all_strangers: bool, cache: Path | None, output: Output) -> None:
    """Verification on a .bin file of InsightFace: LFW, CFP-FP, AgeDB-30, CALFW or CPLFW.

    Its crops are aligned already, so they are embedded without looking for a face in them.
    """
    from lookalike.evaluate.protocols.pairs import packed

    _verification(packed(file), (), all_strangers, cache, output)


def _verification(
    pairs: Pairs, by: tuple[str, ...], all_strangers: bool, cache: Path | None, output: Output
) -> None:
    from lookalike.evaluate.protocols.verification import verify

    pairs.by(by)
    vectors = embedded(pairs, cache)
    show(verify(pairs, vectors, by, all_strangers=all_strangers), output, pairs.photos)


@evaluate.command()
@click.option(
    "--several",
    type=click.Choice(["mean", "best"]),
    default="mean",
    show_default=True,
    help="How the several portraits of one person count; the product ranks by their mean.",
)
@_of_table
def identify(asked: _Asked, several: str) -> None:
    """Search a gallery: a table of photos with columns file, person and role (enrol or probe).

    People with probes but no portrait are strangers, for the open set. Further columns: round, each
    of which is a gallery of its own, and any that --by may name.
    """
    from lookalike.evaluate.protocols.identification import Several, identify, table
    from lookalike.evaluate.vectors import Which

    protocol = table(asked.csv, Which(asked.face), asked.photos)
    protocol.by(asked.by)
    vectors = embedded(protocol, asked.cache)
    found = identify(protocol, vectors, asked.by, Several(several))
    show(found, asked.output, protocol.photos)


@evaluate.command()
@_of_table
def triplets(asked: _Asked) -> None:
    """Agreement with people: a table of files anchor, a and b, and which is closer (a or b).

    Each row is one judgement. Further columns: judge, and any that --by may name.
    """
    from lookalike.evaluate.protocols.triplets import agree, table
    from lookalike.evaluate.vectors import Which

    protocol = table(asked.csv, Which(asked.face), asked.photos)
    protocol.by(asked.by)
    found = agree(protocol, embedded(protocol, asked.cache), asked.by)
    show(found, asked.output, protocol.photos)


@evaluate.command()
@click.argument("annotations", type=PHOTO)
@click.argument("folder", type=FOLDER, metavar="DIR")
@with_output
def detection(annotations: Path, folder: Path, output: Output) -> None:
    """Detection on photos in DIR whose faces are marked as WIDER FACE marks them.

    ANNOTATIONS has the path of a photo, the number of its faces, and a line for each: left, top,
    width and height in pixels, perhaps with WIDER's six attributes.
    """
    from lookalike.evaluate.protocols.detection import detect, wider

    marked = wider(annotations, folder)
    with _shown() as shown:
        found = detect(annotations.name, marked, config.load(), shown)
    show(found, output)


@evaluate.command()
@click.argument("photos", type=PHOTO, nargs=-1, required=True)
@click.option("--runs", type=click.IntRange(10), default=25, show_default=True)
@with_output
def speed(photos: tuple[Path, ...], runs: int, output: Output) -> None:
    """Milliseconds of every step of `find`, for each of PHOTOS."""
    from lookalike.evaluate.speed import time_steps

    with opened_engine() as engine:
        found = [time_steps(engine, each.name, each.read_bytes(), runs) for each in photos]
    show_all(found, output)


@evaluate.command()
@click.argument("counts", type=click.IntRange(10), nargs=-1)
@click.option("--threads", type=click.IntRange(1), default=1, help="To build the index with.")
@with_output
def search(counts: tuple[int, ...], threads: int, output: Output) -> None:
    """Recall and speed of the index among COUNTS people, who are made up; 100,000 unless given."""
    from lookalike.evaluate.protocols.search import POPULATIONS, search_index

    both = ((count, name) for count in counts or (100_000,) for name in POPULATIONS)
    show_all([each for one in both for each in search_index(*one, threads)], output)


@evaluate.group("protocol")
def protocols() -> None:
    """Write tables for `evaluate identify`."""


_OUT = click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv")
_PEOPLE = click.option(
    "--people",
    type=PHOTO,
    help="A table with a column person; its others are added, to group by.",
)


@protocols.command("folder")
@click.argument("folder", type=FOLDER, metavar="DIR")
@_OUT
@click.option(
    "--portraits",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Photos of each person that are enrolled, drawn by chance.",
)
@click.option(
    "--left-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the people who are not enrolled, drawn by chance.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="How often both are drawn.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@_PEOPLE
def protocol_folder(
    folder: Path,
    out: Path,
    portraits: int,
    left_out: float,
    rounds: int,
    seed: int,
    people: Path | None,
) -> None:
    """Split DIR, in which each person has a folder, into portraits and probes."""
    from lookalike.evaluate.protocols import enrolment

    split = enrolment.Split(portraits, left_out, rounds, seed)
    _write(enrolment.folder(folder, split), out, people)


@protocols.command("tables")
@click.argument("enrolled", type=PHOTO, metavar="ENROLLED.csv")
@click.argument("probes", type=PHOTO, metavar="PROBES.csv")
@_OUT
@click.option("--person", default="person", show_default=True, help="Column that says who it is.")
@click.option("--file", default="file", show_default=True, help="Column of files of ENROLLED.csv.")
@click.option("--probe-file", help="Column of files of PROBES.csv; as --file unless set.")
@click.option("--photos", type=FOLDER, help="Folder of the portraits; the table's unless set.")
@click.option("--probe-photos", type=FOLDER, help="Folder of the probes; the table's unless set.")
@_PEOPLE
def protocol_tables(
    enrolled: Path,
    probes: Path,
    out: Path,
    person: str,
    file: str,
    probe_file: str | None,
    photos: Path | None,
    probe_photos: Path | None,
    people: Path | None,
) -> None:
    """Make one table of two: who is enrolled, and the probes."""
    from lookalike.evaluate.protocols import enrolment
    from lookalike.evaluate.protocols.table import read

    both = (
        enrolment.RoleTable(read(enrolled, (person, file)), file, photos, "enrol"),
        enrolment.RoleTable(
            read(probes, (person, probe_file or file)), probe_file or file, probe_photos, "probe"
        ),
    )
    _write(enrolment.tables(both, person), out, people)


def _write(rows: Iterable[EnrolmentRow], out: Path, people: Path | None) -> None:
    from lookalike.evaluate.protocols import enrolment
    from lookalike.evaluate.protocols.table import read

    known = enrolment.people_columns(read(people, ("person",))) if people else None
    click.echo(f"{enrolment.write(rows, out, known):,} rows in {out}")


def embedded(protocol: Protocol, cache: Path | None) -> Vectors:
    """The vectors of a protocol's photos, with a progress bar."""
    from lookalike.evaluate.vectors import embed

    with _shown() as shown:
        return embed(protocol.photos, config.load(), protocol.which, cache, shown)


@contextmanager
def _shown() -> Iterator[Progress]:
    with progress() as bar:

        def shown(data: Iterable[bytes], total: int) -> Iterable[bytes]:
            return bar.track(data, total, description="Looking at photos")

        yield shown
