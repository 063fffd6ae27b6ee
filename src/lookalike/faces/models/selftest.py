"""Whether a network is the face model that its manifest entry says.

Some checks need no photos; whether one person is told from another shows on photos alone, and the
report says so when there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.faces.align import align
from lookalike.faces.detect import Detector
from lookalike.faces.embed import FaceEmbedder
from lookalike.faces.geometry import overlaps
from lookalike.faces.image import FINE, Image, Limits, Pixels, decode
from lookalike.faces.models import runtime
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import YUNET, Embedder, Entry, Finder, Folders
from lookalike.faces.models.network import ANY, Runtime
from lookalike.faces.vectors import Floats

# Far less than SFace does, on any photos: cosines of 0.96 to mirrored and to recompressed faces,
# everyone told apart, and strangers at 0.05. Fed with a wrong mean or scale it tells 50 to 67 % of
# pairs apart, with strangers at 0.81 to 0.91. Swapped colours cost too little to be seen here.
_SAME_INPUT = 0.999
_APART = 1e-4
_MIRRORED = 0.5
_RECOMPRESSED = 0.8
_ORDERED = 0.9
# Above this, strangers would be told that they are the same person before anything is calibrated.
_STRANGERS = 0.5
_QUALITY = 60
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


def run(entry: Entry, settings: Settings, samples: Sequence[Sample], cache: Path) -> SelfTest:
    """Open a network and try it.

    Args:
        samples: of as many people as can be had; none leaves checks out.
        cache: a folder for the prepared network, which nobody else needs.
    """
    opener = runtime.create(
        settings.runtime,
        folders=replace(Folders.of(settings), cache=cache),
        precision="float32",
        threads=settings.threads,
    )
    seen = tuple(_seen(samples, settings)) if samples else ()
    made: list[Check] = []
    try:
        if isinstance(entry, Embedder):
            made.extend(_of_embedder(entry, opener, seen))
        else:
            made.extend(_of_finder(entry, opener, seen))
    # What runtimes raise of a network that they cannot run is theirs, and of no common kind.
    except Exception as error:
        made.append(Check("runs", False, _last_line(error)))
    return SelfTest(tuple(made))


def _of_embedder(entry: Embedder, opener: Runtime, seen: Sequence[_Seen]) -> Iterator[Check]:
    network = opener.open(entry.model, (ANY, 3, entry.size, entry.size))
    outputs = network(np.zeros((2, 3, entry.size, entry.size), np.float32))
    yield Check("opens", True, f"with {type(opener).__name__.strip('_')}")
    shapes = [each.shape for each in outputs]
    fits = shapes == [(2, entry.dimension)] and bool(np.isfinite(outputs[0]).all())
    yield Check("dimension", fits, f"{entry.dimension}; two crops give {_shapes(shapes)}")
    if not fits:
        return
    embedding = FaceEmbedder(opener, entry)
    yield from _repeatable(embedding, entry.size)
    yield from _on_faces(embedding, entry.size, seen)


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


def _on_faces(embedding: FaceEmbedder, size: int, seen: Sequence[_Seen]) -> Iterator[Check]:
    names = ("mirrored", "recompressed", "same and different")
    people = {each.person for each in seen}
    if len(people) < 2:
        why = "it needs photos of two people or more, such as --photos"
        yield from (Check(name, None, why) for name in names)
        return
    crops = [align(each.image.pixels, each.found.landmarks[0], size) for each in seen]
    vectors = embedding.embed(crops)
    mirrored = embedding.embed([np.ascontiguousarray(each[:, ::-1]) for each in crops])
    recompressed = embedding.embed([_recompressed(each) for each in crops])
    for name, others, bar in (
        ("mirrored", mirrored, _MIRRORED),
        ("recompressed", recompressed, _RECOMPRESSED),
    ):
        cosine = float(np.median((vectors * others).sum(axis=1)))
        yield Check(name, cosine >= bar, f"median cosine {cosine:.3f}; at least {bar} is asked")
    yield _sanity(vectors, mirrored, [each.person for each in seen])


def _sanity(vectors: Floats, mirrored: Floats, people: Sequence[str]) -> Check:
    """Whether photos of one person are nearer to each other than to those of others."""
    pairs = tuple(combinations(range(len(people)), 2))
    cosines = {pair: float(vectors[pair[0]] @ vectors[pair[1]]) for pair in pairs}
    different = np.array([c for (a, b), c in cosines.items() if people[a] != people[b]])
    same = np.array([c for (a, b), c in cosines.items() if people[a] == people[b]])
    whose = f"{len(same)} pairs of one person"
    if not len(same):
        # Of a single photo each there is but its mirror image: an easier question, and said so.
        same = (vectors * mirrored).sum(axis=1)
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
    yield Check("opens", True, f"as {entry.layout} with {type(opener).__name__.strip('_')}")
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
    opener = runtime.create(
        settings.runtime,
        folders=Folders.of(settings),
        precision="float32",
        threads=settings.threads,
    )
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


def _recompressed(crop: Pixels) -> Pixels:
    _, data = cv2.imencode(".jpg", crop, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _shapes(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" x ".join(map(str, each)) for each in shapes)


def _last_line(error: Exception) -> str:
    """Runtimes say last what was wrong, after where it was."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
