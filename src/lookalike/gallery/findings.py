"""Which faults a check looks for in a gallery, from which bars on, and how it says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lookalike.faces.photo import Face
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait

# Findings of one fault that a check-up names; the worst stay.
MOST = 1000


class GalleryFault(StrEnum):
    """What spoils the results of a gallery."""

    DISAGREES = "disagrees"
    GROUP_PHOTO = "group-photo"
    SAME_FACE = "same-face"
    NEAR_DUPLICATE = "near-duplicate"
    LOW_QUALITY = "low-quality"
    NO_CREDIT = "no-credit"


@dataclass(frozen=True, slots=True)
class Bars:
    """Cosines that depend on the model; the calibration gives them by similarity.

    Attributes:
        disagrees: similarity 50: portraits of one person are seldom less alike than one pair of
            strangers in 100.
        same_face: similarity 99: the means of two people reach it once in 1,000,000.
        alike: similarity 60, for the average of all pairs of portraits of two people: means of many
            portraits are more alike than any two of them.
    """

    disagrees: float
    same_face: float
    alike: float


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A person with all their portraits."""

    person: Person
    portraits: tuple[StoredPortrait, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo that was looked at again: its name and every face in it, the largest first."""

    name: str
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class PortraitPlace:
    """Whom a finding is about, and by which portrait; `source` is a file or an address."""

    person: Person
    portrait: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Attributes:
        places: one, or the two that are at odds.
        cosine: how alike they are, where that is the matter.
    """

    fault: GalleryFault
    places: tuple[PortraitPlace, ...]
    why: str
    advice: str
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """
    Attributes:
        findings: fault by fault, the worst first.
        left_off: how many lesser ones there were beyond the `MOST` of each fault.
    """

    people: int
    portraits: int
    findings: tuple[Finding, ...]
    left_off: int
