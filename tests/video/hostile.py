"""A process for videos whose decoder is at the mercy of the video, as a broken one would be."""

from __future__ import annotations

import ctypes
import time

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.video.jobs import CheckStop, Job, JobResult

# Seconds that only a hang takes.
_HANG_S = 3600


def perform(engine: LocalEngine, job: Job, check_stop: CheckStop) -> JobResult:
    """As the job's request says: be done, hang between frames, or hang with all threads."""
    check_stop()
    if job.request == "hang":
        time.sleep(_HANG_S)
    elif job.request == "hold":
        # It keeps the interpreter's lock meanwhile.
        ctypes.PyDLL(None).sleep(_HANG_S)
    return JobResult("{}", b"")


def notify(settings: Settings, job: Job) -> None:
    """Tell by a file which job has ended, and how."""
    (settings.home / f"{job.id}.told").write_text(f"{job.status} {job.message}")
