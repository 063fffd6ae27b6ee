"""A video -> who is in it when: joins decoding, analysis and tracking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.errors import VideoTooLarge
from lookalike.faces.photo import Photo
from lookalike.video.frames import Metadata, VideoFile, VideoLimits, opened
from lookalike.video.novelty import Novelty
from lookalike.video.tracks import Bounds, Track, Tracker

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine

# Similarities: faces in the same place are one person's unless 1 pair of strangers in 100 is more
# alike, faces elsewhere only if no more than 1 in 100,000 is.
_OTHER, _SAME = 50.0, 90.0
# What is kept of a video until its end, 1 kB each: two people for seven hours at 5 frames a second.
_MOST_FACES = 250_000


@dataclass(frozen=True, slots=True, eq=False)
class VideoAnalysis:
    """
    Attributes:
        tracks: one a person, in the order in which they were first seen.
        unreadable: packets that could not be decoded.
    """

    metadata: Metadata
    tracks: tuple[Track, ...]
    unreadable: int


def analyze_video(
    file: VideoFile,
    engine: LocalEngine,
    *,
    keep: Callable[[Photo], Photo],
    describe: Callable[[Photo], Sequence[str]],
    check_stop: Callable[[], None],
    thorough: bool = False,
    traits: bool = False,
) -> VideoAnalysis:
    """Look at `video_rate` frames a second: at all of one where it may show somebody new, else only
    for those who were there.

    Args:
        keep: takes away faces that are not wanted.
        describe: what is to be said of each face that is kept.
        check_stop: called before each frame; what it raises ends the work.
        thorough: decode every frame, and look at all of each that is looked at.
        traits: see what shows on each face too.

    Raises:
        VideoError: the video cannot be used.
    """
    scores = engine.calibration
    tracker = Tracker(Bounds(same=scores.cosine_at(_SAME), other=scores.cosine_at(_OTHER)))
    count, novelty, last = 0, Novelty(), None
    with opened(file, VideoLimits.of(engine.settings)) as video:
        for frame in video.frames(engine.settings.video_rate, every=thorough):
            check_stop()
            new = thorough or novelty.may_be_new(frame, last.faces if last else ())
            last = engine.analyzer.analyze_frame(frame.image, None if new else last, traits)
            photo = keep(last)
            count += len(photo.faces)
            if count > _MOST_FACES:
                raise VideoTooLarge(f"More than {_MOST_FACES:,} faces were seen in the video.")
            tracker.add(frame.timestamp_ms, photo.faces, describe(photo))
        return VideoAnalysis(video.metadata, tracker.people(), video.unreadable)
