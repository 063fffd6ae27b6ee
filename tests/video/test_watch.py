"""Decoding and tracking: real videos, videos made of real photos, and files that are none."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import DamagedVideo, UnsupportedVideo, VideoError, VideoTooLarge
from lookalike.faces.geometry import Box, Landmarks, Point
from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.faces.quality import Pose, Quality
from lookalike.video.analysis import VideoAnalysis, analyze_video
from lookalike.video.frames import Frame, Metadata, VideoLimits, opened
from lookalike.video.tracks import Bounds, Tracker, weight
from tests.support.videos import canvas, encoded, packaged, panned, scaled, still, turned

LIMITS = VideoLimits(seconds=6 * 3600, frames=100_000)


@pytest.fixture(scope="module")
def obama(photos: Mapping[str, bytes]) -> Pixels:
    return canvas(scaled(photos["obama.jpg"], 360), 640, 360)


def decoded(
    video: bytes, rate: int = 5, limits: VideoLimits = LIMITS
) -> tuple[Metadata, list[Frame]]:
    with opened(io.BytesIO(video), limits) as found:
        return found.metadata, list(found.frames(rate))


def watched(video: bytes, engine: LocalEngine, *, thorough: bool = False) -> VideoAnalysis:
    return analyze_video(
        io.BytesIO(video),
        engine,
        keep=lambda photo: photo,
        describe=lambda photo: [str(len(photo.faces))] * len(photo.faces),
        check_stop=lambda: None,
        thorough=thorough,
    )


def names(found: VideoAnalysis, engine: LocalEngine) -> list[str | None]:
    """Who each track is most like."""
    return [engine.matcher.rank(t.embedding, 1)[0].person.name.get("en") for t in found.tracks]


def times(found: VideoAnalysis) -> list[tuple[int, int]]:
    """When each track begins and ends."""
    return [
        (each.sightings[0].timestamp_ms, each.sightings[-1].timestamp_ms) for each in found.tracks
    ]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (1, [0, 1000]),
        (5, [0, 200, 400, 600, 800, 1000, 1200]),
        # The first frame at or after each tenth of a second; they stand 40 ms apart.
        (10, [0, 120, 200, 320, 400, 520, 600, 720, 800, 920, 1000, 1120, 1200]),
        (100, list(range(0, 1240, 40))),
    ],
)
def test_frames_are_taken_at_the_rate(obama: Pixels, rate: int, expected: list[int]) -> None:
    _, frames = decoded(encoded(still(obama, 1.24)), rate)
    assert [each.timestamp_ms for each in frames] == expected


def test_what_a_video_says_of_itself(obama: Pixels) -> None:
    metadata, frames = decoded(encoded(still(obama, 1), "libx265", "mov"))
    assert metadata == Metadata(
        codec="hevc",
        format="QuickTime / MOV",
        duration_ms=1000,
        frame_rate=25.0,
        width=640,
        height=360,
        color_range="LIMITED",
    )
    assert frames[0].image.pixels.shape == (360, 640, 3)
    assert np.abs(frames[0].image.pixels.astype(int) - obama).mean() < 4


def test_a_video_on_its_side_is_turned(obama: Pixels) -> None:
    """A phone held upright films lying frames and says so."""
    lying = np.rot90(obama, 1)
    metadata, frames = decoded(turned(encoded(still(lying, 0.2))))
    assert (metadata.width, metadata.height) == (640, 360)
    assert np.abs(frames[0].image.pixels.astype(int) - obama).mean() < 4


def test_large_frames_are_scaled_down() -> None:
    stripes = np.tile(np.array([40, 200], np.uint8).repeat(64), (720, 20))[:, :2560]
    _, (frame,) = decoded(encoded(still(np.dstack([stripes] * 3), 0.1)))
    assert (frame.image.width, frame.image.height) == (2560, 720)
    assert frame.image.pixels.shape == (504, 1792, 3)
    assert frame.image.scale == 0.7


def test_time_counts_from_the_start_of_the_file() -> None:
    """Sound may begin before the pictures do."""
    _, frames = decoded(packaged("noface_face.mov"))
    assert frames[0].timestamp_ms == 0
    assert all(later.timestamp_ms > each.timestamp_ms for each, later in pairwise(frames))


def refusal(video: bytes) -> VideoError:
    with pytest.raises(VideoError) as raised:
        decoded(video)
    return raised.value


def test_what_is_no_video_of_ours(obama: Pixels) -> None:
    for data in (b"", b"<html>", b"\x1aE\xdf\xa3" * 9, b"#EXTM3U\n/etc/passwd\n"):
        assert str(refusal(data)) == "The video is neither MP4 nor MOV."
    old = refusal(encoded(still(obama, 0.2), "mpeg4"))
    assert isinstance(old, UnsupportedVideo)
    assert str(old) == "The video is encoded as mpeg4; h264 and hevc can be read."
    assert "8 x 8 pixels" in str(refusal(encoded(still(obama[:8, :8], 0.2))))


def test_limits(obama: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    video = encoded(still(obama, 8))
    monkeypatch.setattr("lookalike.video.frames._MAX_PIXELS", 640 * 360 - 1)
    assert isinstance(refusal(video), VideoTooLarge)
    monkeypatch.undo()
    monkeypatch.setattr("lookalike.video.frames._MOST_STREAMS", 0)
    assert str(refusal(video)) == "The file has 1 streams; at most 0 are read."
    monkeypatch.undo()
    with pytest.raises(VideoTooLarge, match=r"longer than 7 seconds \(LOOKALIKE_VIDEO_SECONDS\)"):
        decoded(video, limits=replace(LIMITS, seconds=7))
    with pytest.raises(VideoTooLarge, match=r"more than 199 frames \(LOOKALIKE_VIDEO_FRAMES\)"):
        decoded(video, limits=replace(LIMITS, frames=199))
    assert len(decoded(video, limits=replace(LIMITS, frames=200))[1]) == 40


def test_damaged_videos_say_so_or_are_read_as_far_as_they_go() -> None:
    sound = packaged("single_face.mp4")
    assert isinstance(refusal(sound[: len(sound) // 2]), DamagedVideo)
    dice = random.Random(1)
    outcomes: set[object] = set()
    for _ in range(40):
        broken = bytearray(sound)
        for _ in range(dice.choice([3, 30, 300, 3000])):
            broken[dice.randrange(8, len(broken))] = dice.randrange(256)
        try:
            _, frames = decoded(bytes(broken))
            outcomes.add(len(frames) > 0)
        except VideoError as error:
            outcomes.add(type(error))
    assert {True, DamagedVideo} <= outcomes <= {True, DamagedVideo, UnsupportedVideo, VideoTooLarge}


def test_a_video_that_ends_early(obama: Pixels) -> None:
    """Its index comes first, as on the web, and the rest is missing."""
    video = encoded(panned(obama, 10, 480), options={"moov_size": "4000"})
    assert "cut short: it ends at" in str(refusal(video[: len(video) * 9 // 10]))


def test_people_of_a_real_video(engine: LocalEngine) -> None:
    (track,) = watched(packaged("noface_face.mov"), engine).tracks
    assert len(track.sightings) == 12
    assert (track.sightings[0].timestamp_ms, track.sightings[-1].timestamp_ms) == (4012, 6212)
    assert {each.detail for each in track.sightings} == {"1"}


def test_one_track_a_person(
    engine: LocalEngine, photos: Mapping[str, bytes], obama: Pixels
) -> None:
    """Obama, cut to Biden in the same place, cut to both, who then move through the picture."""
    biden = canvas(scaled(photos["biden.jpg"], 500), 640, 360)
    pair = np.concatenate([scaled(photos[name], 360) for name in ("obama2.jpg", "biden.jpg")], 1)
    video = encoded(
        [
            *still(obama, 1),
            *still(biden, 1),
            *panned(canvas(pair, 1000, 360), 2, 640),
        ]
    )
    found = watched(video, engine)
    assert names(found, engine) == ["Barack Obama", "Joe Biden"]
    assert times(found)[0][0] == 0
    assert times(found)[1][0] == 1000
    assert all(end >= 3000 for _, end in times(found))


def face(left: float, embedding: Sequence[float], **quality: float) -> Face:
    """A face 100 pixels wide."""
    measured = {"score": 0.9, "size": 112.0, "sharpness": 100.0, "brightness": 50.0, **quality}
    yaw = measured.pop("yaw", 0.0)
    vector = np.array(embedding, np.float32)
    return Face(
        box=Box(left, 0, 100, 100),
        landmarks=Landmarks(*[Point(0, 0)] * 5),
        quality=Quality(pose=Pose(yaw, 0, 0), on_face=True, **measured),
        crop=np.zeros((112, 112, 3), np.uint8),
        embedding=vector / np.linalg.norm(vector),
    )


def tracked(*frames: tuple[int, list[Face]]) -> list[list[int]]:
    """The timestamps of each track. Faces are the same from a cosine of 0.9 on, others under 0.5"""
    tracker = Tracker(Bounds(same=0.9, other=0.5))
    for timestamp, faces in frames:
        tracker.add(timestamp, faces, [str(timestamp)] * len(faces))
    people = tracker.people()
    assert [each.index for each in people] == list(range(len(people)))
    return [[each.timestamp_ms for each in track.sightings] for track in people]


ANNA, ANNA_TURNED, BERTA = (1.0, 0.0), (0.7, 0.7), (0.0, 1.0)


def test_a_face_in_the_same_place_is_the_same_person_even_if_it_turns() -> None:
    assert tracked((0, [face(0, ANNA)]), (200, [face(20, ANNA_TURNED)])) == [[0, 200]]


def test_another_face_in_the_same_place_is_a_cut() -> None:
    assert tracked((0, [face(0, ANNA)]), (200, [face(0, BERTA)])) == [[0], [200]]


def test_the_same_face_elsewhere_is_the_same_person() -> None:
    assert tracked((0, [face(0, ANNA)]), (200, [face(400, ANNA)])) == [[0, 200]]
    assert tracked((0, [face(0, ANNA)]), (200, [face(400, ANNA_TURNED)])) == [[0], [200]]


def test_somebody_who_comes_back_is_known_again() -> None:
    frames = [(0, [face(0, ANNA)]), (200, []), (60_000, [face(300, ANNA)])]
    assert tracked(*frames) == [[0, 60_000]]


def test_a_place_is_forgotten_after_a_second() -> None:
    assert tracked((0, [face(0, ANNA)]), (1000, [face(0, ANNA_TURNED)])) == [[0, 1000]]
    assert tracked((0, [face(0, ANNA)]), (1200, [face(0, ANNA_TURNED)])) == [[0], [1200]]


def test_two_who_cross_keep_their_tracks() -> None:
    frames = [
        (0, [face(0, ANNA), face(200, BERTA)]),
        (200, [face(120, ANNA), face(80, BERTA)]),
        (400, [face(200, ANNA), face(0, BERTA)]),
    ]
    assert tracked(*frames) == [[0, 200, 400], [0, 200, 400]]


def test_two_faces_of_a_frame_are_two_people() -> None:
    """A picture of somebody beside them, or twins."""
    assert tracked((0, [face(0, ANNA)]), (200, [face(0, ANNA), face(300, ANNA)])) == [
        [0, 200],
        [200],
    ]


def test_tracks_that_turn_out_to_be_of_one_person_are_joined() -> None:
    """Somebody comes in turned away, and is surely known only later."""
    frames = [
        (0, [face(0, ANNA)]),
        (1200, [face(400, ANNA_TURNED)]),
        (1400, [face(400, ANNA)]),
        (1600, [face(400, ANNA)]),
    ]
    assert tracked(*frames) == [[0, 1200, 1400, 1600]]
    # Who was in one picture with somebody is not them.
    seen = [(0, [face(0, ANNA), face(400, ANNA_TURNED)]), (2000, [face(400, ANNA_TURNED)])]
    assert tracked(*seen) == [[0], [0, 2000]]


def test_what_was_taken_for_a_face_once() -> None:
    lamp = face(500, BERTA, score=0.75)
    assert tracked((0, [face(0, ANNA), lamp]), (200, [face(0, ANNA)])) == [[0, 200]]
    assert tracked((0, [lamp]), (200, [lamp])) == [[0, 200]]
    assert tracked((0, [face(500, BERTA, score=0.85)])) == [[0]]


def test_better_faces_count_more() -> None:
    best = face(0, ANNA).quality
    assert weight(best) == pytest.approx(0.9)
    for worse in ({"size": 40.0}, {"sharpness": 10.0}, {"yaw": 60.0}, {"score": 0.7}):
        assert 0 < weight(face(0, ANNA, **worse).quality) < weight(best)
    tracker = Tracker(Bounds(same=0.9, other=0.1))
    for number, each in enumerate([face(0, ANNA), face(0, (0.5, 0.9), sharpness=0.0)]):
        tracker.add(number, [each], [""])
    (track,) = tracker.people()
    assert float(track.embedding @ np.array(ANNA)) > 0.95
    assert float(np.linalg.norm(track.embedding)) == pytest.approx(1)


def test_overlap() -> None:
    one = Box(0, 0, 10, 10)
    assert one.overlap(one) == 1
    assert one.overlap(Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert one.overlap(Box(10, 0, 10, 10)) == 0
    assert one.overlap(Box(20, 20, 0, 0)) == 0


@pytest.mark.parametrize(
    "name", ["face_noface.mov", "single_face.mp4", "WolfgangLanger_Pexels.mp4", "no_face.mp4"]
)
def test_faces_that_are_followed_are_those_that_are_found(engine: LocalEngine, name: str) -> None:
    """In real videos; most frames of which are not looked at as a whole."""
    found = watched(packaged(name), engine, thorough=True).tracks
    followed = watched(packaged(name), engine).tracks
    assert [[each.timestamp_ms for each in track.sightings] for track in followed] == [
        [each.timestamp_ms for each in track.sightings] for track in found
    ]
    for one, other in zip(followed, found, strict=True):
        assert one.embedding @ other.embedding > 0.98
        assert one.place.overlap(other.place) > 0.8


def test_frames_that_nobody_waits_for_are_not_decoded(photos: Mapping[str, bytes]) -> None:
    """x264 builds on about half of its frames."""
    video = encoded(panned(canvas(scaled(photos["obama.jpg"], 360), 640, 360), 2, 480))
    with opened(io.BytesIO(video), LIMITS) as every, opened(io.BytesIO(video), LIMITS) as few:
        frames = [list(every.frames(5, every=True)), list(few.frames(5))]
    times, same = ([each.timestamp_ms for each in way] for way in frames)
    assert times == same == list(range(0, 2000, 200))
    for one, other in zip(*frames, strict=True):
        assert np.array_equal(one.image.pixels, other.image.pixels)
