"""Detectors other than the one that ships: SCRFD's outputs, and YuNet under another name.

The SCRFD is a network made on the spot whose outputs are known: InsightFace's own may not be
carried by a package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.errors import ModelDamaged, ModelRefused
from lookalike.faces.detect import Detector
from lookalike.faces.image import Pixels
from lookalike.faces.models import adding, installed, runtime, selftest
from lookalike.faces.models.adding import Source, Wish
from lookalike.faces.models.decoders import Scrfd
from lookalike.faces.models.manifest import DETECTOR, Entry, Finder
from lookalike.faces.models.selftest import Sample
from tests.support import networks

Opened = Callable[[bytes], Detector]


@pytest.fixture
def opened(model_settings: Settings, tmp_path: Path) -> Opened:
    """A detector of a network file, added without a self-test."""

    def open_(data: bytes) -> Detector:
        entry = added(model_settings, "found", data, tmp_path, Wish(kind=DETECTOR, licence="MIT"))
        assert isinstance(entry, Finder)
        return Detector(runtime.create(replace(model_settings, precision="float32")), entry)

    return open_


def added(settings: Settings, name: str, data: bytes, folder: Path, wish: Wish) -> Entry:
    (folder / "network.onnx").write_bytes(data)
    plan = adding.by_wish(name, Source(path=folder / "network.onnx"), wish)
    with adding.staged(settings, plan) as at:
        adding.kept(settings, plan.entry(at), at)
    return installed.entry(settings, name)


def picture(stride: int, left: int, top: int, side: int = 512) -> Pixels:
    """Black, with one cell of a stride in that stride's colour."""
    pixels = np.zeros((side, side, 3), np.uint8)
    channel = tuple(networks.REACH).index(stride)
    pixels[top : top + stride, left : left + stride, channel] = 255
    return pixels


@pytest.mark.parametrize(("stride", "left", "top"), [(8, 104, 208), (16, 160, 96), (32, 128, 320)])
def test_scrfd_boxes_and_landmarks_are_where_its_outputs_say(
    opened: Opened, stride: int, left: int, top: int
) -> None:
    found = opened(networks.scrfd()).detect(picture(stride, left, top), upright=True)
    west, north, east, south = networks.REACH[stride]
    at = np.array([left, top])
    assert len(found) == 1
    assert found.boxes[0] == pytest.approx(
        [*(at - [west * stride, north * stride]), (west + east) * stride, (north + south) * stride]
    )
    assert found.landmarks[0] == pytest.approx(at + networks.POINTS * stride)
    # 127.5 / 128, nearer to 1 on YuNet's scale.
    assert found.scores[0] == pytest.approx(0.998, abs=1e-3)


def test_scrfd_on_a_picture_that_is_scaled_down(opened: Opened) -> None:
    """1,536 pixels go on a canvas of 768: one cell of 32 there is 64 pixels here."""
    pixels = np.zeros((1536, 1536, 3), np.uint8)
    pixels[512:576, 256:320, 2] = 255
    found = opened(networks.scrfd()).detect(pixels, upright=True)
    assert found.boxes.tolist() == [[192, 448, 192, 128]]
    assert found.landmarks[0, 2].tolist() == [256, 512]


def test_a_detector_without_landmarks_is_told_so() -> None:
    outputs = [np.zeros((2 * (256 // s) ** 2, w), np.float32) for s in (8, 16, 32) for w in (1, 4)]
    with pytest.raises(ModelDamaged, match=r"an SCRFD with landmarks has \(2048, 1\)"):
        Scrfd()(tuple(outputs), (256, 256))


def test_one_that_finds_no_faces_is_refused(
    model_settings: Settings, tmp_path: Path, photos: Mapping[str, bytes]
) -> None:
    wish = Wish(kind=DETECTOR, licence="MIT")
    with pytest.raises(ModelRefused, match="Outputs: 6; a scrfd detector has 9"):
        added(model_settings, "pointless", networks.scrfd(points=False), tmp_path, wish)
    entry = added(model_settings, "blind", networks.scrfd(), tmp_path, wish)
    samples = [Sample("Obama", photos["obama.jpg"]), Sample("Biden", photos["biden.jpg"])]
    found = selftest.run(entry, model_settings, samples, tmp_path / "cache")
    assert [each.said for each in found.failed] == [
        "0 of 2 faces that YuNet finds; at least 90% is asked"
    ]


@pytest.mark.parametrize("network", [networks.YUNET, networks.any_size()])
def test_yunet_under_another_name_is_as_good(
    model_settings: Settings, tmp_path: Path, photos: Mapping[str, bytes], network: bytes
) -> None:
    wish = Wish(kind=DETECTOR, licence="MIT", layout="yunet")
    entry = added(model_settings, "again", network, tmp_path, wish)
    samples = [Sample(name, photos[name]) for name in ("obama.jpg", "biden.jpg", "astronaut.png")]
    found = selftest.run(entry, model_settings, samples, tmp_path / "cache")
    assert found.failed == ()
    assert found.checks[-1].said.startswith("3 of 3 faces")
