"""Our measures of a face on the scales that programs written for Amazon know.

Those gate at a Confidence of 90, 95 or 99 and at a Sharpness of 60 or 70. Each map is monotone, so
that nothing changes places, and is applied to what is shown alone; docs/rekognition.md has them,
and what each QualityFilter holds back.
"""

from __future__ import annotations

import numpy as np

from lookalike.faces.quality import Quality

# The share of detections that are faces, by the detector's score: of 2,511 in 2,200 photos (LFW,
# famous people, Koreans, odd files) 192 of the doubtful ones, with a score below 0.9 or a mesh that
# is hardly sure, were looked at one by one. Where the mesh is rather on a face, one of 145 was a
# dog; where it is rather not, flowers, a headlamp, a cat, the backs of heads and blurs are among
# them: 7 of 36 below 0.8, 2 of 29 below 0.85, one of 24 below 0.9. Of those above 0.9 none was
# wrong. What scores below 0.7 the detector that ships keeps to itself.
_SCORES = (0.5, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95)
_ON_FACE = (50.0, 97.0, 97.8, 98.4, 98.8, 99.3, 99.7, 99.98)
_BESIDE = (50.0, 72.0, 80.0, 88.0, 93.0, 97.0, 99.0, 99.9)
# At half the portraits of Wikimedia and of Koreans both are above 90: 98 and 90. Half of LFW, whose
# faces are soft, has a Sharpness of 62, and a face of 20 px that was enlarged one below 20.
_LIFT = 2.8


def confidence(score: float, *, on_face: bool) -> float:
    """How surely a detection is a face, 0 to 100.

    Args:
        score: the detector's, 0 to 1.
        on_face: whether the mesh that was laid on it is rather on a face.
    """
    return float(np.interp(score, _SCORES, _ON_FACE if on_face else _BESIDE))


def sharpness(quality: Quality) -> float:
    """0 (blurred) to 100."""
    return _lifted(quality.sharpness)


def brightness(quality: Quality) -> float:
    """0 (black) to 100: a well-lit portrait has about 90, one that is washed out more than 98."""
    return _lifted(quality.brightness)


def _lifted(measure: float) -> float:
    return float(100 * (1 - (1 - np.clip(measure, 0, 100) / 100) ** _LIFT))
