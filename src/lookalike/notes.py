"""What everybody who reads an answer has to know of the model that is in use, in both languages."""

from __future__ import annotations

from lookalike.gallery import starter
from lookalike.gallery.people import Text
from lookalike.similarity import Calibration


def notes(calibration: Calibration) -> tuple[Text, ...]:
    """Nothing for the model that ships."""
    contract = calibration.contract
    found = []
    if not calibration.fitted:
        found.append(
            Text(
                ko=f"얼굴 모델 {contract}은(는) 아직 점수를 맞춰 보지 않았어요. 두 점수는 일부러 "
                "낮게 잡은 어림값이에요.",
                en=f"The face model {contract} was never calibrated: both scores are provisional, "
                "and low on purpose. `lookalike evaluate calibrate` fits them.",
            )
        )
    if not starter.fits(contract):
        found.append(
            Text(
                ko=f"기본 갤러리는 다른 모델로 만든 것이라 {contract}(으)로는 찾을 수 없어요.",
                en=f"The starter gallery was made with another model than {contract} and is left "
                "out. `lookalike gallery build world` and `korea` fetch its people anew.",
            )
        )
    return tuple(found)
