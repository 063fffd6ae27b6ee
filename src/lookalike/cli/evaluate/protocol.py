"""`lookalike evaluate protocol`: tables for `evaluate identify`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.evaluate.protocols.enrolment import EnrolmentRow


@click.group()
def protocol() -> None:
    """Write tables for `evaluate identify`."""


_OUT = click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv")
_PEOPLE = click.option(
    "--people",
    type=FILE,
    help="A table with a column person; its others are added, to group by.",
)


@protocol.command("folder")
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
def folder_table(
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


@protocol.command("tables")
@click.argument("enrolled", type=FILE, metavar="ENROLLED.csv")
@click.argument("probes", type=FILE, metavar="PROBES.csv")
@_OUT
@click.option("--person", default="person", show_default=True, help="Column that says who it is.")
@click.option("--file", default="file", show_default=True, help="Column of files of ENROLLED.csv.")
@click.option("--probe-file", help="Column of files of PROBES.csv; as --file unless set.")
@click.option("--photos", type=FOLDER, help="Folder of the portraits; the table's unless set.")
@click.option("--probe-photos", type=FOLDER, help="Folder of the probes; the table's unless set.")
@_PEOPLE
def joined_table(
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
