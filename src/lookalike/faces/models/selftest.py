"""Whether a network is the face model that its manifest entry says, and in which order of colours.

Some checks need no photos; whether one person is told from another shows on photos alone, and the
report says so when there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.faces.align import align
from lookalike.faces.detect import Detector
from lookalike.faces.embed import FaceEmbedder
from lookalike.faces.geometry import overlaps
from lookalike.faces.image import FINE, Image, Limits, Pixels, decode
from lookalike.faces.models import runtime
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import YUNET, Colour, Embedder, Entry, Finder, Folders
from lookalike.faces.models.network import ANY, Runtime
from lookalike.faces.vectors import Floats

# Far less than SFace does, on any photos: cosines of 0.96 to mirrored and to recompressed faces,
# everyone told apart, and strangers at 0.05. Fed with a wrong mean or scale it tells 50 to 67 % of
# pairs apart, with strangers at 0.81 to 0.91. Swapped colours cost too little to be seen so: both
# orders are compared photo by photo.
_SAME_INPUT = 0.999
_APART = 1e-4
_MIRRORED = 0.5
_RECOMPRESSED = 0.8
_ORDERED = 0.9
# Above this, strangers would be told that they are the same person before anything is calibrated.
_STRANGERS = 0.5
_QUALITY = 60
# How many standard errors one order of colours must be better by, to be kept against what was said,
# and of how many photos at least. On 400 draws of 12 people with two photos each, SFace's order and
# dlib's show in 98 %; with one photo each in 95 % and 46 %; never the wrong one
# (benchmarks/colours.py).
SURELY_BETTER = 2.0
_LEAST_PHOTOS = 5
_OTHER: dict[Colour, Colour] = {"rgb": "bgr", "bgr": "rgb"}
# Where a detector puts a face that YuNet finds: boxes that overlap this much of their union.
_OVERLAP, _FOUND = 0.5, 0.9
_CANVASES = ((256, 256), (672, 896))


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo of one person, who may have several."""

    person: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Check:
    """
    Attributes:
        passed: None if it could not be made.
        said: what was measured, or why it could not be.
    """

    name: str
    passed: bool | None
    said: str


@dataclass(frozen=True, slots=True)
class SelfTest:
    """
    Attributes:
        entry: what was tried, in the order of colours that is kept.
    """

    entry: Entry
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.passed is False)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A sample as YuNet sees it; `found` holds its largest face alone."""

    person: str
    image: Image
    found: Detections


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What a network makes of n faces in one order of colours: (n, dimension) vectors each."""

    plain: Floats
    mirrored: Floats
    recompressed: Floats


def run(
    entry: Entry,
    settings: Settings,
    samples: Sequence[Sample],
    cache: Path,
    *,
    colour_given: bool = False,
) -> SelfTest:
    """Open a network and try it, a recogniser in both orders of colours.

    Args:
        samples: of as many people as can be had; none leaves checks out.
        cache: a folder for the prepared network, which nobody else needs.
        colour_given: keep the entry's order of colours, whichever is better.
    """
    opener = _exact(replace(settings, cache=cache, networks=str(Folders.of(settings).fetched)))
    seen = tuple(_seen(samples, settings)) if samples else ()
    made: list[Check] = []
    try:
        if isinstance(entry, Embedder):
            made.extend(_of_embedder(entry, opener))
            if all(each.passed for each in made):
                entry, checks = _on_faces(entry, opener, seen, colour_given)
                made.extend(checks)
        else:
            made.extend(_of_finder(entry, opener, seen))
    # What runtimes raise of a network that they cannot run is theirs, and of no common kind.
    except Exception as error:
        made.append(Check("runs", False, _last_line(error)))
    return SelfTest(entry, tuple(made))


def _of_embedder(entry: Embedder, opener: Runtime) -> Iterator[Check]:
    network = opener.open(entry, (ANY, entry.size, entry.size, 3))
    outputs = network(np.zeros((2, entry.size, entry.size, 3), np.uint8))
    yield Check("opens", True, f"with {opener.library(entry)}")
    shapes = [each.shape for each in outputs]
    fits = shapes == [(2, entry.dimension)] and bool(np.isfinite(outputs[0]).all())
    yield Check("dimension", fits, f"{entry.dimension}; two crops give {_shapes(shapes)}")
    if fits:
        yield from _repeatable(FaceEmbedder(opener, entry), entry.size)


def _repeatable(embedding: FaceEmbedder, size: int) -> Iterator[Check]:
    """The same vector every time, alone and among others, and another for another crop."""
    chance = np.random.default_rng(0)
    crops = [np.asarray(chance.integers(0, 256, (size, size, 3)), np.uint8) for _ in range(3)]
    together, again = embedding.embed(crops), embedding.embed(crops)
    alone = np.concatenate([embedding.embed([each]) for each in crops])
    least = min(float((together * other).sum(axis=1).min()) for other in (again, alone))
    yield Check("determinism", least >= _SAME_INPUT, f"cosine {least:.4f} to itself, run again")
    apart = float(np.abs(together[0] - together[1]).max())
    said = "other pictures give other vectors" if apart > _APART else "two give the same vector"
    yield Check("looks", apart > _APART, said)


def _on_faces(
    entry: Embedder, opener: Runtime, seen: Sequence[_Seen], colour_given: bool
) -> tuple[Embedder, tuple[Check, ...]]:
    """The entry in the order of colours that is kept, and what it does on faces."""
    names = ("colours", "mirrored", "recompressed", "same and different")
    people = [each.person for each in seen]
    if len(set(people)) < 2:
        why = "it needs photos of two people or more, such as --photos"
        return entry, tuple(Check(name, None, why) for name in names)
    crops = [align(each.image.pixels, each.found.landmarks[0], entry.size) for each in seen]
    embed = as_it_is(FaceEmbedder(opener, entry))
    looks, swapped = look(embed, crops), look(embed, [each[..., ::-1] for each in crops])
    lead = advantage(swapped, looks, people)
    check = Check("colours", True, _said_of_colours(entry.colour, lead, colour_given))
    if lead >= SURELY_BETTER and not colour_given:
        entry, looks = replace(entry, colour=_OTHER[entry.colour]), swapped
    return entry, (check, *_with_faces(looks, people))


def as_it_is(embedding: FaceEmbedder) -> Callable[[list[Pixels]], Floats]:
    """What a network says of crops, without the mean with their mirror images."""
    return lambda crops: np.concatenate([embedding.vectors(each[np.newaxis]) for each in crops])


def look(embed: Callable[[list[Pixels]], Floats], crops: Sequence[Pixels]) -> Looks:
    """What a network makes of aligned crops."""
    return Looks(
        embed(list(crops)),
        embed([np.ascontiguousarray(each[:, ::-1]) for each in crops]),
        embed([_recompressed(each) for each in crops]),
    )


def advantage(one: Looks, other: Looks, people: Sequence[str]) -> float:
    """By how many standard errors one order of colours is better than the other.

    Recognisers are trained on faces and their mirror images, and know what they were not trained on
    less well in the mirror; and where there are several photos of a person, they put these nearer
    to each other than to those of others. Both are compared photo by photo.
    """
    ones, others = (np.array(people)[:, None] == people, np.array(people)[:, None] != people)
    np.fill_diagonal(ones, False)
    several = ones.any(axis=1)

    def apart(looks: Looks) -> NDArray[np.float64]:
        cosines = looks.plain @ looks.plain.T
        near, far = (
            (cosines * mask).sum(axis=1)[several] / mask.sum(axis=1)[several]
            for mask in (ones, others)
        )
        return np.asarray(near - far, np.float64)

    leads = [
        _standard_errors(_cosines(one.plain, one.mirrored) - _cosines(other.plain, other.mirrored))
    ]
    if several.sum() >= _LEAST_PHOTOS:
        leads.append(_standard_errors(apart(one) - apart(other)))
    # Of independent leads, as Stouffer adds them up.
    return float(sum(leads) / np.sqrt(len(leads)))


def _standard_errors(leads: NDArray[np.floating]) -> float:
    """How many of them the mean lies above 0; 0 where there are too few to tell."""
    if len(leads) < _LEAST_PHOTOS or not leads.std():
        return 0.0
    return float(leads.mean() / leads.std(ddof=1) * np.sqrt(len(leads)))


def _said_of_colours(said: Colour, lead: float, given: bool) -> str:
    """
    Args:
        lead: of the order that is the other one, in standard errors.
    """
    other = _OTHER[said]
    by = f"by {abs(lead):.1f} standard errors; {SURELY_BETTER:.0f} are asked"
    if lead >= SURELY_BETTER and given:
        return f"{said}, as was asked for; {other} is better ({by}): try it with --colour {other}"
    if lead >= SURELY_BETTER:
        return f"{other}, though {said} was said: it is better ({by})"
    if lead <= -SURELY_BETTER:
        return f"{said}, as was said: it is better than {other} ({by})"
    better = other if lead > 0 else said
    return f"{said}, as was said; {better} may be better, which cannot be told ({by})"


def _cosines(one: Floats, other: Floats) -> Floats:
    """Row by row."""
    return np.asarray((one * other).sum(axis=1))


def _with_faces(looks: Looks, people: Sequence[str]) -> Iterator[Check]:
    for name, others, bar in (
        ("mirrored", looks.mirrored, _MIRRORED),
        ("recompressed", looks.recompressed, _RECOMPRESSED),
    ):
        cosine = float(np.median(_cosines(looks.plain, others)))
        yield Check(name, cosine >= bar, f"median cosine {cosine:.3f}; at least {bar} is asked")
    yield _sanity(looks.plain, looks.mirrored, people)


def _sanity(vectors: Floats, mirrored: Floats, people: Sequence[str]) -> Check:
    """Whether photos of one person are nearer to each other than to those of others."""
    pairs = tuple(combinations(range(len(people)), 2))
    cosines = {pair: float(vectors[pair[0]] @ vectors[pair[1]]) for pair in pairs}
    different = np.array([c for (a, b), c in cosines.items() if people[a] != people[b]])
    same = np.array([c for (a, b), c in cosines.items() if people[a] == people[b]])
    whose = f"{len(same)} pairs of one person"
    if not len(same):
        # Of a single photo each there is but its mirror image: an easier question, and said so.
        same = _cosines(vectors, mirrored)
        whose = f"{len(same)} photos and their mirror images"
    ordered = float((same[:, None] > different).mean())
    median = float(np.median(different))
    said = (
        f"{ordered:.1%} of {whose} against {len(different)} of two are told apart "
        f"(at least {_ORDERED:.0%} is asked); strangers' median cosine {median:.3f} "
        f"(at most {_STRANGERS})"
    )
    return Check("same and different", ordered >= _ORDERED and median <= _STRANGERS, said)


def _of_finder(entry: Finder, opener: Runtime, seen: Sequence[_Seen]) -> Iterator[Check]:
    detector = Detector(opener, entry)
    for height, width in _CANVASES:
        detector.detect(np.zeros((height, width, 3), np.uint8), upright=True)
    yield Check("opens", True, f"as {entry.layout} with {opener.library(entry)}")
    chance = np.random.default_rng(0)
    noise = np.asarray(chance.integers(0, 256, (256, 256, 3)), np.uint8)
    one, other = (detector.detect(noise, upright=True) for _ in range(2))
    equal = len(one) == len(other) and bool(np.allclose(one.boxes, other.boxes, atol=0.5))
    yield Check("determinism", equal, f"{len(one)} and {len(other)} faces in the same noise")
    if not seen:
        yield Check("finds faces", None, "it needs photos, such as --photos")
        return
    found = sum(_agrees(detector.detect(each.image.pixels), each.found) for each in seen)
    said = f"{found} of {len(seen)} faces that YuNet finds; at least {_FOUND:.0%} is asked"
    yield Check("finds faces", found >= _FOUND * len(seen), said)


def _agrees(found: Detections, expected: Detections) -> bool:
    """Whether one of the faces found is the expected one, landmarks and all."""
    (points,) = expected.landmarks
    shared = overlaps(found.boxes.astype(np.float64), expected.boxes.astype(np.float64))[:, 0]
    off = np.linalg.norm(found.landmarks - points, axis=2).mean(axis=1)
    eyes = np.linalg.norm(points[0] - points[1])
    return bool(np.any((shared >= _OVERLAP) & (off <= eyes / 4)))


def _seen(samples: Sequence[Sample], settings: Settings) -> Iterator[_Seen]:
    """What YuNet, which ships, finds; samples without a face are left out."""
    opener = _exact(settings)
    detector = Detector(opener, YUNET)
    limits = Limits.of(settings)
    for each in samples:
        try:
            image = decode(each.data, limits, FINE)
        except PhotoError:
            continue
        found = detector.detect(image.pixels)
        if len(found):
            yield _Seen(each.person, image, found.largest(1))


def _exact(settings: Settings) -> Runtime:
    """A library that computes in float32; which is the fastest matters to nobody yet."""
    library = runtime.usual() if settings.runtime == "fastest" else settings.runtime
    return runtime.create(replace(settings, runtime=library, precision="float32"))


def _recompressed(crop: Pixels) -> Pixels:
    _, data = cv2.imencode(".jpg", crop, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _shapes(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, each)) for each in shapes)


def _last_line(error: Exception) -> str:
    """Runtimes say last what was wrong, after where it was."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
