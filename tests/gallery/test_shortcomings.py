"""What makes a portrait a poor one, on real photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.coverage import Coverage
from lookalike.faces.photo import Face
from lookalike.faces.quality import Pose, Quality
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.shortcomings import Flaw, shortcomings, words
from lookalike.gallery.sources.image_file import portrait
from tests.support import coverings

Judge = Callable[[bytes], list[Flaw]]


@pytest.fixture
def judge(engine: LocalEngine) -> Judge:
    """The flaws of the portrait that a photo makes."""

    return lambda data: flaws(engine.analyzer.analyze(data).main_face(), data)


def flaws(face: Face, data: bytes) -> list[Flaw]:
    return [each.flaw for each in shortcomings(portrait(face, data, None))]


@pytest.mark.parametrize(
    "name", ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"]
)
def test_good_portraits_have_none(judge: Judge, photos: Mapping[str, bytes], name: str) -> None:
    assert judge(photos[name]) == []


@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png"])
@pytest.mark.parametrize("kind", ["sunglasses", "mask"])
def test_what_is_worn(
    engine: LocalEngine, judge: Judge, photos: Mapping[str, bytes], name: str, kind: str
) -> None:
    assert Flaw(kind) in judge(coverings.covered(engine.analyzer, photos[name], kind))


def test_what_covers_a_face(engine: LocalEngine, judge: Judge, photos: Mapping[str, bytes]) -> None:
    hand = coverings.covered(engine.analyzer, photos["astronaut.png"], "hand")
    assert judge(hand) == [Flaw.COVERED]


def test_dark_blurred_and_tiny(
    engine: LocalEngine, judge: Judge, photos: Mapping[str, bytes]
) -> None:
    assert judge(coverings.dark(engine.analyzer, photos["obama.jpg"])) == [Flaw.BLURRED, Flaw.DARK]
    tiny = coverings.resized(photos["astronaut.png"], (240, 240))
    assert judge(tiny) == [Flaw.TINY]
    assert judge(coverings.resized(coverings.resized(tiny, (96, 96)), (512, 512))) == [Flaw.BLURRED]


def test_no_human_face(engine: LocalEngine, judge: Judge, photos: Mapping[str, bytes]) -> None:
    # Of a cat the detector is just as sure as it must be of a portrait, or just not.
    cat = coverings.cat()
    assert flaws(engine.analyzer.analyze(cat).faces[0], cat)[0] is Flaw.NOT_HUMAN
    assert judge(coverings.cartoon(engine.analyzer, photos["biden.jpg"]))[0] is Flaw.NOT_HUMAN


GOOD = Coverage(sunglasses=0.0, mask=0.0, presence=40.0, size=100.0, sharpness=50.0, flatness=0.1)


def test_whoever_wears_a_mask_is_human() -> None:
    """A cloth is as flat as a drawing, and may hide what a mesh needs."""
    assert replace(GOOD, mask=0.95, presence=-3.0, flatness=0.6).human
    assert not replace(GOOD, mask=0.7, presence=-3.0).human
    assert not replace(GOOD, mask=0.7, flatness=0.6).human


def made(quality: Quality | None = None, coverage: Coverage | None = None) -> Portrait:
    return Portrait(np.zeros(128, np.float32), quality=quality, coverage=coverage)


def test_bars_of_quality() -> None:
    poor = Quality(0.85, 40, 5, 12, Pose(-50, 0, 0))
    assert words(shortcomings(made(poor))) == (
        "the face is only 40 pixels wide, blurred (sharpness 5 of 100), dark (brightness 12 of "
        "100), turned away by 50 degrees, the detector is only 85.0% sure of the face"
    )
    bars = Quality(0.88, 48, 12, 20, Pose(40, 0, 0))
    assert shortcomings(made(bars, GOOD)) == ()


def test_a_covered_face_is_not_one_in_profile() -> None:
    """The mesh is unsure of both."""
    unsure = Coverage(sunglasses=0.1, mask=0.2, presence=14.9, size=100, sharpness=50, flatness=0.1)
    ahead = Quality(0.9, 100, 60, 50, Pose(10, 0, 0))
    away = Quality(0.9, 100, 60, 50, Pose(-41, 0, 0))
    assert words(shortcomings(made(ahead, unsure))) == "partly covered"
    assert words(shortcomings(made(away, unsure))) == "turned away by 41 degrees"


def test_verdicts_are_held_back_before_anybody_is_warned() -> None:
    rather_sure = Coverage(
        sunglasses=0.1, mask=0.2, presence=15.0, size=100, sharpness=50, flatness=0.1
    )
    assert (rather_sure.enough, shortcomings(made(coverage=rather_sure))) == (False, ())
