"""Results of one model or several, side by side, as files that need nothing else.

HTML to read and send around (drawings are inline, nothing is fetched), Markdown for a repository,
JSON for programs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path

import jinja2

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, PhotoError
from lookalike.evaluate.figures import Curve, Example, Measured, Result
from lookalike.evaluate.reports import charts, figure_text
from lookalike.evaluate.reports.machine import machine
from lookalike.evaluate.reports.result_json import as_json
from lookalike.evaluate.vectors import Photos
from lookalike.faces.image import Limits, data_uri, decode, resized

_TEMPLATES = Path(__file__).parent / "templates"
# Of the pictures that stand beside hard examples, in pixels.
_SIDE = 160
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of each model; None where a model has none of that key."""

    name: str
    cells: tuple[Measured | None, ...]


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The figures of one model by a column.

    Attributes:
        rows: name, a figure of each group, and worst to best.
    """

    model: str
    column: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Measured, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One protocol.

    Attributes:
        results: one a model, in the order given.
        models: what each is called here.
        same_data: whether all looked at the same photos.
    """

    kind: str
    protocol: str
    results: tuple[Result, ...]
    models: tuple[str, ...]
    same_data: bool

    @property
    def rows(self) -> tuple[FigureRow, ...]:
        known = [{each.key: each for each in result.figures} for result in self.results]
        names = {each.key: each.name for result in self.results for each in result.figures}
        return tuple(
            FigureRow(name, tuple(figures.get(key) for figures in known))
            for key, name in names.items()
        )

    @property
    def counts(self) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
        names = dict.fromkeys(name for result in self.results for name in result.counts)
        return tuple(
            (name.replace("_", " "), tuple(result.counts.get(name) for result in self.results))
            for name in names
        )

    @property
    def groups(self) -> tuple[GroupTable, ...]:
        return tuple(
            _group_table(model, result, number)
            for model, result in zip(self.models, self.results, strict=True)
            for number in range(len(result.groups))
        )

    @property
    def drawings(self) -> tuple[tuple[str, str], ...]:
        """Names and SVG: curves with all models in one drawing, scores with one each."""
        by_key: dict[str, dict[str, Curve]] = {}
        for model, result in zip(self.models, self.results, strict=True):
            for curve in result.curves:
                by_key.setdefault(curve.key, {})[model] = curve
        drawn = [
            (next(iter(each.values())).name, charts.curves(key, each))
            for key, each in by_key.items()
        ]
        for model, result in zip(self.models, self.results, strict=True):
            if result.histograms:
                drawn.append((f"Scores of {model}", charts.histograms(result.histograms)))
        return tuple(drawn)


def sections(results: Sequence[Result]) -> tuple[Section, ...]:
    """Results by protocol, those of several models together.

    Raises:
        InvalidParameter: there is none.
    """
    if not results:
        raise InvalidParameter("A report needs at least one result.")

    def protocol(result: Result) -> tuple[str, str]:
        return result.kind, result.protocol

    order = {key: place for place, key in enumerate(dict.fromkeys(map(protocol, results)))}
    ordered = sorted(results, key=lambda each: order[protocol(each)])
    return tuple(_section(*key, tuple(own)) for key, own in groupby(ordered, protocol))


def write(results: Sequence[Result], path: Path, photos: Photos | None = None) -> list[Path]:
    """Write `path` (HTML) and the same as .md and .json beside it; the files.

    Args:
        photos: shows those that were hard; without them only their names are given.

    Raises:
        InvalidParameter: there is no result, or the file is not called .html.
        ExtraMissing: matplotlib is not installed.
    """
    if path.suffix != ".html":
        raise InvalidParameter(f"{path.name}: a report is called something.html.")
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {
        path: _html(results, photos),
        path.with_suffix(".md"): markdown(results),
        path.with_suffix(".json"): _json(results),
    }
    for file, text in made.items():
        file.write_text(text, "utf-8")
    return list(made)


def markdown(results: Sequence[Result]) -> str:
    """The figures as Markdown tables."""
    parts = ["# Face model report", f"{_now()}. {machine()}"]
    for each in sections(results):
        parts.append(f"## {each.protocol}")
        rows = [(row.name, *map(_cell, row.cells)) for row in each.rows]
        rows += [(name, *map(_count, counts)) for name, counts in each.counts]
        rows.append(("sha256 of the photos", *(_short(of.data_sha256) for of in each.results)))
        parts.append(_table((each.kind, *each.models), rows))
        for group in each.groups:
            parts.append(f"### {group.model} by {group.column}")
            header = ("", *group.names, "worst to best, in errors")
            lines = [(name, *map(_cell, cells), ratio) for name, cells, ratio in group.rows]
            parts.append(_table(header, lines))
    return "\n\n".join(parts) + "\n"


def _section(kind: str, protocol: str, results: tuple[Result, ...]) -> Section:
    contracts = [each.contract for each in results]
    models = tuple(
        name if contracts.count(name) == 1 else f"{name} ({place})"
        for place, name in enumerate(contracts, 1)
    )
    same = len({each.data_sha256 for each in results}) == 1
    return Section(kind, protocol, results, models, same)


def _group_table(model: str, result: Result, number: int) -> GroupTable:
    breakdown = result.groups[number]
    ratios = {each.key: each for each in breakdown.ratios}
    rows = tuple(
        (
            figures[0].name,
            figures,
            figure_text.ratio(ratios.get(figures[0].key)),
        )
        for figures in zip(*(group.figures for group in breakdown.groups), strict=True)
    )
    names = tuple(f"{each.name} ({each.figures[0].people} people)" for each in breakdown.groups)
    return GroupTable(model, breakdown.column, names, rows)


def _html(results: Sequence[Result], photos: Photos | None) -> str:
    template = _environment().get_template("report.html")
    return template.render(
        sections=sections(results),
        made=_now(),
        machine=machine(),
        pictures=_pictures(results, photos or {}),
        figure_text=figure_text,
        short=_short,
    )


def _json(results: Sequence[Result]) -> str:
    facts = {
        "made": _now(),
        "machine": machine(),
        "results": [as_json(each) for each in results],
    }
    return json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _pictures(results: Sequence[Result], photos: Photos) -> Mapping[str, str]:
    """Small pictures of hard examples as addresses that hold them, by name."""
    examples: list[Example] = [each for result in results for each in result.hardest]
    names = {name for each in examples for name in each.photos if name in photos}
    drawn = {name: _picture(photos[name]) for name in sorted(names)}
    return {name: address for name, address in drawn.items() if address}


def _picture(photo: Path | bytes) -> str | None:
    data = photo if isinstance(photo, bytes) else photo.read_bytes()
    try:
        pixels = decode(data, Limits.of(Settings()), _SIDE).pixels
    except PhotoError:
        return None
    scale = _SIDE / max(pixels.shape[:2])
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return data_uri(resized(pixels, width, height), _QUALITY)


def _cell(figure: Measured | None) -> str:
    return "" if figure is None else f"{figure_text.value(figure)} ({figure_text.interval(figure)})"


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(header), "|".join("---" for _ in header), *map(" | ".join, rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _short(sha256: str) -> str:
    return sha256[:16]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
