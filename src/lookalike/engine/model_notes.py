"""What everybody who reads an answer has to know of the model that is in use, in both languages."""

from __future__ import annotations

from lookalike.gallery import starter
from lookalike.gallery.people import Text
from lookalike.scores.similarity import Calibration


def model_notes(calibration: Calibration) -> tuple[Text, ...]:
    """Nothing for the model that ships."""
    found = []
    if not calibration.fitted:
        found.append(uncalibrated(calibration.contract))
    if not starter.fits(calibration.contract):
        found.append(without_starter(calibration.contract))
    return tuple(found)


def uncalibrated(contract: str) -> Text:
    """That the scores are worth less than they look."""
    return Text(
        ko=f"지금 쓰는 얼굴 모델({contract})은 아직 점수를 맞춰 보지 않았어요. "
        "두 점수는 일부러 낮게 잡은 어림값이에요.",
        en=f"The face model {contract} was never calibrated: both scores are "
        "provisional, and low on purpose.",
    )


def without_starter(contract: str) -> Text:
    """That the starter gallery cannot be searched."""
    return Text(
        ko=f"기본 갤러리는 다른 모델로 만들어서 지금 모델({contract})로는 찾을 수 없어요. "
        "사진을 다시 받으려면: lookalike gallery build world (또는 korea)",
        en=f"The starter gallery was made with another model than {contract} and is left out. To "
        "fetch its people anew: lookalike gallery build world (or korea)",
    )
