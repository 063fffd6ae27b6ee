"""Ways of making one score out of several portraits, and of seeing a cosine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.improvements.looks import unit
from lookalike.faces.models import SFACE
from lookalike.faces.runtime import Floats
from lookalike.similarity import calibration


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """The n portraits of a gallery.

    Attributes:
        owners: (n,) places of the people that they show.
        quality: (n, 3) sharpness, width, and the detector's score.
    """

    vectors: Floats
    owners: NDArray[np.intp]
    quality: Floats

    @property
    def people(self) -> int:
        return int(self.owners.max()) + 1

    def mean(self, weights: Floats) -> Floats:
        """(people, dimension)"""
        sums = np.zeros((self.people, self.vectors.shape[1]), np.float32)
        np.add.at(sums, self.owners, self.vectors * weights[:, None])
        return unit(sums)


# (probes, people) scores of probes against a gallery.
Ranking = Callable[[Floats, Enrolled], NDArray[np.floating]]


def mean(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """What ranks today."""
    return probes @ gallery.mean(np.ones(len(gallery.owners), np.float32)).T


def best(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The most alike portrait."""
    cosines = probes @ gallery.vectors.T
    scores = np.full((len(probes), gallery.people), -2.0)
    for place, owner in enumerate(gallery.owners):
        np.maximum(scores[:, owner], cosines[:, place], out=scores[:, owner])
    return scores


def by_quality(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, weighted by how sharp a portrait is and how sure the detector was."""
    sharpness, _, score = gallery.quality.T
    weights = np.sqrt(np.clip(sharpness, 5, 60)) * np.clip(score - 0.5, 0.1, 0.5)
    return probes @ gallery.mean(weights.astype(np.float32)).T


def by_agreement(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, weighted by how alike a portrait is to the others of its person."""
    means = gallery.mean(np.ones(len(gallery.owners), np.float32))
    alike = np.einsum("ij,ij->i", gallery.vectors, means[gallery.owners])
    return probes @ gallery.mean(np.clip(alike, 0.05, 1)).T


def among_cohort(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, its cosine seen among the cohort, as scores are (s-norm)."""
    means = gallery.mean(np.ones(len(gallery.owners), np.float32))
    return calibration(SFACE.contract).seen(probes, means)


def centred(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, after the gallery's own mean vector was taken from everybody."""
    means = gallery.mean(np.ones(len(gallery.owners), np.float32))
    middle = means.mean(axis=0)
    return unit(probes - middle) @ unit(means - middle).T


RANKINGS: dict[str, Ranking] = {
    "mean of portraits (today)": mean,
    "best portrait": best,
    "mean weighted by quality": by_quality,
    "mean weighted by agreement": by_agreement,
    "mean, among the cohort": among_cohort,
    "mean, centred on the gallery": centred,
}
