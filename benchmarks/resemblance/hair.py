"""Hair and outline: what a general network sees in a wide crop, the background grey.

A crop and its mirror image count as one, so that it matters neither on which side hair is parted
nor to which side a head is turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.resemblance.components import Numbers
from benchmarks.resemblance.looks import SIDE
from benchmarks.resemblance.network import LiteNetwork
from lookalike.faces.vectors import Floats

# A head with its hair in the wide crop, by eye: middle and half axes, in pixels.
_MIDDLE, _AXES = (112, 112), (80, 98)
_GREY = 127
# Blurred, the edge of the ellipse is no line that the network sees in every picture.
_EDGE = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """(n, 21952) and (n, 9408): parts and wholes in n crops."""

    parts: Numbers
    wholes: Numbers

    def of(self, rows: NDArray[np.intp]) -> Outlines:
        return Outlines(self.parts[rows], self.wholes[rows])

    def __add__(self, others: Outlines) -> Outlines:
        parts = np.concatenate([self.parts, others.parts])
        return Outlines(parts, np.concatenate([self.wholes, others.wholes]))


def outlines(network: LiteNetwork, crops: NDArray[np.uint8]) -> Outlines:
    """Of (n, `SIDE`, `SIDE`, 3) crops."""
    rows = [_outline(network, each) for each in heads(crops)]
    return Outlines(*(np.array(column) for column in zip(*rows, strict=True)))


def heads(crops: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Each with grey where no head is."""
    mask = cv2.ellipse(np.zeros((SIDE, SIDE), np.float32), _MIDDLE, _AXES, 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), _EDGE)[..., None]
    for each in crops:
        yield np.asarray(each * soft + _GREY * (1 - soft), np.uint8)


def _outline(network: LiteNetwork, head: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    seen = network.see(np.stack([head, head[:, ::-1]]))
    return seen.parts.mean(axis=0).reshape(-1), seen.wholes.mean(axis=0).reshape(-1)
