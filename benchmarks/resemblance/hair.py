"""Hair and outline: what a general network sees in a wide crop, the background grey.

A crop and its mirror image count as one, so that it matters neither on which side hair is parted
nor to which side a head is turned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.resemblance.components import Numbers
from lookalike import config
from lookalike.faces.appearance.head import SIDE, background_mask, without_background
from lookalike.faces.image import Pixels
from lookalike.faces.models import runtime
from lookalike.faces.models.manifest import LITE0
from lookalike.faces.models.network import Network
from lookalike.faces.vectors import Floats


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


def opened() -> Network:
    """What looks at crops, in float32 on every machine."""
    settings = replace(config.load(), precision="float32")
    return runtime.create(settings).open(LITE0, (2, SIDE, SIDE, 3))


def outlines(network: Network, crops: Pixels) -> Outlines:
    """Of (n, `SIDE`, `SIDE`, 3) crops."""
    mask = background_mask()
    rows = [_outline(network, without_background(each, mask)) for each in crops]
    return Outlines(*(np.array(column) for column in zip(*rows, strict=True)))


def _outline(network: Network, head: Pixels) -> tuple[Floats, Floats]:
    parts, wholes = network(np.stack([head, head[:, ::-1]]))
    return parts.mean(axis=0).reshape(-1), wholes.mean(axis=0).reshape(-1)
