"""Amazon's scores: a type of their own, so that none is taken for one of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What AWS calls a number: of a celebrity whom it recognised, and of two faces.
Measure = Literal["MatchConfidence", "Similarity"]


@dataclass(frozen=True, slots=True)
class AwsScore:
    """What AWS says of two faces: nothing of how rare that is among strangers.

    Attributes:
        value: 0 to 100.
    """

    measure: Measure
    value: float

    @property
    def aws(self) -> AwsScore:
        """Itself: the field of the JSON of a score that holds Amazon's, where all others are
        null."""
        return self

    @property
    def texts(self) -> tuple[str]:
        """The number, as a terminal shows it."""
        return (f"{self.value:5.1f}  {self.measure}",)
