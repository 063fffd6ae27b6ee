"""`lookalike evaluate`: measure the face model on protocols that others publish."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike import config
from lookalike.terminal import FOLDER, PHOTO, opened_engine, print_table, progress, table

if TYPE_CHECKING:
    from lookalike.evaluate.drawing import Row
    from lookalike.evaluate.figures import Breakdown, Group, Measured, Ratio, Result
    from lookalike.evaluate.pairs import Pairs
    from lookalike.evaluate.vectors import Photos, Track, Vectors, Which

_CACHE = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep vectors (never photos) in this folder, for the next run.",
)
_STRANGERS = click.option(
    "--all-strangers",
    is_flag=True,
    help="Give TAR at an FMR of every pair of two people among the photos too.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
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


@click.group()
def evaluate() -> None:
    """Measure the face model: every figure with its 95 % confidence interval."""


@evaluate.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@_STRANGERS
@_CACHE
@_JSON
def lfw(folder: Path, all_strangers: bool, cache: Path | None, as_json: bool) -> None:
    """Verification on LFW's view 2: DIR holds pairs.txt and the photos, in folders by person."""
    from lookalike.evaluate.pairs import lfw

    _verification(lfw(folder), (), all_strangers, cache, as_json)


@evaluate.command()
@click.argument("csv", type=PHOTO)
@_FACE
@_PHOTOS
@_BY
@_STRANGERS
@_CACHE
@_JSON
def pairs(
    csv: Path,
    face: str,
    photos: Path | None,
    by: tuple[str, ...],
    all_strangers: bool,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Verification on a table of pairs: columns file1, file2 and same (1 or 0).

    Further columns: fold, person1 and person2, and any that --by may name.
    """
    from lookalike.evaluate.pairs import table
    from lookalike.evaluate.vectors import Which

    _verification(table(csv, Which(face), photos), by, all_strangers, cache, as_json)


@evaluate.command("bin")
@click.argument("file", type=PHOTO)
@_STRANGERS
@_CACHE
@_JSON
def packed(file: Path, all_strangers: bool, cache: Path | None, as_json: bool) -> None:
    """Verification on a .bin file of InsightFace: LFW, CFP-FP, AgeDB-30, CALFW or CPLFW.

    Its crops are aligned already, so they are embedded without looking for a face in them.
    """
    from lookalike.evaluate.pairs import packed

    _verification(packed(file), (), all_strangers, cache, as_json)


def _verification(
    pairs: Pairs, by: tuple[str, ...], all_strangers: bool, cache: Path | None, as_json: bool
) -> None:
    from lookalike.evaluate.verification import verify

    pairs.by(by)
    vectors = _embedded(pairs.photos, pairs.which, cache)
    show(verify(pairs, vectors, by, all_strangers=all_strangers), as_json)


@evaluate.command()
@click.argument("csv", type=PHOTO)
@click.option(
    "--several",
    type=click.Choice(["mean", "best"]),
    default="mean",
    show_default=True,
    help="How the several portraits of one person count; the product ranks by their mean.",
)
@_FACE
@_PHOTOS
@_BY
@_CACHE
@_JSON
def identify(
    csv: Path,
    several: str,
    face: str,
    photos: Path | None,
    by: tuple[str, ...],
    cache: Path | None,
    as_json: bool,
) -> None:
    """Search a gallery: a table of photos with columns file, person and role (enrol or probe).

    People with probes but no portrait are strangers, for the open set. Further columns: round, each
    of which is a gallery of its own, and any that --by may name.
    """
    from lookalike.evaluate import identification
    from lookalike.evaluate.vectors import Which

    protocol = identification.table(csv, Which(face), photos)
    protocol.by(by)
    vectors = _embedded(protocol.photos, protocol.which, cache)
    how = identification.Several(several)
    show(identification.identify(protocol, vectors, by, how), as_json)


@evaluate.command()
@click.argument("csv", type=PHOTO)
@_FACE
@_PHOTOS
@_BY
@_CACHE
@_JSON
def triplets(
    csv: Path,
    face: str,
    photos: Path | None,
    by: tuple[str, ...],
    cache: Path | None,
    as_json: bool,
) -> None:
    """Agreement with people: a table of files anchor, a and b, and which is closer (a or b).

    Each row is one judgement. Further columns: judge, and any that --by may name.
    """
    from lookalike.evaluate import triplets
    from lookalike.evaluate.vectors import Which

    judged = triplets.table(csv, Which(face), photos)
    judged.by(by)
    vectors = _embedded(judged.photos, judged.which, cache)
    show(triplets.agree(judged, vectors, by), as_json)


@evaluate.command()
@click.argument("annotations", type=PHOTO)
@click.argument("folder", type=FOLDER, metavar="DIR")
@_JSON
def detection(annotations: Path, folder: Path, as_json: bool) -> None:
    """Detection on photos in DIR whose faces are marked as WIDER FACE marks them.

    ANNOTATIONS has the path of a photo, the number of its faces, and a line for each: left, top,
    width and height in pixels, perhaps with WIDER's six attributes.
    """
    from lookalike.evaluate.detection import detect, wider

    marked = wider(annotations, folder)
    with _track() as track:
        found = detect(annotations.name, marked, config.load(), track)
    show(found, as_json)


@evaluate.command()
@click.argument("photos", type=PHOTO, nargs=-1, required=True)
@click.option("--runs", type=click.IntRange(10), default=25, show_default=True)
@_JSON
def speed(photos: tuple[Path, ...], runs: int, as_json: bool) -> None:
    """Milliseconds of every step of `find`, for each of PHOTOS."""
    from lookalike.evaluate.speed import time_steps

    with opened_engine() as engine:
        found = [time_steps(engine, each.name, each.read_bytes(), runs) for each in photos]
    show_all(found, as_json)


@evaluate.command()
@click.argument("counts", type=click.IntRange(10), nargs=-1)
@click.option("--threads", type=click.IntRange(1), default=1, help="To build the index with.")
@_JSON
def search(counts: tuple[int, ...], threads: int, as_json: bool) -> None:
    """Recall and speed of the index among COUNTS people, who are made up; 100,000 unless given."""
    from lookalike.evaluate.search import POPULATIONS, search_index

    both = ((count, name) for count in counts or (100_000,) for name in POPULATIONS)
    show_all([each for one in both for each in search_index(*one, threads)], as_json)


@evaluate.group()
def protocol() -> None:
    """Write tables for `evaluate identify`."""


_OUT = click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv")
_PEOPLE = click.option(
    "--people",
    type=PHOTO,
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
    from lookalike.evaluate import drawing

    split = drawing.Split(portraits, left_out, rounds, seed)
    _write(drawing.folder(folder, split), out, people)


@protocol.command("tables")
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
    from lookalike.evaluate import drawing
    from lookalike.evaluate.protocol import read

    both = (
        drawing.Listed(read(enrolled, (person, file)), file, photos, "enrol"),
        drawing.Listed(
            read(probes, (person, probe_file or file)), probe_file or file, probe_photos, "probe"
        ),
    )
    _write(drawing.tables(both, person), out, people)


def _write(rows: Iterable[Row], out: Path, people: Path | None) -> None:
    from lookalike.evaluate import drawing
    from lookalike.evaluate.protocol import read

    known = drawing.facts(read(people, ("person",))) if people else None
    click.echo(f"{drawing.write(rows, out, known):,} rows in {out}")


def _embedded(photos: Photos, which: Which, cache: Path | None) -> Vectors:
    from lookalike.evaluate.vectors import embed

    with _track() as track:
        return embed(photos, config.load(), which, cache, track)


@contextmanager
def _track() -> Iterator[Track]:
    with progress() as bar:

        def track(data: Iterable[bytes], total: int) -> Iterable[bytes]:
            return bar.track(data, total, description="Looking at photos")

        yield track


def show_all(results: Sequence[Result], as_json: bool) -> None:
    """Print several results."""
    if as_json:
        click.echo(json.dumps([result_json(each) for each in results], indent=2, allow_nan=False))
        return
    for each in results:
        show(each, as_json)


def show(result: Result, as_json: bool) -> None:
    """Print a result."""
    if as_json:
        click.echo(json.dumps(result_json(result), indent=2, allow_nan=False))
        return
    title = f"{result.protocol}, {result.contract}".removesuffix(", ")
    made = table(title, result.kind.capitalize(), "", "95 % interval", "at")
    for each in result.figures:
        made.add_row(*_figure_cells(each, result.drawn))
    made.add_section()
    for name, count in result.counts.items():
        made.add_row(name.replace("_", " "), f"{count:,}", "", "")
    print_table(made)
    for breakdown in result.groups:
        _print_breakdown(breakdown, result.drawn)


def _figure_cells(figure: Measured, drawn: str) -> tuple[str, str, str, str]:
    at = "" if figure.at is None else f"{figure.at:.3f}"
    return figure.name, _value(figure.estimate.value, figure.unit), _interval(figure, drawn), at


def _interval(figure: Measured, drawn: str) -> str:
    low, high = (_value(each, figure.unit) for each in (figure.estimate.low, figure.estimate.high))
    return f"{low} to {high}" + (f"; only {figure.people} {drawn}" if figure.too_few else "")


def _value(value: float, unit: str) -> str:
    if math.isnan(value):
        return "cannot tell"
    return f"{value:.2f} {unit}" if unit else f"{value:.2%}"


def _print_breakdown(breakdown: Breakdown, drawn: str) -> None:
    ratios = {each.key: each for each in breakdown.ratios}
    names = [each.name for each in breakdown.groups]
    made = table(f"By {breakdown.column}", "", *names, "Worst to best")
    for place, figure in enumerate(breakdown.groups[0].figures):
        made.add_row(
            figure.name,
            *(_group_cell(each, place, drawn) for each in breakdown.groups),
            _ratio(ratios.get(figure.key)),
        )
    print_table(made)


def _group_cell(group: Group, place: int, drawn: str) -> str:
    figure = group.figures[place]
    people = f"{figure.people} {drawn}" + (", too few" if figure.too_few else "")
    low, high = (_value(each, "") for each in (figure.estimate.low, figure.estimate.high))
    return f"{_value(figure.estimate.value, '')}\n{low} to {high}\n{people}"


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return "too few"
    value, low, high = astuple(ratio.estimate)
    if math.isnan(value) or math.isnan(low):
        return "cannot tell"
    return f"{value:.1f} ({low:.1f} to {high:.1f})\n{ratio.worst} to {ratio.best}"


def result_json(result: Result) -> dict[str, object]:
    """What `--json` prints: the first figure and its interval, then everything by its name."""
    first = result.figures[0]
    return {
        "kind": result.kind,
        "protocol": result.protocol,
        "contract": result.contract,
        "data_sha256": result.data_sha256,
        "counts": dict(result.counts),
        "interval": _plain([first.estimate.low, first.estimate.high]),
        **_figures_json(result.figures),
        first.key: _plain(first.estimate.value),
        **{
            name: _plain([asdict(each) for each in getattr(result, name)])
            for name in ("figures", "groups", "curves", "histograms", "hardest")
        },
        "drawn": result.drawn,
        "photos_without_face": list(result.failed),
    }


def _figures_json(figures: tuple[Measured, ...]) -> dict[str, Any]:
    """Value, interval and score of each; those of a table below its name."""
    found: dict[str, Any] = {}
    for each in figures:
        name, _, entry = each.key.partition("/")
        made = _plain({**asdict(each.estimate), "at": each.at})
        if entry:
            found.setdefault(name, {})[entry] = made
        else:
            found[name] = made
    return found


def _plain(value: Any) -> Any:
    """The same as JSON has it: without NaN."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case float() if not math.isfinite(value):
            return None
    return value
