"""The trial: whom the two orders put first for each stranger, and the triplets made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.resemblance import photos
from benchmarks.resemblance.components import Numbers
from benchmarks.resemblance.hair import Outlines, opened, outlines
from benchmarks.resemblance.looks import Looks, looks
from benchmarks.resemblance.orders import Likeness, Seen, Weights, likeness
from benchmarks.resemblance.photos import KOREAN, LFW, WIKI, Shown
from benchmarks.resemblance.triplets import Kind, Side, Triplet
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.models.network import Network
from lookalike.scores.calibrations import calibration

# People of LFW: strangers, and those with several photos that components are fitted to. Of either
# crowd so many strangers are for choosing weights.
_STRANGERS, _SEVERAL, _DEVELOPING = 600, 350, 130
# A stranger who is this similar to somebody is rather that person, whom the sets have twice.
_SOMEBODY = 90.0
# What was fixed after a look at sheets of the developing half, before anything was judged.
BLEND = Weights(shape=0.5, outline=1.0, nearest=100)
_SEED = 14


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What was seen of everybody; `developing`: the strangers by whom nothing is judged."""

    gallery: Seen
    strangers: Seen
    taught: Seen
    developing: frozenset[str]

    def half(self, *, developing: bool) -> Seen:
        return self.strangers.where(lambda each: (each.person in self.developing) is developing)


@dataclass(frozen=True, slots=True)
class First:
    """Whom each order puts first for a stranger."""

    stranger: Shown
    identity: Shown
    blend: Shown


def prepared(data: Path, kept: Path) -> Trial:
    """Look at all photos; what was seen is kept in a folder, to be emptied when code changes."""
    kept.mkdir(parents=True, exist_ok=True)
    network = opened()
    gallery = _seen(photos.gallery(data), network, kept / "gallery")
    korean = gallery.where(lambda each: each.origin == KOREAN)
    western = _seen(photos.strangers(data, _STRANGERS), network, kept / "strangers")
    developing = frozenset(_drawn(korean.people) + _drawn(western.people))
    several = _seen(photos.taught(data, _STRANGERS, _SEVERAL), network, kept / "taught")
    besides = gallery.where(lambda each: each.origin == WIKI or each.person in developing)
    return Trial(gallery, western + korean, several + besides, developing)


def _seen(shown: Sequence[Shown], network: Network, kept: Path) -> Seen:
    """The photos in which a face was found."""
    found = looks(shown, kept.with_suffix(".npz"))
    rows = np.flatnonzero(found.found)
    seen = _outlines(network, found, kept.with_suffix(".outlines.npz"))
    return Seen(tuple(shown[int(row)] for row in rows), found.of(rows), seen.of(rows))


def _outlines(network: Network, found: Looks, kept: Path) -> Outlines:
    if not kept.is_file():
        made = outlines(network, found.crops)
        np.savez(kept, parts=made.parts, wholes=made.wholes)
    with np.load(kept) as saved:
        return Outlines(saved["parts"], saved["wholes"])


def _drawn(people: Sequence[str]) -> list[str]:
    order = np.random.default_rng(_SEED).permutation(len(people))
    return [people[each] for each in order[:_DEVELOPING]]


def compared(trial: Trial, *, developing: bool) -> tuple[Seen, Likeness]:
    """The strangers of a half who are nobody of the gallery, and their likeness to all there."""
    calibrated = calibration(SFACE.contract)
    strangers = trial.half(developing=developing)
    alike = likeness(strangers, trial.gallery, trial.taught, calibrated)
    somebody = calibrated.cosine_at(_SOMEBODY)
    rows = np.flatnonzero(alike.identity.max(axis=1) < somebody)
    return strangers.of(rows), alike.of(rows)


def firsts(strangers: Seen, gallery: Seen, alike: Likeness, weights: Weights) -> list[First]:
    """One for each of the strangers."""
    pairs = zip(_best(alike.identity), _best(alike.by(weights)), strict=True)
    return [
        First(stranger, gallery.photos[one], gallery.photos[other])
        for stranger, (one, other) in zip(strangers.photos, pairs, strict=True)
    ]


def _best(likeness: Numbers) -> list[int]:
    return [int(each) for each in likeness.argmax(axis=1)]


def judged(found: Sequence[First], each_crowd: int) -> Iterator[Triplet]:
    """Of either crowd the first so many strangers, in random order, in whom the orders differ."""
    order = np.random.default_rng(_SEED).permutation(len(found))
    differing = [found[each] for each in order if found[each].identity != found[each].blend]
    for crowd in (LFW, KOREAN):
        own = [each for each in differing if each.stranger.origin == crowd][:each_crowd]
        for each in own:
            yield _triplet(Kind.JUDGED, each.stranger, each.identity, each.blend)


def controls(taught: Seen, gallery: Seen, count: int) -> Iterator[Triplet]:
    """People of LFW with another photo of themselves and with anybody of the gallery."""
    random = np.random.default_rng(_SEED)
    several: dict[str, list[Shown]] = {}
    for each in taught.photos:
        several.setdefault(each.person, []).append(each)
    pairs = [each for each in several.values() if len(each) > 1][:count]
    others = random.choice(len(gallery.photos), len(pairs), replace=False)
    for (one, same, *_), other in zip(pairs, others, strict=True):
        yield _triplet(Kind.CONTROL, one, same, gallery.photos[other])


def _triplet(kind: Kind, stranger: Shown, first: Shown, other: Shown) -> Triplet:
    return Triplet(0, kind, stranger.origin, stranger.name, first.name, other.name, Side.A)
