"""Videos that take the time of others (point 1): they wait in one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.attack.hole import Hole, Target, check
from tests.support import photos
from tests.support.amazon import clients
from tests.support.amazon.cloud import Cloud
from tests.support.videos import RATE, canvas, encoded, scaled, still

# What the server allows, and how much more is sent.
FRAMES, DEADLINE_S = 5000, 10
_TOO_MANY, _TOO_LONG_S = FRAMES + RATE, FRAMES * 0.8 / RATE
# Seconds for both videos of an attack on a busy machine.
_AMPLE_S = 150


def holes(cloud: Cloud) -> tuple[Hole, ...]:
    """On a server that reads from that S3, and allows a video so many frames and seconds."""
    return (
        Hole(1, "a video of thousands of tiny frames holds up others", _after(cloud, _frames)),
        Hole(1, "a video that takes long holds up others", _after(cloud, _long)),
    )


def _frames() -> tuple[bytes, str]:
    picture = canvas(scaled(photos.load()["obama.jpg"], 80), 80, 80)
    return encoded(still(picture, _TOO_MANY / RATE)), "LOOKALIKE_VIDEO_FRAMES"


def _long() -> tuple[bytes, str]:
    # Six faces, which have to be followed from frame to frame though nothing new comes up.
    picture = canvas(scaled(photos.load()["t1.jpg"], 360), 640, 360)
    return encoded(still(picture, _TOO_LONG_S)), "LOOKALIKE_VIDEO_DEADLINE"


def _after(cloud: Cloud, make: Callable[[], tuple[bytes, str]]) -> Callable[[Target], str]:
    """A bomb first, and then a video as everyone sends it."""

    def attack(target: Target) -> str:
        bomb, bound = make()
        plain = canvas(scaled(photos.load()["obama.jpg"], 360), 640, 360)
        began = time.monotonic()
        with clients.client(target.url) as rekognition:
            jobs = [
                rekognition.start_face_detection(Video={"S3Object": cloud.put(name, data)})["JobId"]
                for name, data in (("bomb.mp4", bomb), ("plain.mp4", encoded(still(plain, 1))))
            ]
            answers = [_ended(rekognition, each, began) for each in jobs]
        took = time.monotonic() - began
        refused, seen = (each["JobStatus"] for each in answers)
        said = answers[0].get("StatusMessage", "")
        closed = (refused, seen) == ("FAILED", "SUCCEEDED") and bound in said
        return check(closed, f"{refused}, the next {seen} after {took:.0f} s: {said}")

    return attack


def _ended(rekognition: Any, job: str, began: float) -> Mapping[str, Any]:
    """The answer of a job that has ended, or has not in time."""
    while True:
        answer: Mapping[str, Any] = rekognition.get_face_detection(JobId=job)
        late = time.monotonic() - began > _AMPLE_S
        if answer["JobStatus"] != "IN_PROGRESS" or late:
            return answer
        time.sleep(0.2)
