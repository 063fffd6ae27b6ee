"""What is done with a video job, imported where it is done: in the process beside the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.config import Settings
from lookalike.video.jobs import CheckStop, Job, JobResult
from lookalike.video.runner import Work

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine


def _perform(engine: LocalEngine, job: Job, check_stop: CheckStop) -> JobResult:
    from lookalike.rekognition.video_jobs import perform

    return perform(engine, job, check_stop)


def _notify(settings: Settings, job: Job) -> None:
    from lookalike.rekognition.services.notifications import notify

    notify(settings, job)


# By the operations of `video_jobs.py`.
WORKS = dict.fromkeys(
    (
        "StartCelebrityRecognition",
        "StartFaceDetection",
        "StartFaceSearch",
        "StartPersonTracking",
    ),
    Work(_perform, _notify),
)
