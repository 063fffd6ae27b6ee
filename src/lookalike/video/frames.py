"""A video file -> frames at a set rate, upright: limits are checked before anything is decoded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from lookalike import extras
from lookalike.errors import DamagedVideo, UnsupportedVideo, VideoTooLarge
from lookalike.faces.image import FINER, MIN_SIDE, Image

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from lookalike.config import Settings

# FFmpeg's one name for MP4 and MOV. Nothing else is tried: some of its formats, playlists for
# one, name further files to be read.
_FORMAT = "mov"
_CODECS = ("h264", "hevc")
# What may stand at the beginning of an MP4 or MOV (QuickTime File Format, "Atoms").
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
HEADER = 8
# The largest frame of H.264 level 6.2 is 139,264 macroblocks of 16 x 16 pixels (ITU-T H.264, A.3).
_MAX_PIXELS = 139_264 * 256
# A film has a handful: pictures, sound in some languages, subtitles in others.
_MOST_STREAMS = 64
# How much earlier than its index says a video may end.
_EARLY_S = 1.0
# A frame this much before its turn is taken: time stamps are rounded.
_SOON_S = 0.001

ColorRange = Literal["LIMITED", "FULL"]
# By FFmpeg's AVColorRange; 0 is a video that does not say.
_RANGES: dict[int, ColorRange] = {1: "LIMITED", 2: "FULL"}


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """
    Attributes:
        seconds: that it may be long.
        frames: that it may have, whether they are looked at or not.
    """

    seconds: int
    frames: int

    @classmethod
    def of(cls, settings: Settings) -> VideoLimits:
        return cls(settings.video_seconds, settings.video_frames)

    def check_seconds(self, seconds: float) -> None:
        """
        Raises:
            VideoTooLarge: it is longer.
        """
        if seconds > self.seconds:
            raise VideoTooLarge(
                f"The video is longer than {self.seconds:,} seconds (LOOKALIKE_VIDEO_SECONDS)."
            )

    def check_frames(self, frames: int) -> None:
        """
        Raises:
            VideoTooLarge: it has more.
        """
        if frames > self.frames:
            raise VideoTooLarge(
                f"The video has more than {self.frames:,} frames (LOOKALIKE_VIDEO_FRAMES)."
            )


class VideoFile(Protocol):
    """What a video is read from."""

    def read(self, size: int = ..., /) -> bytes | None: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...

    def tell(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Metadata:
    """
    Attributes:
        codec, format: as FFmpeg calls them: `h264`, `QuickTime / MOV`.
        frame_rate: mean frames a second.
        width, height: in pixels, as displayed.
    """

    codec: str
    format: str
    duration_ms: int
    frame_rate: float
    width: int
    height: int
    color_range: ColorRange | None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a video, `timestamp_ms` from its start."""

    timestamp_ms: int
    image: Image


def check_header(start: bytes) -> None:
    """Refuse a file by its first `HEADER` bytes.

    Raises:
        UnsupportedVideo: it is neither MP4 nor MOV.
        ExtraMissing: nothing is installed that can read it.
    """
    if start[4:HEADER] not in _ATOMS:
        raise UnsupportedVideo("The video is neither MP4 nor MOV.")
    extras.check("video")


@contextmanager
def opened(file: VideoFile, limits: VideoLimits) -> Iterator[Video]:
    """The video in a file, which is read as its frames are asked for.

    Raises:
        VideoError: it cannot be used; from inside the `with` too.
        ExtraMissing: see `check_header`.
    """
    check_header(file.read(HEADER) or b"")
    file.seek(0)
    # Not above, here and below: it takes a tenth of the start of a server that is sent no video.
    import av

    try:
        with av.open(file, "r", format=_FORMAT, metadata_errors="replace") as container:
            yield Video(container, limits)
    except av.FFmpegError as error:
        raise DamagedVideo("The video's data is damaged or cut short.") from error


class Video:
    """Made by `opened`."""

    def __init__(self, container: InputContainer, limits: VideoLimits) -> None:
        self._limits = limits
        self._stream = _only_stream(container, limits)
        self._start = (container.start_time or 0) / 1e6
        self.unreadable = 0
        # Frames a second that are wanted; None: every one.
        self._rate: int | None = None
        self._decoded = self._decode(container)
        # Only a decoded frame says how it is to be turned.
        first = next(self._decoded, None)
        if first is None:
            raise DamagedVideo("No picture of the video can be decoded.")
        self._first = first
        self.metadata = _metadata(container, self._stream, first)

    def frames(self, rate: int, *, every: bool = False) -> Iterator[Frame]:
        """The first frame, and at most `rate` in each second after it; may be called once.

        The frames between are decoded where later ones build on them, but not converted.
        Packets that cannot be decoded are passed over, as players do, and counted in `unreadable`.

        Args:
            every: decode the others too.

        Raises:
            VideoError: it ends early, or is longer or has more frames than is allowed.
        """
        self._rate = None if every else rate
        due = time = 0.0
        for frame in chain([self._first], self._decoded):
            if frame.time is None:
                continue
            time = max(0.0, frame.time - self._start)
            self._limits.check_seconds(time)
            if time >= due - _SOON_S:
                due = (math.floor((time + _SOON_S) * rate) + 1) / rate
                yield Frame(round(time * 1000), _image(frame))
        self._check_end(time)

    def _decode(self, container: InputContainer) -> Iterator[VideoFrame]:
        from av.error import FFmpegError

        for number, packet in enumerate(container.demux(self._stream)):
            # A header may state fewer.
            self._limits.check_frames(number)
            self._stream.codec_context.skip_frame = (
                "DEFAULT" if self._is_wanted(packet) else "NONREF"
            )
            try:
                frames = packet.decode()
            except FFmpegError:
                self.unreadable += 1
                continue
            yield from frames

    def _is_wanted(self, packet: Packet[VideoStream]) -> bool:
        """Whether the frame in a packet may be the first at or after one of the times at which
        frames are taken, as far as it says when it is shown."""
        if self._rate is None or packet.pts is None or not packet.duration:
            return True
        base = float(packet.time_base)
        time = packet.pts * base - self._start + _SOON_S
        before = time - packet.duration * base
        return math.floor(time * self._rate) != math.floor(before * self._rate)

    def _check_end(self, time: float) -> None:
        stream = self._stream
        if not stream.duration or not stream.time_base:
            return
        end = float(((stream.start_time or 0) + stream.duration) * stream.time_base) - self._start
        if time < end - _EARLY_S:
            raise DamagedVideo(f"The video is cut short: it ends at {time:.1f} of {end:.1f} s.")


def _only_stream(container: InputContainer, limits: VideoLimits) -> VideoStream:
    """The stream of pictures, ready to be decoded by one thread; the others are not read."""
    from av.stream import Discard

    if len(container.streams) > _MOST_STREAMS:
        raise VideoTooLarge(
            f"The file has {len(container.streams)} streams; at most {_MOST_STREAMS} are read."
        )
    if not container.streams.video:
        raise UnsupportedVideo("The file has sound, but no pictures.")
    stream = container.streams.video[0]
    codec = stream.codec_context
    # PyAV has none for a codec that it does not know, whatever its types say.
    name = getattr(codec, "name", "something unknown")
    if name not in _CODECS:
        allowed = " and ".join(_CODECS)
        raise UnsupportedVideo(f"The video is encoded as {name}; {allowed} can be read.")
    _check_size(codec.width, codec.height)
    limits.check_seconds((container.duration or 0) / 1e6)
    limits.check_frames(stream.frames)
    # Frames may grow in the midst of a video.
    codec.options = {"max_pixels": str(_MAX_PIXELS)}
    codec.thread_count = 1
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    return stream


def _check_size(width: int, height: int) -> None:
    size = f"{width} x {height} pixels"
    if width * height > _MAX_PIXELS:
        raise VideoTooLarge(f"The video's frames are {size}; at most {_MAX_PIXELS:,} in all.")
    if min(width, height) < MIN_SIDE:
        raise UnsupportedVideo(
            f"The video's frames are {size}; each side needs at least {MIN_SIDE} pixels."
        )


def _metadata(container: InputContainer, stream: VideoStream, first: VideoFrame) -> Metadata:
    width, height = _displayed_size(first)
    return Metadata(
        codec=stream.codec_context.name,
        format=container.format.long_name,
        duration_ms=round((container.duration or 0) / 1000),
        frame_rate=float(stream.average_rate or 0),
        width=width,
        height=height,
        color_range=_RANGES.get(int(stream.codec_context.color_range)),
    )


def _image(frame: VideoFrame) -> Image:
    """A frame as displayed, scaled down to what even small faces need."""
    scale = min(1.0, FINER / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    shrunk = frame.reformat(width, height, "rgb24", interpolation="AREA")
    pixels = np.rot90(shrunk.to_ndarray().astype(np.uint8, copy=False), _quarter_turns(frame))
    return Image(np.ascontiguousarray(pixels), *_displayed_size(frame), "video")


def _displayed_size(frame: VideoFrame) -> tuple[int, int]:
    """Width and height."""
    turned = _quarter_turns(frame) % 2
    return (frame.height, frame.width) if turned else (frame.width, frame.height)


def _quarter_turns(frame: VideoFrame) -> int:
    """How often the frame is to be turned counter-clockwise; phones film on their side."""
    return round(frame.rotation / 90) % 4
