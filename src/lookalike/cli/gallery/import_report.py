"""What an import did: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.gallery.sources.report import Report

# How many are named of what there is a line for.
_NAMED = 10


def report_text(report: Report) -> str:
    """A report as a terminal shows it."""
    rate = report.photos / report.seconds if report.seconds else 0
    added = "Would add" if report.dry_run else "Added"
    lines = [
        f"{added} {report.people_added} people and {report.portraits_added} portraits to "
        f"{report.collection}; {report.people_changed} people changed.",
        f"{report.photos} photos in {report.seconds:.1f} seconds ({rate:.0f} a second), of which "
        f"{report.already} were there already.",
    ]
    if report.thumbnails_added:
        lines.append(f"{report.thumbnails_added} of those had no thumbnail and have one now.")
    if report.shown:
        lines.append(f"The page may show {report.shown} more portraits, with their credit.")
    for each in report.joined:
        lines.append(f"By their numbers taken for {each.person}: {_listed(each.files)}")
    for double in report.doubled[:_NAMED]:
        lines.append(
            f"Another {double.person} than {double.there}, whose face differs (similarity "
            f"{double.similarity:.0f}). If they are one: lookalike gallery merge {double.there} "
            f"{double.id}"
        )
    lines += _warnings(report)
    if report.left_out:
        lines.append(f"{len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        who = [each for each in report.left_out if each.why == reason]
        lines.append(f"  {count:4} {reason}: {_listed([each.where for each in who])}")
    return "\n".join(lines)


def _warnings(report: Report) -> Iterator[str]:
    from lookalike.gallery.shortcomings import words

    if report.warnings:
        yield f"Poor portraits, by which somebody is badly found: {len(report.warnings)}"
    for each in report.warnings[:_NAMED]:
        yield f"  {each.where} of {each.person}: {words(each.shortcomings)}"
    if len(report.warnings) > _NAMED:
        yield f"  and {len(report.warnings) - _NAMED} more (--json names all)"


def report_json(report: Report) -> dict[str, Any]:
    """A report as `--json` prints it."""
    return asdict(report) | {"reasons": report.reasons()}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more (--json names all)" if more > 0 else "")
