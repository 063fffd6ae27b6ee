"""A video -> who is in it when: joins decoding, analysis and tracking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lookalike.engine.local import LocalEngine
from lookalike.errors import VideoTooLarge
from lookalike.faces.analyzer import Photo
from lookalike.video.decode import File, Metadata, opened
from lookalike.video.track import Bounds, Track, Tracker

# Similarities: faces in the same place are one person's unless 1 pair of strangers in 100 is more
# alike, faces elsewhere only if no more than 1 in 100,000 is.
_OTHER, _SAME = 50.0, 90.0
# What is kept of a video until its end, 1 kB each: two people for seven hours at 5 frames a second.
_MOST_FACES = 250_000


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """
    Attributes:
        tracks: one a person, in the order in which they were first seen.
        unreadable: packets that could not be decoded.
    """

    metadata: Metadata
    tracks: tuple[Track, ...]
    unreadable: int


def watch(
    file: File,
    engine: LocalEngine,
    *,
    keep: Callable[[Photo], Photo],
    describe: Callable[[Photo], Sequence[str]],
    go_on: Callable[[], None],
) -> Watched:
    """Look at `video_rate` frames a second.

    Args:
        keep: takes away faces that are not wanted.
        describe: what is to be said of each face that is kept.
        go_on: called before each frame; what it raises ends the work.

    Raises:
        VideoError: the video cannot be used.
    """
    scores = engine.calibration
    tracker = Tracker(Bounds(same=scores.cosine_at(_SAME), other=scores.cosine_at(_OTHER)))
    count = 0
    with opened(file) as video:
        for frame in video.frames(engine.settings.video_rate):
            go_on()
            photo = keep(engine.analyzer.analyze_frame(frame.image))
            count += len(photo.faces)
            if count > _MOST_FACES:
                raise VideoTooLarge(f"More than {_MOST_FACES:,} faces were seen in the video.")
            tracker.add(frame.timestamp_ms, photo.faces, describe(photo))
        return Watched(video.metadata, tracker.people(), video.unreadable)
