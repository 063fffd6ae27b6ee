"""What a minute of video costs, thoroughly and as it is, and what a photo costs meanwhile.

    python -m benchmarks.video

The videos are 1280 x 720 at 30 frames a second: a window that moves over portraits of the
face_recognition package, with a camera's noise, encoded by x264 as it does by default. The first
table is processor time of one process on one core, each way in turns: *thoroughly* decodes every
frame and looks at all of each that is looked at, the other way only where somebody may be new. Of
that is told how many crops are embedded, and what it would save at most to embed those of eight
frames at once. The second is `lookalike serve` with one worker and one client that sends the
1-megapixel photo of benchmarks/speed.py again and again, while the process for videos is halted and
while it works. S3 is played by moto.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from unittest.mock import patch

import av
import httpx
import numpy as np
import PIL.Image
import psutil
from av.video.frame import VideoFrame

from benchmarks.report import machine, on_one_core, table
from benchmarks.serving import serving
from benchmarks.speed import SIZES, photo
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import Pixels
from lookalike.video.analysis import analyze_video
from lookalike.video.frames import VideoLimits, opened
from tests.support import photos
from tests.support.amazon import clients, cloud

_WIDTH, _HEIGHT, _RATE = 1280, 720, 30
_SECONDS = 20
# How often each way is measured; the median counts.
_TURNS = 3
# Frames whose crops would be embedded at once, and how often that is measured.
_FRAMES, _BATCHED = 8, 15
_PEOPLE = ("obama.jpg", "biden.jpg", "obama2.jpg")
# The server is asked in turns of so many photos, with and without a video, so that whatever else
# the machine does weighs on both. A turn is shorter than the time after which a job is given away.
_ROUNDS, _PHOTOS = 15, 20
# Enough to last.
_JOBS = 20


def video(people: int) -> bytes:
    """An MP4 with so many people in every frame."""
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        for number, pixels in enumerate(_pictures(people)):
            frame = VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return written.getvalue()


def _pictures(people: int) -> Iterator[Pixels]:
    """Frames whose content moves to the side by two pixels each, and back."""
    wide = np.full((_HEIGHT, 2 * _WIDTH, 3), (110, 120, 130), np.uint8)
    for place, name in enumerate(_PEOPLE[:people]):
        person = PIL.Image.open(io.BytesIO(photos.load()[name])).convert("RGB")
        person.thumbnail((300, 500))
        left, top = _WIDTH // 2 + 320 * place + 20, (_HEIGHT - person.height) // 2
        wide[top : top + person.height, left : left + person.width] = np.asarray(person)
    dice = np.random.default_rng(5)
    for number in range(_SECONDS * _RATE):
        left = _WIDTH // 4 + abs(2 * (number % 200) - 200)
        noise = dice.integers(-6, 7, (_HEIGHT, _WIDTH, 3), np.int16)
        yield np.clip(wide[:, left : left + _WIDTH] + noise, 0, 255).astype(np.uint8)


def costs() -> str:
    """Seconds of the processor for a minute of video."""
    engine = LocalEngine(config.load())
    engine.analyzer.warm()
    rows = []
    for people in (0, 1, 3):
        data = video(people)
        calls = (
            partial(_decode, data, engine),
            partial(_watch, data, engine, thorough=True),
            partial(_watch, data, engine, thorough=False),
        )
        turns = [[_seconds(call) for call in calls] for _ in range(_TURNS)]
        decoding, thorough, whole = (statistics.median(each) for each in zip(*turns, strict=True))
        seconds = (f"{each:.1f} s" for each in (decoding, thorough, whole))
        crops, saved = _batching(calls[2], engine, people)
        told = f"{100 * whole / thorough:.0f} %", crops, f"{100 * saved / whole:.1f} %"
        rows.append((people, *seconds, *told))
    heads = "decoding", "thoroughly", "as it is", "share of thoroughly", "crops embedded", "batches"
    return table(("people in every frame", *heads), rows)


def _batching(call: Callable[[], object], engine: LocalEngine, people: int) -> tuple[int, float]:
    """How many crops of a minute are embedded, and the seconds of the processor that it would save
    to embed those of `_FRAMES` frames at once, which has to wait for as many."""
    analyzer = engine.analyzer
    assert isinstance(analyzer, Analyzer)
    with patch.object(analyzer.recogniser, "embed", wraps=analyzer.recogniser.embed) as embed:
        call()
    seen = [crop for each in embed.call_args_list for crop in each.args[0]]
    if not seen:
        return 0, 0.0
    frames = [seen[:people] for _ in range(_FRAMES)]
    batch = [crop for crops in frames for crop in crops]
    ways: tuple[Callable[[], object], ...] = (
        lambda: [analyzer.embed(crops) for crops in frames],
        lambda: analyzer.embed(batch),
    )
    turns = [[_seconds(way) * _SECONDS / 60 for way in ways] for _ in range(_BATCHED)]
    alone, together = (statistics.median(each) for each in zip(*turns, strict=True))
    a_minute = len(seen) * 60 // _SECONDS
    return a_minute, a_minute * (alone - together) / len(batch)


def _seconds(call: Callable[[], object]) -> float:
    """Of the processor, for a minute of video."""
    began = time.process_time()
    call()
    return (time.process_time() - began) * 60 / _SECONDS


def _decode(data: bytes, engine: LocalEngine) -> None:
    with opened(io.BytesIO(data), VideoLimits.of(config.load())) as found:
        for _ in found.frames(engine.settings.video_rate):
            pass


def _watch(data: bytes, engine: LocalEngine, *, thorough: bool) -> None:
    analyze_video(
        io.BytesIO(data),
        engine,
        keep=lambda seen: seen,
        describe=lambda seen: [""] * len(seen.faces),
        check_stop=lambda: None,
        thorough=thorough,
    )


def beside() -> str:
    """Milliseconds of a photo while the process for videos is halted, and while it works."""
    os.environ.update(cloud.ENVIRONMENT)
    data = photo(SIZES["1 megapixel"])
    halted, working = [], []
    with cloud.running() as storage:
        os.environ["LOOKALIKE_S3_ENDPOINT_URL"] = storage.url
        where = {"S3Object": storage.put("video.mp4", video(3))}
        with serving(1) as served, clients.client(served.url) as rekognition:
            for _ in range(_JOBS):
                rekognition.start_celebrity_recognition(Video=where)
            runner = _runner(served.process)
            with httpx.Client(base_url=served.url, timeout=60) as client:
                _latencies(client, data)
                for _ in range(_ROUNDS):
                    runner.suspend()
                    halted += _latencies(client, data)
                    runner.resume()
                    working += _latencies(client, data)
    rows = [("halted", *_row(halted)), ("works", *_row(working))]
    return table(("process for videos", "median", "95th percentile"), rows)


def _runner(server: psutil.Process) -> psutil.Process:
    """The server's child that makes way for all others, once it is at work."""
    while True:
        for each in server.children():
            if each.nice() > 0 and each.cpu_times().user > 3:
                return each
        time.sleep(0.1)


def _latencies(client: httpx.Client, data: bytes) -> list[float]:
    found = []
    for _ in range(_PHOTOS):
        began = time.perf_counter()
        client.post("/api/v1/lookalikes", files={"photo": data}).raise_for_status()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _row(latencies: list[float]) -> tuple[str, str]:
    cuts = statistics.quantiles(latencies, n=20)
    return f"{cuts[9]:.0f} ms", f"{cuts[18]:.0f} ms"


def section() -> str:
    """Both tables; the second on every core there is."""
    latency = beside()
    on_one_core()
    return f"{costs()}\n\n{latency}"


def main() -> None:
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
