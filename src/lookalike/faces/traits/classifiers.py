"""What was seen of a face -> how likely each trait is there.

`classifiers.npz` holds a logistic regression for each trait on what EfficientNet-Lite0 sees of the
eyes, the mouth or both, averaged over 7 x 7 places, and for open eyes on the distance of the lids.
They were fitted to half the people of `benchmarks/traits/labels.csv`, faces of LFW and of famous
people that two looked at, and are held against the other half: `lookalike evaluate attributes`.
What they say is calibrated, on people who were left out of the fit, for as many faces with a trait
as without it; `python -m benchmarks.traits.fitting` makes the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from lookalike.faces.traits.traits import Trait
from lookalike.faces.vectors import Floats

FILE = "classifiers.npz"
_PLACES = 7


@dataclass(frozen=True, slots=True, eq=False)
class Classifiers:
    """
    Attributes:
        weights: (traits, features), in the order of `Trait`.
        constants: (traits,).
    """

    weights: Floats
    constants: Floats

    def likely(self, features: Floats) -> Mapping[Trait, float]:
        """How likely each trait is, 0 to 1, of the (n,) features of a face."""
        # As `@`, but without threads of numpy's.
        logits = np.einsum("tn,n->t", self.weights, features) + self.constants
        shares = 1 / (1 + np.exp(-np.clip(logits, -50, 50).astype(np.float64)))
        return dict(zip(Trait, shares.tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Each weight in float16, in parts of the largest of its trait."""
        largest = np.abs(self.weights).max(axis=1)
        weights = (self.weights / largest[:, None]).astype(np.float16)
        np.savez_compressed(
            path, allow_pickle=False, weights=weights, largest=largest, constants=self.constants
        )


def features(parts: Floats, openness: float) -> Floats:
    """(n,) of the (2, 112, 14, 14) parts that were seen of eyes and mouth, and of the lids."""
    views, channels, side, _ = parts.shape
    cells = side // _PLACES
    means = parts.reshape(views, channels, _PLACES, cells, _PLACES, cells).mean(axis=(3, 5))
    return np.append(means.ravel(), openness).astype(np.float32)


def opened(path: Path | None = None) -> Classifiers:
    """Those of a file; that which ships unless it is said."""
    with (path or resources.files(__package__) / FILE).open("rb") as file, np.load(file) as kept:
        weights = kept["weights"].astype(np.float32) * kept["largest"][:, None]
        return Classifiers(weights.astype(np.float32), kept["constants"].astype(np.float32))
