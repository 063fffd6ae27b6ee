"""Decoding and tracking: real videos, videos made of real photos, and files that are none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from lookalike.engine import Engine
from lookalike.errors import DamagedVideo, UnsupportedVideo, VideoError, VideoTooLarge
from lookalike.faces.analyzer import Box, Face, Photo
from lookalike.video import decode
from lookalike.video.decode import opened
from lookalike.video.track import Bounds, Tracker, overlap, weight
from lookalike.video.watch import Watched, watch
from tests.videos import canvas, encoded, panned, scaled, still, turned


@pytest.fixture(scope="module")
def obama(photos: Mapping[str, bytes]) -> np.ndarray:
    return canvas(scaled(photos["obama.jpg"], 360), 640, 360)
