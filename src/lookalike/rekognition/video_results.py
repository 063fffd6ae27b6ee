"""What a job does: looks at its video and writes down who is in it when, in Amazon's shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Photo
from lookalike.rekognition import images, s3, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.operations.celebrities import described, recognized
from lookalike.rekognition.operations.searching import face_matches
from lookalike.rekognition.wire.validation import Members
from lookalike.video.decode import Metadata
from lookalike.video.jobs import Done, Job
from lookalike.video.results import pack, written
from lookalike.video.runner import GoOn
from lookalike.video.track import Sighting, Track
from lookalike.video.watch import Watched, watch

# Faces of the collection that are given for a person. Amazon does not say how many it gives.
_MATCHES = 10


@dataclass(frozen=True, slots=True)
class _Result:
    """A face at one time, as it is answered; `person` is what sorts it by person."""

    timestamp_ms: int
    person: tuple[str, int]
    text: str


_Finder = Callable[[Context, Members, Sequence[Track]], Iterator[_Result]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an operation makes results of tracks, and its SortBy by person, if it has one."""

    find: _Finder
    by_person: str | None


def perform(engine: LocalEngine, job: Job, go_on: GoOn) -> Done:
    """Look at the video of a job.

    Raises:
        VideoError: it cannot be used.
        ObjectUnavailable: it can no longer be read.
        CollectionNotFound: the one to be searched was deleted.
    """
    request, kind = json.loads(job.request), _KINDS[job.operation]
    context = Context(engine, None, job.id)
    where = s3.location(request["Video"]["S3Object"], "Video.S3Object")
    asked = {request.get("FaceAttributes", "DEFAULT")}

    def describe(frame: Photo) -> list[str]:
        return [written(each) for each in shapes.details(context, frame, frame.faces, asked)]

    with s3.open_video(engine.settings, where) as file:
        watched = watch(file, engine, keep=images.with_large_faces, describe=describe, go_on=go_on)
    return Done(
        video=json.dumps(_metadata(watched.metadata)),
        results=pack(_ordered(list(kind.find(context, request, watched.tracks)), kind)),
        message=_remark(watched),
    )


def _ordered(found: list[_Result], kind: _Kind) -> Mapping[str, Sequence[str]]:
    """The results in each order that they may be asked for in."""
    found.sort(key=lambda each: (each.timestamp_ms, each.person))
    orders = {"TIMESTAMP": [each.text for each in found]}
    if kind.by_person is not None:
        found.sort(key=lambda each: (each.person, each.timestamp_ms))
        orders[kind.by_person] = [each.text for each in found]
    return orders


def _detected(_context: Context, _request: Members, tracks: Sequence[Track]) -> Iterator[_Result]:
    """FaceDetection of the model."""
    for track, sighting in _sightings(tracks):
        yield _result(sighting, ("", track.index), {"Face": _face(sighting)})


def _celebrities(context: Context, _request: Members, tracks: Sequence[Track]) -> Iterator[_Result]:
    """CelebrityRecognition of the model: a track is one person, sure or unsure throughout."""
    for track in tracks:
        match = recognized(context.engine, track.embedding)
        if match is None:
            continue
        celebrity = {**described(match.person), "Confidence": match.score.similarity}
        for sighting in track.sightings:
            detail = {**celebrity, "Face": _face(sighting)}
            yield _result(sighting, (match.person.id, track.index), {"Celebrity": detail})


def _persons(context: Context, request: Members, tracks: Sequence[Track]) -> Iterator[_Result]:
    """PersonMatch of the model; whoever is like nobody in the collection has no FaceMatches."""
    asked = {**request, "MaxFaces": _MATCHES}
    for track in tracks:
        matches = face_matches(context, asked, track.embedding) or None
        for sighting in track.sightings:
            person = {"Index": track.index, "Face": _face(sighting)}
            seen = {"Person": person, "FaceMatches": matches}
            yield _result(sighting, ("", track.index), seen)


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "StartFaceDetection": _Kind(_detected, None),
        "StartCelebrityRecognition": _Kind(_celebrities, "ID"),
        "StartFaceSearch": _Kind(_persons, "INDEX"),
    }
)


def _sightings(tracks: Sequence[Track]) -> Iterator[tuple[Track, Sighting]]:
    return ((track, sighting) for track in tracks for sighting in track.sightings)


def _result(sighting: Sighting, person: tuple[str, int], seen: Members) -> _Result:
    text = written({"Timestamp": sighting.timestamp_ms, **seen})
    return _Result(sighting.timestamp_ms, person, text)


def _face(sighting: Sighting) -> Members:
    """FaceDetail, as it was written when the frame was there."""
    detail: Members = json.loads(sighting.detail)
    return detail


def _metadata(found: Metadata) -> Members:
    """VideoMetadata of the model."""
    return {
        "Codec": found.codec,
        "Format": found.format,
        "DurationMillis": found.duration_ms,
        "FrameRate": found.frame_rate,
        "FrameHeight": found.height,
        "FrameWidth": found.width,
        "ColorRange": found.color_range,
    }


def _remark(watched: Watched) -> str | None:
    if not watched.unreadable:
        return None
    return f"{watched.unreadable} damaged packets of the video were passed over."
