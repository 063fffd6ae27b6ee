"""Stability: whether a photo that is sent again, changed a little, has the same best matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.config import Settings
from lookalike.engine.local import Matcher
from lookalike.errors import InvalidParameter, PhotoError
from lookalike.evaluate.figures import Example, Figure, Result, measure, rate, spread_at
from lookalike.evaluate.metrics import Flags
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.table import numbered, read
from lookalike.evaluate.resent import CHANGES
from lookalike.evaluate.vectors import Looked, Progress, Which, look, silent, vector_of
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Opener
from lookalike.faces.apart.workers import Workers
from lookalike.faces.image import Limits, decode
from lookalike.faces.models import installed
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.sources.image_file import is_image
from lookalike.scores.calibrations import calibration_of

# Raised with every change of `CHANGES`, so that no vector is remembered from before.
_REVISION = 1
_FIRST = 3
_HARDEST = 10
_POINTS = "pt"
# Key -> name, and the share of moves that are no further.
_SPREADS = {"median": ("median", 0.5), "95": ("95 %", 0.95)}


@dataclass(frozen=True, slots=True, eq=False)
class Stability(Protocol):
    """A protocol of n photos.

    Attributes:
        people: (n,) whom each shows, by number, for the intervals.
        drawn: what `people` numbers: people, or photos where nobody says whom they show.
    """

    people: NDArray[np.intp]
    drawn: str


@dataclass(frozen=True, slots=True)
class Held:
    """How a photo that was sent again compares with itself.

    Attributes:
        photo: its place among those of the protocol.
        change: a name in `CHANGES`.
        found: whether a face was found in it again.
        best: whether the best match is the same person.
        first: whether the best match is still among the first three.
        three: whether the first three are the same people, in whatever order.
        similarity, resemblance: how far those to the best match moved, in points; NaN without a
            face.
        now: the name of the best match now; empty without a face.
    """

    photo: int
    change: str
    found: bool = False
    best: bool = False
    first: bool = False
    three: bool = False
    similarity: float = float("nan")
    resemblance: float = float("nan")
    now: str = ""


def table(path: Path, which: Which = Which.LARGEST, root: Path | None = None) -> Stability:
    """A CSV table of photos: `file`, and `person` where several photos show one.

    What other columns say can be grouped by.

    Raises:
        InvalidParameter: it is no such table, or a photo is missing.
    """
    rows = read(path, ("file",))
    photos, places = rows.photos(("file",), root)
    # Of a photo that is there twice, the last row counts.
    row_of = dict(zip(places[:, 0].tolist(), range(len(rows)), strict=True))
    order = [row_of[place] for place in range(len(photos))]
    others = rows.others("file", "person")
    people = rows.columns.get("person")
    return Stability(
        name=path.name,
        photos=photos,
        which=which,
        columns={name: _ordered(texts, order) for name, texts in others.items()},
        people=numbered(_ordered(people, order)) if people else np.arange(len(photos)),
        drawn="people" if people else "photos",
    )


def folder(root: Path, which: Which = Which.LARGEST) -> Stability:
    """Every photo of a folder and below.

    Raises:
        InvalidParameter: there is none.
    """
    paths = sorted(path for path in root.rglob("*") if is_image(path) and path.is_file())
    if not paths:
        raise InvalidParameter(f"There is no photo in the folder {root}.")
    photos = {path.relative_to(root).as_posix(): path for path in paths}
    return Stability(root.name, photos, which, {}, np.arange(len(photos)), "photos")


def look_again(
    stability: Stability,
    settings: Settings,
    cache: Path | None = None,
    progress: Progress = silent,
    opener: Opener = Workers,
) -> Looked:
    """The vectors of every photo as it is and with each change: (n, 1 + changes, dimension).

    Zeros where no face was found; of a photo without one, no change is looked at.

    Args:
        cache, opener: as in `vectors.embed`.

    Raises:
        SetupError: a worker process was stopped.
    """
    question = partial(_looks, stability.which)
    label = f"{stability.which}-resent{_REVISION}"
    return look(stability.photos, settings, question, label, cache, progress, opener)


def _looks(which: Which, analyzer: Analyzer, data: bytes) -> Floats:
    """(1 + changes, dimension) vectors of a photo, decoded once. Runs in a worker process."""
    looks = np.zeros((1 + len(CHANGES), analyzer.embedder.dimension), np.float32)
    looks[0] = vector_of(which, analyzer, data)
    if looks[0].any():
        try:
            pixels = decode(data, analyzer.limits, analyzer.limits.max_side).pixels
        except PhotoError:
            return np.zeros_like(looks)
        limits = _unpacked(analyzer.limits)
        for place, changed in enumerate(CHANGES.values(), 1):
            looks[place] = vector_of(which, analyzer, changed(pixels), limits)
    return looks


def _unpacked(limits: Limits) -> Limits:
    """What a photo may be once it is written without compression."""
    return Limits(4 * limits.max_pixels, 2 * limits.max_pixels, limits.max_side)


def stay(
    stability: Stability,
    looked: Looked,
    settings: Settings,
    gallery: Gallery,
    collection: str,
    by: Iterable[str] = (),
) -> Result:
    """How often the best matches in a collection stay, by change and by columns of the table.

    A photo without a face in the first place is left out and counted; one in which a change
    hides the face has lost its matches. Intervals are by person, or by photo where no table says
    whom they show.

    Raises:
        CollectionNotFound: there is no such collection.
        InvalidParameter: nobody is in it, no photo has a face, or there is no such column.
    """
    columns = stability.by(by)
    embedder = installed.embedder(settings)
    matcher = Matcher(gallery, calibration_of(embedder))
    people = gallery.collection(collection).people
    if not people:
        raise InvalidParameter(f"Nobody is in the collection {collection!r}.")
    usable: Flags = np.asarray(looked.answers[:, 0].any(axis=1))
    if not usable.any():
        raise InvalidParameter(f"No face was found in any photo of {stability.name}.")
    rows = [
        held
        for photo in np.flatnonzero(usable).tolist()
        for held in _held(photo, looked.answers[photo], matcher, collection)
    ]
    photos = [each.photo for each in rows]
    grouped = {name: _ordered(texts, photos) for name, texts in columns.items()}
    figures, groups = measure(
        list(_figures(rows)),
        stability.people[photos],
        {"change": [each.change for each in rows], **grouped},
    )
    names = tuple(stability.photos)
    failed = tuple(name for name, able in zip(names, usable, strict=True) if not able)
    return Result(
        kind="stability",
        drawn=stability.drawn,
        protocol=stability.name,
        contract=embedder.contract,
        data_sha256=looked.sha256,
        counts={
            "photos": len(names),
            "photos_without_face": len(failed),
            "photos_sent_again": len(rows),
            "sent_again_without_face": sum(not each.found for each in rows),
            "people_searched": people,
        },
        figures=figures,
        groups=groups,
        hardest=tuple(_hardest(rows, names)),
        failed=failed,
    )


def _held(photo: int, looks: Floats, matcher: Matcher, collection: str) -> Iterator[Held]:
    """One photo, as it is and changed."""
    before = [each.person for each in matcher.rank(looks[0], _FIRST, collection)]
    best = before[0]
    vector = matcher.person(best.id, collection)
    score = matcher.compare(looks[0], vector)
    for change, vector_now in zip(CHANGES, looks[1:], strict=True):
        if not vector_now.any():
            yield Held(photo, change)
            continue
        now = [each.person for each in matcher.rank(vector_now, _FIRST, collection)]
        moved = matcher.compare(vector_now, vector)
        yield Held(
            photo,
            change,
            found=True,
            best=now[0].id == best.id,
            first=best.id in {each.id for each in now},
            three={each.id for each in now} == {each.id for each in before},
            similarity=abs(moved.similarity - score.similarity),
            resemblance=abs(moved.resemblance - score.resemblance),
            now=now[0].label,
        )


def _figures(rows: Sequence[Held]) -> Iterator[Figure]:
    every = np.ones(len(rows), np.bool_)
    found = np.array([each.found for each in rows])
    best, first, three = np.array([(e.best, e.first, e.three) for e in rows], np.bool_).T
    yield rate("best_stays", "Best stays", every, best)
    yield rate("best_in_three", "Best in first three", every, first)
    yield rate("three_stay", "First three stay", every, three)
    for key in ("similarity", "resemblance"):
        moved = np.array([getattr(each, key) for each in rows])
        for entry, (named, share) in _SPREADS.items():
            name = f"{key.capitalize()} moves, {named}"
            yield spread_at(f"{key}_moves/{entry}", name, found, moved, share, _POINTS)


def _hardest(rows: Iterable[Held], names: Sequence[str]) -> Iterator[Example]:
    """Where another person is the best match, the score to the first one moved furthest."""
    lost = (each for each in rows if each.found and not each.best)
    for each in nlargest(_HARDEST, lost, key=lambda held: held.resemblance):
        yield Example(f"{each.change}: {each.now}", (names[each.photo],), -each.resemblance)


def _ordered(texts: Sequence[str], order: Iterable[int]) -> tuple[str, ...]:
    return tuple(texts[place] for place in order)
