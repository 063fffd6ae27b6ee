"""The process beside the server that looks at videos and imports people, and who sees to it.

It runs at the lowest priority, so that photos are answered as fast as without it, and only while
there are jobs. A video that takes longer than it may takes its process along; another follows. Of
the workers of a server, and of servers of one `LOOKALIKE_HOME`, one keeps it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized

from filelock import FileLock, Timeout

from lookalike import processes
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import LookalikeError, StoreUnavailable
from lookalike.video.jobs import STALE, CheckStop, Claim, Job, JobResult, Jobs
from lookalike.video.lateness import Progress, keep_saying, silent

# How often the server looks for jobs, and the runner for another one.
_LOOK_S = 0.5
# How long a runner without a job stays.
_IDLE_S = 20.0
_BEAT_S = STALE.total_seconds() / 5
# How long a runner has to finish a frame when it is to stop.
_GRACE_S = 10.0
# How long a runner that stopped by itself is left alone, at first and at most.
_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_HOUR_S = 3600.0
_NICEST = 19
# How the process ends with a video that took too long.
_LATE = 3

_LOG = logging.getLogger("lookalike")


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with a job. Both are functions of a module, as another process calls them.

    Attributes:
        perform: looks at the video. Of what it raises, a LookalikeError tells why the job failed.
        notify: tells whoever wants to know that a job has ended.
        bounded: whether it is ended where it takes longer than a video may.
    """

    perform: Callable[[LocalEngine, Job, CheckStop], JobResult]
    notify: Callable[[Settings, Job], None]
    bounded: bool = True


# What is done with a job, by its operation.
Works = Mapping[str, Work]


class Runner:
    """A context of the server: `with Runner(settings, jobs, works):`."""

    def __init__(self, settings: Settings, jobs: Jobs, works: Works) -> None:
        self._settings = settings
        self._jobs = jobs
        self._works = works
        self._lock = FileLock(settings.home / "videos.lock", thread_local=False, mode=0o600)
        self._stop = threading.Event()
        self._process: SpawnProcess | None = None
        # When the process last said that it is there.
        self._heard: Synchronized[float] = multiprocessing.get_context("spawn").Value("d", 0.0)
        self._pause_s = _PAUSE_S
        self._thread = threading.Thread(target=self._tend, daemon=True)

    def __enter__(self) -> Runner:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tend(self) -> None:
        cleaned = -_HOUR_S
        while not self._stop.wait(_LOOK_S):
            try:
                if time.monotonic() - cleaned > _HOUR_S:
                    self._jobs.forget_old()
                    cleaned = time.monotonic()
                self._see_to_it()
            except Exception:
                # Jobs would wait for ever without this thread.
                _LOG.exception("The process for videos could not be seen to; trying again.")
                self._stop.wait(_LONGEST_PAUSE_S)
        self._end()

    def _see_to_it(self) -> None:
        """Start a runner if there is something to do and none is at it."""
        if self._process is not None and not self._process.is_alive():
            self._bury(self._process)
        if self._process is not None and silent(self._heard):
            _LOG.warning("The process for videos says nothing any more: it is ended.")
            self._process.kill()
            self._process.join()
            self._bury(self._process)
        if self._process is None and self._jobs.waiting() and self._locked():
            spawning = multiprocessing.get_context("spawn")
            self._heard.value = 0.0
            given = (self._settings, self._works, self._heard)
            self._process = spawning.Process(target=_run, args=given)
            with processes.unheard():
                self._process.start()

    def _locked(self) -> bool:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _bury(self, process: SpawnProcess) -> None:
        if process.exitcode == 0:
            self._pause_s = _PAUSE_S
        else:
            _LOG.warning("The process for videos ended with %s; another follows.", process.exitcode)
            self._stop.wait(self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        process.close()
        self._process = None
        self._lock.release()

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join(_GRACE_S)
            self._process.kill()
            self._process.join()
            self._process.close()
        self._lock.release()


def _run(settings: Settings, works: Works, said: Synchronized[float]) -> None:
    """The runner: what its process does from beginning to end."""
    keep_saying(said)
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    processes.end_with_parent(stop.set, _GRACE_S)
    if hasattr(os, "nice"):
        os.nice(_NICEST)
    engine = LocalEngine(settings)
    try:
        _work_off(engine, works, stop)
    finally:
        engine.close()


def _work_off(engine: LocalEngine, works: Works, stop: threading.Event) -> None:
    """One job after the other, until there is none for a while."""
    jobs = Jobs(engine.database)
    name = f"{socket.gethostname()}:{os.getpid()}"
    busy = time.monotonic()
    while not stop.is_set() and time.monotonic() - busy < _IDLE_S:
        claim = None
        if jobs.waiting():
            for job in jobs.give_up():
                works[job.operation].notify(engine.settings, job)
            claim = jobs.claim(name)
        if claim is None:
            stop.wait(_LOOK_S)
        else:
            _perform(engine, jobs, works[claim.job.operation], claim, stop)
            busy = time.monotonic()


class _Stopped(Exception):
    """The work is to end, through no fault of the job."""


def _perform(
    engine: LocalEngine, jobs: Jobs, work: Work, claim: Claim, stop: threading.Event
) -> None:
    progress = Progress(engine.settings.video_deadline) if work.bounded else Progress(inf, inf)
    end_when_late = partial(_end_when_late, engine.settings, jobs, work, claim, progress)
    with _beating(jobs, claim, end_when_late) as lost:

        def check_stop() -> None:
            progress.move()
            if stop.is_set() or lost.is_set():
                raise _Stopped

        try:
            ended = jobs.finish(claim, work.perform(engine, claim.job, check_stop))
        except _Stopped:
            jobs.release(claim)
            return
        except StoreUnavailable:
            raise
        except LookalikeError as error:
            ended = jobs.fail(claim, str(error))
        except Exception:
            _LOG.exception("Job %s failed", claim.job.id)
            ended = jobs.fail(claim, "The server failed unexpectedly; its log says how.")
    if ended is not None:
        work.notify(engine.settings, ended)


def _end_when_late(
    settings: Settings, jobs: Jobs, work: Work, claim: Claim, progress: Progress
) -> None:
    """End this process with the job that takes longer than it may, whatever it is at: nothing else
    ends a decoder."""
    why = progress.lateness()
    if why is None:
        return
    failed = jobs.fail(claim, why)
    if failed is not None:
        work.notify(settings, failed)
    os._exit(_LATE)


@contextmanager
def _beating(
    jobs: Jobs, claim: Claim, end_when_late: Callable[[], None]
) -> Iterator[threading.Event]:
    """Keep a claim alive; the event is set when it is no longer ours."""
    lost, done = threading.Event(), threading.Event()

    def beat() -> None:
        while not done.wait(_BEAT_S) and not lost.is_set():
            # A store that is held for long is tried again; a claim may be lost meanwhile.
            with suppress(StoreUnavailable):
                end_when_late()
                if not jobs.beat(claim):
                    lost.set()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()
