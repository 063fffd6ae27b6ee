"""Faces in a process of their own: what they answer, and that no photo stops them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import psutil
import pytest

from lookalike.config import Settings
from lookalike.errors import (
    DamagedImage,
    ModelUnavailable,
    PhotoBroke,
    PhotoTooSlow,
    UnsupportedFormat,
)
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.confined import Confined
from lookalike.faces.image import Limits
from tests.faces.apart.hostile import BREAKS_DOWN, NEVER_ENDS, serve
from tests.support import PATIENCE_S

DEADLINE_S = 10


@pytest.fixture(scope="module")
def confined(settings: Settings) -> Iterator[Confined]:
    # On a slow machine a network that is opened for the first time takes seconds.
    started = Confined(replace(settings, deadline=DEADLINE_S), serve)
    yield started
    started.close()


def process() -> psutil.Process:
    """The one that looks at photos now."""
    (found,) = (
        each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())
    )
    return found


def test_answers_are_those_of_this_process(
    confined: Confined, analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    assert confined.library == analyzer.library
    for name in ("obama.jpg", "t1.jpg"):
        data = photos[name]
        # In this order, so that the networks that it takes are prepared.
        expected, found = (each.analyze(data, appearances=True) for each in (analyzer, confined))
        assert (found.width, found.height, found.format) == (
            expected.width,
            expected.height,
            expected.format,
        )
        assert len(found.faces) == len(expected.faces)
        for one, other in zip(found.faces, expected.faces, strict=True):
            assert one.box == other.box
            assert float(one.embedding @ other.embedding) > 0.9999
            assert one.appearance is not None
            assert other.appearance is not None
            assert float(one.appearance.outline @ other.appearance.outline) > 0.999
    face = found.faces[0]
    assert np.array_equal(
        confined.square(data, found, face, 96), analyzer.square(data, expected, face, 96)
    )
    assert np.array_equal(confined.reduced(data, 80), analyzer.reduced(data, 80))
    assert confined.with_thumbnail(face, data).thumbnail is not None
    assert float(confined.embed([face.crop])[0] @ face.embedding) > 0.999
    (guess,), (known,) = (each.attributes([face]) for each in (analyzer, confined))
    assert (guess.age_low, guess.age_high) == (known.age_low, known.age_high)
    assert guess.female == pytest.approx(known.female, abs=1e-4)


def test_what_is_wrong_with_a_photo_is_told(confined: Confined) -> None:
    with pytest.raises(DamagedImage, match="it has 0 bytes"):
        confined.analyze(b"")


def test_limits_go_along(confined: Confined, photos: Mapping[str, bytes]) -> None:
    small = Limits(max_bytes=1024, max_pixels=1024, max_side=64)
    with pytest.raises(Exception, match=r"at most 1,024 are allowed \(LOOKALIKE_MAX_BYTES\)"):
        confined.analyze(photos["obama.jpg"], small)


def test_photos_that_wait_are_looked_at_together(
    confined: Confined, analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    """Some of them broken, and each gets its own answer."""
    names = ["obama.jpg", "biden.jpg", "obama2.jpg", "astronaut.png"] * 3
    with ThreadPoolExecutor(len(names) + 3) as threads:
        broken = [threads.submit(confined.analyze, b"no photo") for _ in range(3)]
        found = list(threads.map(lambda name: confined.analyze(photos[name]), names))
    for name, photo in zip(names, found, strict=True):
        expected = analyzer.analyze(photos[name]).faces[0].embedding
        assert float(photo.faces[0].embedding @ expected) > 0.999
    assert {type(each.exception()) for each in broken} == {UnsupportedFormat}


def test_a_photo_that_never_ends_costs_itself_alone(
    confined: Confined, photos: Mapping[str, bytes]
) -> None:
    confined.warm()
    before = process()
    with ThreadPoolExecutor(4) as threads:
        hostile = threads.submit(confined.analyze, NEVER_ENDS)
        others = [threads.submit(confined.analyze, photos["obama.jpg"]) for _ in range(3)]
        with pytest.raises(PhotoTooSlow, match=r"longer than 10 seconds \(LOOKALIKE_DEADLINE\)"):
            hostile.result(timeout=120)
        assert [len(each.result(timeout=120).faces) for each in others] == [1, 1, 1]
    assert not before.is_running() or before.status() == psutil.STATUS_ZOMBIE
    assert process().pid != before.pid


def test_a_photo_that_breaks_the_process_costs_itself_alone(
    confined: Confined, photos: Mapping[str, bytes]
) -> None:
    with ThreadPoolExecutor(3) as threads:
        hostile = threads.submit(confined.analyze, BREAKS_DOWN)
        others = [threads.submit(confined.analyze, photos["biden.jpg"]) for _ in range(2)]
        with pytest.raises(PhotoBroke, match="broke down over it"):
            hostile.result(timeout=120)
        assert [len(each.result(timeout=120).faces) for each in others] == [1, 1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_is_gone_is_replaced(
    confined: Confined, photos: Mapping[str, bytes], number: signal.Signals
) -> None:
    confined.analyze(photos["obama.jpg"])
    os.kill(process().pid, number)
    assert len(confined.analyze(photos["obama.jpg"]).faces) == 1


def test_a_network_that_is_not_there_is_said(settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="There is no model 'nobody'"):
        Confined(replace(settings, model="nobody"))


def test_it_ends_when_closed(settings: Settings) -> None:
    before = set(multiprocessing.active_children())
    started = Confined(settings)
    (process,) = set(multiprocessing.active_children()) - before
    started.warm()
    started.close()
    process.join(PATIENCE_S)
    assert not process.is_alive()


def test_it_says_when_it_is_ready(settings: Settings, photos: Mapping[str, bytes]) -> None:
    """Which `/readyz` passes on."""
    before = set(multiprocessing.active_children())
    started = Confined(settings)
    (process,) = set(multiprocessing.active_children()) - before
    assert not started.ready
    started.warm()
    assert started.ready
    process.kill()
    assert len(started.analyze(photos["obama.jpg"]).faces) == 1
    assert started.ready
    started.close()
