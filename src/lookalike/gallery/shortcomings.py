"""What makes a portrait a poor one to find somebody by.

Half of all misses come of such portraits. They are added all the same, and warned of. Every bar was
measured with `python -m benchmarks.check`, whose tables are in docs/check.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lookalike.faces.coverage import Coverage, Hindrance
from lookalike.faces.quality import Quality
from lookalike.gallery.portraits import Portrait

# Portraits beyond these are less like the others of their person: a median cosine of 0.56 to 0.67
# instead of 0.75. Size is in pixels, yaw in degrees.
_MIN_SIZE, _MIN_SHARPNESS, _MIN_SCORE, _MAX_YAW = 48.0, 12.0, 0.88, 40.0
# Of 937 portraits of celebrities 4 are darker, and no well lit one of dark skin.
_MIN_BRIGHTNESS = 20.0
# A logit, below which 28 of the 937 are, 10 of them in profile: a median cosine of 0.61. Verdicts
# are held back below 25, where many a portrait is that is as good as others.
_MIN_PRESENCE = 15.0


class Flaw(StrEnum):
    """What is wrong with a portrait."""

    NOT_HUMAN = "not-human"
    SUNGLASSES = "sunglasses"
    MASK = "mask"
    COVERED = "covered"
    TINY = "tiny"
    BLURRED = "blurred"
    DARK = "dark"
    PROFILE = "profile"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """A flaw, and how bad it is, in words."""

    flaw: Flaw
    text: str


def shortcomings(portrait: Portrait) -> tuple[Shortcoming, ...]:
    """All that is known to be wrong with a portrait."""
    found = tuple(_of_quality(portrait.quality)) if portrait.quality else ()
    if portrait.coverage is None:
        return found
    turned = Flaw.PROFILE in {each.flaw for each in found}
    return (*_of_coverage(portrait.coverage, turned), *found)


def words(found: Iterable[Shortcoming]) -> str:
    """All of them in one line."""
    return ", ".join(each.text for each in found)


def _of_coverage(coverage: Coverage, turned: bool) -> Iterator[Shortcoming]:
    """
    Args:
        turned: of a face in profile the mesh is unsure, whether or not it is covered.
    """
    if not coverage.human:
        yield Shortcoming(Flaw.NOT_HUMAN, "covered, or no human face")
        return
    if Hindrance.SUNGLASSES in coverage.hindrances:
        yield Shortcoming(Flaw.SUNGLASSES, "behind sunglasses")
    if Hindrance.MASK in coverage.hindrances:
        yield Shortcoming(Flaw.MASK, "behind a mask")
    hidden = Hindrance.COVERED in coverage.hindrances and coverage.presence < _MIN_PRESENCE
    if hidden and not turned:
        yield Shortcoming(Flaw.COVERED, "partly covered")


def _of_quality(quality: Quality) -> Iterator[Shortcoming]:
    if quality.size < _MIN_SIZE:
        yield Shortcoming(Flaw.TINY, f"the face is only {quality.size:.0f} pixels wide")
    if quality.sharpness < _MIN_SHARPNESS:
        yield Shortcoming(Flaw.BLURRED, f"blurred (sharpness {quality.sharpness:.0f} of 100)")
    if quality.brightness < _MIN_BRIGHTNESS:
        yield Shortcoming(Flaw.DARK, f"dark (brightness {quality.brightness:.0f} of 100)")
    if abs(quality.pose.yaw) > _MAX_YAW:
        yield Shortcoming(Flaw.PROFILE, f"turned away by {abs(quality.pose.yaw):.0f} degrees")
    if quality.score < _MIN_SCORE:
        sure = f"the detector is only {quality.score:.1%} sure of the face"
        yield Shortcoming(Flaw.UNCLEAR, sure)
