"""Photos that take the time of others (point 1)."""

from __future__ import annotations

import io
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import PIL.Image
import psutil

from benchmarks.attack.hole import Hole, Target, check
from tests.support import patient, photos

# Of the JPEG: its side, and how often its last scan is there again.
_SIDE, _SCANS = 4000, 2000
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
# What a busy machine may need beside the deadline.
_AMPLE_S = 30


def holes() -> tuple[Hole, ...]:
    """On a server that listens on loopback."""
    return (
        Hole(1, "a progressive JPEG of thousands of scans holds a worker", _scans),
        Hole(1, "a process that hangs over a photo holds a worker", _hang),
    )


def _look(target: Target, data: bytes) -> httpx.Response:
    return patient.post(f"{target.url}/api/v1/detect", files={"photo": data})


def _scans(target: Target) -> str:
    bomb = progressive()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        bombs = [pool.submit(_look, target, bomb) for _ in range(3)]
        other = pool.submit(_look, target, photos.load()["obama.jpg"])
        statuses = [each.result().status_code for each in (*bombs, other)]
    took = time.monotonic() - began
    said = f"{len(bomb):,} bytes three times: {statuses} within {took:.1f} s"
    return check(statuses == [413, 413, 413, 200] and took < _AMPLE_S, said)


def progressive() -> bytes:
    """One scan again and again: each is a pass over all of the pixels."""
    written = io.BytesIO()
    plain = PIL.Image.new("RGB", (_SIDE, _SIDE), (120, 110, 100))
    plain.save(written, "JPEG", progressive=True, quality=30)
    data = written.getvalue()
    last = data.rindex(_SCAN)
    return data[:last] + data[last : data.rindex(_END)] * _SCANS + _END


def _hang(target: Target) -> str:
    """It is stopped, as a decoder that never ends would stop it."""
    process = _looking(target)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGSTOP)
    answer = _look(target, photos.load()["obama.jpg"])
    took = time.monotonic() - began
    closed = answer.status_code == 200 and took < target.deadline + _AMPLE_S
    return check(closed and not process.is_running(), f"replaced and answered after {took:.1f} s")


def _looking(target: Target) -> psutil.Process:
    """The process of a server that looks at photos: the largest of its own."""
    family = psutil.Process(target.serving.process.pid).children(recursive=True)
    return max(family, key=lambda each: each.memory_info().rss)
