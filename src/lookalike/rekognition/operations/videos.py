"""The operations on stored videos: each Start keeps a job, each Get gives what it has found."""

from __future__ import annotations

import json

from lookalike.database.tokens import token_of
from lookalike.rekognition import paging
from lookalike.rekognition.context import Context
from lookalike.rekognition.services import s3
from lookalike.rekognition.wire.faults import in_amazons_words
from lookalike.rekognition.wire.validation import Members
from lookalike.video.frames import check_header
from lookalike.video.jobs import Job, Jobs
from lookalike.video.result_pages import PAGE, read_page

_TOKEN_LIVES_S = 24 * 3600
# Digits of a place in a list; no video has as many faces.
_LONGEST_PLACE = 12


def start_face_detection(context: Context, request: Members) -> Members:
    """`FaceAttributes` ALL adds AgeRange and Gender; no model here measures the others."""
    return _start(context, "StartFaceDetection", request)


def get_face_detection(context: Context, request: Members) -> Members:
    """The faces of each frame that was looked at."""
    return _get(context, "StartFaceDetection", "Faces", request)


def start_face_search(context: Context, request: Members) -> Members:
    """Search a collection for each person of a video."""
    context.engine.gallery.collection(request["CollectionId"])
    return _start(context, "StartFaceSearch", request)


def get_face_search(context: Context, request: Members) -> Members:
    """Everybody in each frame, with the faces of the collection that are like theirs."""
    return _get(context, "StartFaceSearch", "Persons", request)


def start_celebrity_recognition(context: Context, request: Members) -> Members:
    return _start(context, "StartCelebrityRecognition", request)


def get_celebrity_recognition(context: Context, request: Members) -> Members:
    """Whom each frame shows, by the settings that RecognizeCelebrities goes by too."""
    return _get(context, "StartCelebrityRecognition", "Celebrities", request)


def start_person_tracking(context: Context, request: Members) -> Members:
    return _start(context, "StartPersonTracking", request)


def get_person_tracking(context: Context, request: Members) -> Members:
    """Everybody in each frame whose face shows, by one number throughout the video."""
    return _get(context, "StartPersonTracking", "Persons", request)


def _start(context: Context, operation: str, request: Members) -> Members:
    """Keep a job, if its video is there and may be one."""
    asked = dict(request)
    token = token_of(operation, asked.pop("ClientRequestToken", None), asked)
    if "S3Object" not in asked["Video"]:
        raise in_amazons_words("InvalidParameterException", "Video must have an S3Object.")
    where = s3.location(asked["Video"]["S3Object"], "Video.S3Object")
    with s3.open_video(context.settings, where) as file:
        check_header(file.header)
    return {"JobId": _jobs(context).start(operation, json.dumps(asked), token)}


def _get(context: Context, operation: str, member: str, request: Members) -> Members:
    """The state of a job, and a page of its results as `member`."""
    job = _jobs(context).get(request["JobId"], operation)
    asked = json.loads(job.request)
    answer = {
        "JobId": job.id,
        "JobStatus": job.status,
        "StatusMessage": job.message,
        "Video": asked["Video"],
        "JobTag": asked.get("JobTag"),
        member: [],
    }
    if job.status == "SUCCEEDED":
        answer |= {"VideoMetadata": json.loads(job.video or "{}")}
        answer |= _page(context, job, member, request)
    return answer


def _page(context: Context, job: Job, member: str, request: Members) -> Members:
    count = min(request.get("MaxResults", PAGE), PAGE)
    start = _start_of(paging.reached(request, _TOKEN_LIVES_S))
    order = request.get("SortBy", "TIMESTAMP")
    found, more = read_page(_jobs(context).results(job), order, start, count)
    return {member: found, "NextToken": paging.token(request, str(start + count)) if more else None}


def _start_of(reached: str) -> int:
    """Where a page begins; a token can be made up by anyone."""
    if reached.strip("0123456789") or len(reached) > _LONGEST_PLACE:
        raise paging.not_of_this_list()
    return int(reached or 0)


def _jobs(context: Context) -> Jobs:
    return Jobs(context.engine.database)
