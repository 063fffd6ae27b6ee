"""What a video job does: it finds out who is in its video when, in Amazon's shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lookalike.faces.photo import Photo
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.faces import attributes
from lookalike.rekognition.operations.celebrities import described, recognized
from lookalike.rekognition.operations.searching import face_matches
from lookalike.rekognition.services import s3
from lookalike.rekognition.wire.validation import Members
from lookalike.video.analysis import VideoAnalysis, analyze_video
from lookalike.video.frames import Metadata
from lookalike.video.jobs import CheckStop, Job, JobResult
from lookalike.video.result_pages import result_text, write_pages
from lookalike.video.tracks import Sighting, Track

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine

# Faces of the collection that are given for a person. Amazon does not say how many it gives.
_MATCHES = 10


@dataclass(frozen=True, slots=True)
class _SeenFace:
    """A face at one time, as it is answered; `person` is what sorts it by person."""

    timestamp_ms: int
    person: tuple[str, int]
    text: str


_Finder = Callable[[Context, Members, Sequence[Track]], Iterator[_SeenFace]]


@dataclass(frozen=True, slots=True)
class _VideoOperation:
    """How an operation makes results of tracks, and its SortBy by person, if it has one."""

    find: _Finder
    by_person: str | None


def perform(engine: LocalEngine, job: Job, check_stop: CheckStop) -> JobResult:
    """Look at the video of a job.

    Raises:
        VideoError: it cannot be used.
        ObjectUnavailable: it can no longer be read.
        CollectionNotFound: the one to be searched was deleted.
    """
    request, operation = json.loads(job.request), _OPERATIONS[job.operation]
    context = Context(engine, None, job.id)
    where = s3.location(request["Video"]["S3Object"], "Video.S3Object")
    asked = {request.get("FaceAttributes", "DEFAULT")}

    def describe(frame: Photo) -> list[str]:
        return [result_text(each) for each in shapes.details(context, frame, frame.faces, asked)]

    with s3.open_video(engine.settings, where) as file:
        found = analyze_video(
            file,
            engine,
            keep=images.with_large_faces,
            describe=describe,
            check_stop=check_stop,
            traits=attributes.shown(asked),
        )
    faces = list(operation.find(context, request, found.tracks))
    return JobResult(
        video=json.dumps(_metadata(found.metadata)),
        results=write_pages(_ordered(faces, operation)),
        message=_remark(found),
    )


def _ordered(found: list[_SeenFace], operation: _VideoOperation) -> Mapping[str, Sequence[str]]:
    """The results in each order that they may be asked for in."""
    found.sort(key=lambda each: (each.timestamp_ms, each.person))
    orders = {"TIMESTAMP": [each.text for each in found]}
    if operation.by_person is not None:
        found.sort(key=lambda each: (each.person, each.timestamp_ms))
        orders[operation.by_person] = [each.text for each in found]
    return orders


def _detected(_context: Context, _request: Members, tracks: Sequence[Track]) -> Iterator[_SeenFace]:
    """FaceDetection of the model."""
    for track, sighting in _sightings(tracks):
        yield _result(sighting, ("", track.index), {"Face": _face(sighting)})


def _celebrities(
    context: Context, _request: Members, tracks: Sequence[Track]
) -> Iterator[_SeenFace]:
    """CelebrityRecognition of the model: a track is one person, sure or unsure throughout."""
    for track in tracks:
        match = recognized(context.engine, track.embedding)
        if match is None:
            continue
        celebrity = {**described(match.person), "Confidence": match.score.certainty}
        for sighting in track.sightings:
            detail = {**celebrity, **_person_of(_face(sighting))}
            yield _result(sighting, (match.person.id, track.index), {"Celebrity": detail})


def _persons(context: Context, request: Members, tracks: Sequence[Track]) -> Iterator[_SeenFace]:
    """PersonMatch of the model; whoever is like nobody in the collection has no FaceMatches."""
    asked = {**request, "MaxFaces": _MATCHES}
    for track in tracks:
        matches = face_matches(context, asked, track.embedding) or None
        for sighting in track.sightings:
            person = {"Index": track.index, **_person_of(_face(sighting))}
            seen = {"Person": person, "FaceMatches": matches}
            yield _result(sighting, ("", track.index), seen)


def _tracked(_context: Context, _request: Members, tracks: Sequence[Track]) -> Iterator[_SeenFace]:
    """PersonDetection of the model."""
    for track, sighting in _sightings(tracks):
        person = {"Index": track.index, **_person_of(_face(sighting))}
        yield _result(sighting, ("", track.index), {"Person": person})


_OPERATIONS: Mapping[str, _VideoOperation] = MappingProxyType(
    {
        "StartFaceDetection": _VideoOperation(_detected, None),
        "StartCelebrityRecognition": _VideoOperation(_celebrities, "ID"),
        "StartFaceSearch": _VideoOperation(_persons, "INDEX"),
        "StartPersonTracking": _VideoOperation(_tracked, "INDEX"),
    }
)


def _sightings(tracks: Sequence[Track]) -> Iterator[tuple[Track, Sighting]]:
    return ((track, sighting) for track in tracks for sighting in track.sightings)


def _result(sighting: Sighting, person: tuple[str, int], seen: Members) -> _SeenFace:
    text = result_text({"Timestamp": sighting.timestamp_ms, **seen})
    return _SeenFace(sighting.timestamp_ms, person, text)


def _face(sighting: Sighting) -> Members:
    """FaceDetail, as it was written when the frame was there."""
    detail: Members = json.loads(sighting.detail)
    return detail


def _person_of(face: Members) -> Members:
    """A face and its person, whose box is that of the face: programs join the two by it."""
    return {"BoundingBox": face["BoundingBox"], "Face": face}


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


def _remark(found: VideoAnalysis) -> str | None:
    if not found.unreadable:
        return None
    return f"{found.unreadable} damaged packets of the video were passed over."
