"""What is answered of an import: how far it is, and what it did and left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from lookalike.answers.shapes import Answer
from lookalike.gallery.shortcomings import Flaw

if TYPE_CHECKING:
    from lookalike.gallery.sources import report as reports

# Of photos left out and the like: a table of 100,000 rows may be wrong in each.
_NAMED = 1000


class LeftOut(Answer):
    person: str = Field(description="Empty where it is not known.")
    where: str = Field(description="The file, or the row of the table.")
    why: str


class Joined(Answer):
    """Files that were taken for photos of one person, though their names differ by a number."""

    person: str
    files: tuple[str, ...]


class Doubled(Answer):
    """Somebody who was added beside another of the same name, because their faces differ."""

    person: str
    id: str
    there: str
    similarity: float


class PoorImport(Answer):
    """A portrait that was added, though somebody is badly found by it."""

    person: str
    where: str
    flaws: tuple[Flaw, ...]


class ImportReport(Answer):
    """Lists name the first thousand of each."""

    collection: str
    people_added: int
    people_changed: int
    portraits_added: int
    already: int = Field(description="Photos that were enrolled before.")
    photos: int
    left_out: tuple[LeftOut, ...]
    left_out_total: int
    joined: tuple[Joined, ...]
    doubled: tuple[Doubled, ...]
    warnings: tuple[PoorImport, ...]


class ImportState(Answer):
    id: str
    status: Literal["uploading", "waiting", "running", "done", "failed"]
    photos: int | None = Field(default=None, description="Looked at so far.")
    total: int | None = None
    message: str | None = Field(default=None, description="Why it failed.")
    report: ImportReport | None = Field(default=None, description="Once it is done.")


def import_report(done: reports.Report) -> ImportReport:
    return ImportReport(
        collection=done.collection,
        people_added=done.people_added,
        people_changed=done.people_changed,
        portraits_added=done.portraits_added,
        already=done.already,
        photos=done.photos,
        left_out=tuple(map(LeftOut.model_validate, done.left_out[:_NAMED])),
        left_out_total=len(done.left_out),
        joined=tuple(map(Joined.model_validate, done.joined[:_NAMED])),
        doubled=tuple(map(Doubled.model_validate, done.doubled[:_NAMED])),
        warnings=tuple(_poor(each) for each in done.warnings[:_NAMED]),
    )


def _poor(found: reports.PoorPortrait) -> PoorImport:
    flaws = tuple(each.flaw for each in found.shortcomings)
    return PoorImport(person=found.person, where=found.where, flaws=flaws)
