"""Faces of successive frames -> tracks: one for each person, who is matched on all of its faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lookalike.faces.geometry import Box
from lookalike.faces.photo import Face
from lookalike.faces.quality import Quality
from lookalike.faces.vectors import Floats, unit

# A face that overlaps by this much (of their union) with where a track was is in the same place.
_SAME_PLACE = 0.3
# How long a place is remembered after a face was last seen there.
_PLACE_MS = 1000
# On the tests' videos, what is taken for a face in one frame and is none scores up to 0.73, faces
# cut by the frame mostly above 0.8.
_SURE = 0.8
# Width at which a face fills the crop that the recogniser takes; a larger one gains nothing.
_FULL_SIZE = 112.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Cosines of one model.

    Attributes:
        same: at which two faces are one person's wherever they are.
        other: below which they are not, even in the same place: the picture has cut.
    """

    same: float
    other: float


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A face at one time. A video may have many, so that no more of it is kept.

    Attributes:
        timestamp_ms: from the start of the video.
        score: the detector's confidence, 0 to 1.
        detail: what is to be said of it.
    """

    timestamp_ms: int
    score: float
    detail: str


@dataclass(slots=True, eq=False)
class Track:
    """One person's faces in the order of time.

    Attributes:
        index: counts the tracks of a video from 0, in the order in which they began.
        place: where the person was last.
        total: sum of the embeddings, each times the weight of its face.
    """

    index: int
    place: Box
    total: Floats
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def embedding(self) -> Floats:
        """Mean of the embeddings, the better faces counting more: (dimension,), length 1."""
        return unit(self.total)

    @property
    def times(self) -> set[int]:
        return {each.timestamp_ms for each in self.sightings}

    def add(self, timestamp_ms: int, face: Face, detail: str) -> None:
        self.place = face.box
        self.total = self.total + face.embedding * np.float32(weight(face.quality))
        self.sightings.append(Sighting(timestamp_ms, face.quality.score, detail))

    def absorb(self, other: Track) -> None:
        self.total = self.total + other.total
        self.sightings = sorted(
            self.sightings + other.sightings, key=lambda each: each.timestamp_ms
        )


class Tracker:
    """Takes the frames of a video in their order: `add` each, then take the `people`."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._tracks: list[Track] = []

    def people(self) -> tuple[Track, ...]:
        """One track a person, in the order in which they were first seen.

        Tracks that turn out to be alike as a whole, and are never seen together, are joined. What
        was taken for a face once only, and not surely, is left out.
        """
        people: list[Track] = []
        for track in self._tracks:
            if len(track.sightings) == 1 and track.sightings[0].score < _SURE:
                continue
            same = self._same(track, people)
            if same is None:
                people.append(track)
            else:
                same.absorb(track)
        return tuple(replace(track, index=index) for index, track in enumerate(people))

    def _same(self, track: Track, people: Sequence[Track]) -> Track | None:
        """Who of the people a track is of."""
        apart = [each for each in people if each.times.isdisjoint(track.times)]
        cosines = [float(each.embedding @ track.embedding) for each in apart]
        best = max(range(len(apart)), key=cosines.__getitem__, default=None)
        return None if best is None or cosines[best] < self._bounds.same else apart[best]

    def add(self, timestamp_ms: int, faces: Sequence[Face], details: Sequence[str]) -> None:
        """Give each face to the track that it fits best, or begin one with it.

        A face fits a track in whose place it is unless it is of somebody else, and a track of the
        same person wherever that was: they may have moved, or left and come back.

        Args:
            details: of each face, for its sighting.
        """
        owners = self._owners(timestamp_ms, faces)
        for number, (face, detail) in enumerate(zip(faces, details, strict=True)):
            track = owners.get(number) or self._begun(face)
            track.add(timestamp_ms, face, detail)

    def _begun(self, face: Face) -> Track:
        track = Track(len(self._tracks), face.box, np.zeros_like(face.embedding))
        self._tracks.append(track)
        return track

    def _owners(self, now_ms: int, faces: Sequence[Face]) -> dict[int, Track]:
        """Tracks by the number of their face, the best pairs first, each given once."""
        if not faces or not self._tracks:
            return {}
        fits = self._fits(now_ms, faces)
        owners: dict[int, Track] = {}
        for place in np.argsort(-fits, axis=None, kind="stable"):
            number, index = np.unravel_index(place, fits.shape)
            if fits[number, index] <= 0:
                break
            owners[int(number)] = self._tracks[index]
            fits[number, :] = fits[:, index] = 0
        return owners

    def _fits(self, now_ms: int, faces: Sequence[Face]) -> Floats:
        """(faces, tracks): how well each fits, 0 if not."""
        means = np.stack([track.embedding for track in self._tracks])
        cosines = np.stack([face.embedding for face in faces]) @ means.T
        overlaps = np.zeros_like(cosines)
        for index, track in enumerate(self._tracks):
            if now_ms - track.sightings[-1].timestamp_ms <= _PLACE_MS:
                overlaps[:, index] = [face.box.overlap(track.place) for face in faces]
        there = (overlaps >= _SAME_PLACE) & (cosines >= self._bounds.other)
        fits = there | (cosines >= self._bounds.same)
        return np.where(fits, cosines + overlaps, 0).astype(np.float32)


def weight(quality: Quality) -> float:
    """How much a face tells of who it is, above 0 to 1: small, blurred, turned faces tell less."""
    size = min(1.0, quality.size / _FULL_SIZE)
    sharpness = 0.2 + 0.8 * quality.sharpness / 100
    facing = max(0.2, float(np.cos(np.radians(quality.pose.yaw))))
    return quality.score * size * sharpness * facing
