"""Ways of making one score out of several portraits, and of seeing a cosine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats, unit
from lookalike.scores.calibrations import calibration


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """The n portraits of a gallery.

    Attributes:
        owners: (n,) places of the people that they show.
        quality: (n, 5) sharpness, width, the detector's score, yaw and pitch.
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


_FOLDS = 10

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
    sharpness, _, score, *_ = gallery.quality.T
    weights = np.sqrt(np.clip(sharpness, 5, 60)) * np.clip(score - 0.5, 0.1, 0.5)
    return probes @ gallery.mean(weights.astype(np.float32)).T


def by_agreement(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, weighted by how alike a portrait is to the others of its person."""
    means = gallery.mean(np.ones(len(gallery.owners), np.float32))
    alike = np.einsum("ij,ij->i", gallery.vectors, means[gallery.owners])
    return probes @ gallery.mean(np.clip(alike, 0.05, 1)).T


def learned(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, weighted by how alike to its person's others a portrait of such quality is.

    That is learned, by least squares, from everybody else: a tenth of the people at a time is left
    out and weighted by what was learned from the rest.
    """
    sums = np.zeros((gallery.people, gallery.vectors.shape[1]), np.float32)
    np.add.at(sums, gallery.owners, gallery.vectors)
    others = unit(sums[gallery.owners] - gallery.vectors)
    alike = np.einsum("ij,ij->i", gallery.vectors, others)
    traits = np.column_stack([np.ones(len(alike)), _traits(gallery.quality)])
    told = others.any(axis=1)
    weights = np.ones(len(alike), np.float32)
    for fold in range(_FOLDS):
        left_out = gallery.owners % _FOLDS == fold
        taught = told & ~left_out
        if taught.any():
            solved = np.linalg.lstsq(traits[taught], alike[taught], rcond=None)[0]
            weights[left_out] = np.clip(traits[left_out] @ solved, 0.05, 1) ** 2
    return probes @ gallery.mean(weights).T


def _traits(quality: Floats) -> Floats:
    """(n, 5) numbers of about one size."""
    sharpness, width, score, yaw, pitch = quality.T
    sizes = np.log(np.maximum(width, 1)) / 5
    found = np.column_stack([sharpness / 50, sizes, score, np.abs(yaw) / 45, np.abs(pitch) / 45])
    return np.asarray(found, np.float32)


def among_cohort(probes: Floats, gallery: Enrolled) -> NDArray[np.floating]:
    """The mean, its cosine seen among the cohort, as scores are (s-norm)."""
    means = gallery.mean(np.ones(len(gallery.owners), np.float32))
    size = SFACE.dimension
    return calibration(SFACE.contract).seen(probes[:, :size], means[:, :size])


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
    "mean, weights learned from quality": learned,
    "mean, among the cohort": among_cohort,
    "mean, centred on the gallery": centred,
}
