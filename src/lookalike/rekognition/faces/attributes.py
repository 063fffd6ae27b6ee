"""The members of FaceDetail that `Attributes` asks for, by which each was measured to be true.

What tells less than nine of ten faces rightly, at the lower end of its interval, is only sent under
the setting `attributes = complete`, by which programs that need every member run: there each has
the Value false, or CALM, and a Confidence of 50 where nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np

from lookalike.faces.attributes import Attributes
from lookalike.faces.traits.eyes import AWAY
from lookalike.faces.traits.traits import Trait, Traits
from lookalike.rekognition.wire.validation import Members

ALL = "ALL"
# The name that a request has for each, and that of its member.
_GUESSED = MappingProxyType({"AGE_RANGE": "AgeRange", "GENDER": "Gender"})
_SHOWN: Mapping[str, tuple[str, Trait]] = MappingProxyType(
    {
        "SMILE": ("Smile", Trait.SMILE),
        "EYEGLASSES": ("Eyeglasses", Trait.EYEGLASSES),
        "SUNGLASSES": ("Sunglasses", Trait.SUNGLASSES),
        "BEARD": ("Beard", Trait.BEARD),
        "MUSTACHE": ("Mustache", Trait.MUSTACHE),
        "EYES_OPEN": ("EyesOpen", Trait.EYES_OPEN),
        "MOUTH_OPEN": ("MouthOpen", Trait.MOUTH_OPEN),
        "FACE_OCCLUDED": ("FaceOccluded", Trait.OCCLUDED),
    }
)
_EMOTIONS, _EYE_DIRECTION = "EMOTIONS", "EYE_DIRECTION"
# Those of the model that were seen often enough to be told apart; the others only come under
# `complete`, with a Confidence of 0, or where nothing is known, of what CALM leaves.
_TOLD = ("HAPPY", "CALM")
_UNTOLD = ("SURPRISED", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "FEAR")
# What nine of ten faces or more are told rightly by, at the lower end: a test holds it against what
# was measured, benchmarks/traits/measured.json.
PROVEN = frozenset(Trait) - {Trait.EYES_OPEN, Trait.OCCLUDED}
# How many of a hundred pairs of eyes are told rightly to look to a side, or into the camera, by how
# many degrees they are from the bar between both: of the faces of half the people in the labels.
# How much both irises disagree, how far the lids are apart, and how far the head is turned tell
# nothing of it (docs/rekognition.md).
_FROM_BAR = (0.0, 3.0, 5.0, 8.0, 11.0, 16.0, 25.0)
_DIRECTED = (68.0, 73.0, 87.0, 92.0, 95.0, 97.0, 99.0)
_UNKNOWN = 50.0
_NOTHING: Mapping[Trait, float] = MappingProxyType({})


def guessed(asked: Collection[str]) -> bool:
    """Whether age or gender are asked for."""
    return bool({ALL, *_GUESSED} & set(asked))


def shown(asked: Collection[str]) -> bool:
    """Whether anything is asked for that shows on a face."""
    return bool({ALL, *_SHOWN, _EMOTIONS, _EYE_DIRECTION} & set(asked))


def of_guess(guess: Attributes, asked: Collection[str]) -> Members:
    """AgeRange and Gender."""
    likelier = max(guess.female, 1 - guess.female)
    value = "Female" if guess.female > 0.5 else "Male"
    found: dict[str, Members] = {
        "AGE_RANGE": {"Low": guess.age_low, "High": guess.age_high},
        "GENDER": {"Value": value, "Confidence": 100 * likelier},
    }
    return {_GUESSED[name]: made for name, made in found.items() if {name, ALL} & set(asked)}


def of_traits(traits: Traits | None, asked: Collection[str], *, complete: bool) -> Members:
    """The others.

    Args:
        complete: all that is asked for, however little is known of it.
    """
    likely = traits.likely if traits else _NOTHING
    found: Members = {}
    for name, (member, trait) in _SHOWN.items():
        known = trait in likely and (complete or trait in PROVEN)
        if {name, ALL} & set(asked) and (known or complete):
            found[member] = _told(likely.get(trait))
    if {_EMOTIONS, ALL} & set(asked) and (complete or Trait.HAPPY in PROVEN & set(likely)):
        found["Emotions"] = _emotions(likely.get(Trait.HAPPY), complete=complete)
    if {_EYE_DIRECTION, ALL} & set(asked) and (complete or traits):
        found["EyeDirection"] = _eye_direction(traits)
    return found


def _told(likely: float | None) -> Members:
    if likely is None:
        return {"Value": False, "Confidence": _UNKNOWN}
    return {"Value": likely > 0.5, "Confidence": 100 * max(likely, 1 - likely)}


def _emotions(happy: float | None, *, complete: bool) -> list[Members]:
    """The surest first."""
    if happy is None:
        left = (100 - _UNKNOWN) / (len(_UNTOLD) + 1)
        sure = {"CALM": _UNKNOWN, "HAPPY": left, **dict.fromkeys(_UNTOLD, left)}
    else:
        sure = dict(zip(_TOLD, (100 * happy, 100 * (1 - happy)), strict=True))
        if complete:
            sure |= dict.fromkeys(_UNTOLD, 0.0)
    falling = sorted(sure.items(), key=lambda each: -each[1])
    return [{"Type": kind, "Confidence": confidence} for kind, confidence in falling]


def _eye_direction(traits: Traits | None) -> Members:
    """Less sure where the eyes are closed, or behind sunglasses."""
    if traits is None:
        return {"Yaw": 0.0, "Pitch": 0.0, "Confidence": _UNKNOWN}
    seen = traits.likely[Trait.EYES_OPEN] * (1 - traits.likely[Trait.SUNGLASSES])
    directed = float(np.interp(abs(abs(traits.gaze.yaw) - AWAY), _FROM_BAR, _DIRECTED))
    sure = _UNKNOWN + (directed - _UNKNOWN) * seen
    return {"Yaw": traits.gaze.yaw, "Pitch": traits.gaze.pitch, "Confidence": sure}
