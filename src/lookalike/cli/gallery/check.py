"""`lookalike gallery check`: what spoils the results of a gallery, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.terminal import FOLDER, json_option, print_json, progress

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.faces.coverage import Coverage
    from lookalike.faces.models.manifest import Embedder
    from lookalike.gallery.findings import Bars, Checkup, Finding, Member, PortraitPlace, Seen
    from lookalike.gallery.gallery import Gallery

# Findings of each fault that are printed; --json has all.
_NAMED = 20
_FOUND = 3


@click.command()
@click.option("--collection", help="Only this collection; all of your own unless set.")
@click.option("--photos", type=FOLDER, help="The photos it was made from, to look at them again.")
@json_option("Print every finding as JSON.")
@pass_settings
def check(settings: Settings, collection: str | None, photos: Path | None, as_json: bool) -> None:
    """Find what spoils results: wrong or poor portraits, one face under two names.

    Names portraits that disagree with the others of their person, faces that stand under two names
    (also those of the starter gallery), photos that are there twice, group photos in which the
    wrong face may have been taken (with --photos), poor portraits (what covers a face with --photos
    or thumbnails only) and missing credits, and says what to do. Ends with exit code 3 if anything
    was found, else 0.
    """
    from lookalike.faces.models import installed
    from lookalike.gallery.check import check as examine

    with opened_gallery(settings) as people:
        chosen, others = _parts(people, collection)
        members = [each for name in chosen for each in _members(people, name)]
        beside = [each for name in others for each in _members(people, name)]
    seen = dict(_seen(settings, photos, members)) if photos else {}
    shown = dict(_shown(settings, members, seen))
    members = [_looked_at(each, shown) for each in members]
    checkup = examine(members, beside, bars=_bars(installed.embedder(settings)), photos=seen)
    if as_json:
        print_json(_checkup_json(checkup))
    else:
        click.echo(_checkup_text(checkup))
    if checkup.findings:
        raise click.exceptions.Exit(_FOUND)


def _parts(people: Gallery, collection: str | None) -> tuple[list[str], list[str]]:
    """The collections to check, and those to compare with."""
    if collection is not None:
        people.collection(collection)
    there = people.collections()
    chosen = [c.id for c in there if c.id == collection or (not collection and not c.read_only)]
    return chosen, [each.id for each in there if each.id not in chosen]


def _members(people: Gallery, collection: str) -> list[Member]:
    from lookalike.gallery.findings import Member

    return [Member(each, portraits) for each, portraits in people.everyone(collection)]


def _bars(embedder: Embedder) -> Bars:
    from lookalike.gallery.findings import Bars
    from lookalike.scores.calibrations import calibration_of

    cosine_at = calibration_of(embedder).cosine_at
    return Bars(disagrees=cosine_at(50), same_face=cosine_at(99), alike=cosine_at(60))


def _seen(
    settings: Settings, folder: Path, members: Sequence[Member]
) -> Iterator[tuple[str, Seen]]:
    """Every photo of the folder that a portrait is of, by image id."""
    from lookalike.errors import PhotoError
    from lookalike.faces.analyzer import Analyzer
    from lookalike.gallery.findings import Seen
    from lookalike.gallery.sources.image_file import image_id, is_image

    wanted = {portrait.image_id for member in members for portrait in member.portraits}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and is_image(path))
    analyzer = Analyzer(settings)
    with progress() as bar:
        for path in bar.track(files, description="Looking at photos"):
            data = path.read_bytes()
            known_by = image_id(data)
            if known_by in wanted:
                try:
                    photo = analyzer.analyze(data)
                except PhotoError:
                    continue
                yield known_by, Seen(path.relative_to(folder).as_posix(), photo.faces)


def _shown(
    settings: Settings, members: Sequence[Member], seen: Mapping[str, Seen]
) -> Iterator[tuple[str, Coverage]]:
    """By the id of a portrait, what its thumbnail shows; of those whose photo was not seen."""
    from lookalike.errors import PhotoError
    from lookalike.faces.analyzer import Analyzer

    everything = [portrait for member in members for portrait in member.portraits]
    wanted = {p.id: p.thumbnail for p in everything if p.thumbnail and p.image_id not in seen}
    if not wanted:
        return
    analyzer = Analyzer(settings)
    with progress() as bar:
        for portrait_id, small in bar.track(wanted.items(), description="Looking at thumbnails"):
            with suppress(PhotoError):
                yield portrait_id, analyzer.thumbnail_coverage(small)


def _looked_at(member: Member, shown: Mapping[str, Coverage]) -> Member:
    """The same person, with what the thumbnails of their portraits show."""
    portraits = (replace(each, coverage=shown.get(each.id)) for each in member.portraits)
    return replace(member, portraits=tuple(portraits))


def _checkup_text(checkup: Checkup) -> str:
    lines = [f"Checked {checkup.people} people with {checkup.portraits} portraits."]
    for fault in dict.fromkeys(each.fault for each in checkup.findings):
        found = [each for each in checkup.findings if each.fault is fault]
        lines += ["", f"{fault.replace('-', ' ').capitalize()}: {len(found)}"]
        lines += [line for each in found[:_NAMED] for line in _finding_lines(each)]
        if len(found) > _NAMED:
            lines.append(f"  and {len(found) - _NAMED} more (--json names all)")
    if checkup.left_off:
        lines += ["", f"{checkup.left_off} lesser findings are left off."]
    return "\n".join(lines if checkup.findings else [*lines, "Nothing was found."])


def _finding_lines(finding: Finding) -> Iterator[str]:
    cosine = "" if finding.cosine is None else f" (cosine {finding.cosine:.2f})"
    yield f"  {finding.why}{cosine}"
    for each in finding.places:
        if each.portrait:
            yield "    " + " ".join(_place_words(each))
    yield f"    {finding.advice}"


def _place_words(place: PortraitPlace) -> Iterator[str]:
    yield place.person.label
    yield f"({place.person.collection}), portrait {place.portrait}"
    if place.source:
        yield place.source


def _checkup_json(checkup: Checkup) -> dict[str, Any]:
    findings = [{**asdict(each), "places": _places_json(each)} for each in checkup.findings]
    return {**asdict(checkup), "findings": findings}


def _places_json(finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "person": each.person.id,
            "collection": each.person.collection,
            "name": each.person.name,
            "portrait": each.portrait,
            "source": each.source,
        }
        for each in finding.places
    ]
