"""A score in words, for page, cards and shared results; `static/score.js` does the same in scripts,
and a test compares the two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lookalike.gallery.people import Language
from lookalike.scores.similarity import SAME_PERSON
from lookalike.web.texts import locale

if TYPE_CHECKING:
    from lookalike.answers.shapes import Score

# Beyond this the tables say only "rarer"; below the other one "1 in 3" would say nothing.
_RAREST, _COMMON = 100_000, 10
# Below it is no question whether this is the same person.
_SAME_AT_ALL = 70.0


def words(score: Score, language: Language) -> str:
    """A score as static/score.js says it: how rare the resemblance is, or what Amazon thinks."""
    if score.one_in is not None:
        return rarity(score.one_in, language)
    assert score.aws is not None  # nosec B101 # for types alone
    sentence: str = locale(language)["script"]["score"]["aws"][score.aws.measure]
    return sentence.format(points=int(score.aws.value))


def rarity(one_in: int, language: Language) -> str:
    """How rare a resemblance is that one stranger in so many has: "1,000명 중 1명꼴로 닮았어요"."""
    texts = locale(language)["script"]["score"]
    if one_in < _COMMON:
        return str(texts["common"])
    sentence: str = texts["rarer" if one_in >= _RAREST else "one_in"]
    return sentence.format(count=about(one_in, language))


def identity(score: Score, language: Language) -> str:
    """Whether this may be the same person, as static/score.js says it; nothing where that is no
    question."""
    if score.similarity is None or score.similarity < _SAME_AT_ALL:
        return ""
    texts = locale(language)["script"]["score"]
    words = str(texts["nearly_same" if score.similarity < SAME_PERSON else "same"])
    return f"{words} {texts['extrapolated']}" if score.extrapolated else words


def standing(share: float, language: Language) -> str:
    """How a best match compares with other people's: "100명 중 8번째로 많이 닮은 편이에요".

    Args:
        share: of strangers whose best match is weaker, 0 to 1.
    """
    rank = max(1, math.floor(100 * (1 - share) + 0.5))
    texts = locale(language)["script"]["standing"]
    sentence: str = texts["low" if rank > 50 else "high"]
    return sentence.format(rank=ordinal(rank, language))


def ordinal(place: int, language: Language) -> str:
    """A place in a row: 8, as Koreans count "8번째"; "8th"."""
    if language == "ko":
        return str(place)
    teens = place // 10 % 10 == 1
    return f"{place}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def about(count: int, language: Language) -> str:
    """A number of people to two digits. Koreans count in tens of thousands: 630, 2.3만, 10만."""
    rounded = float(f"{count:.2g}")
    if language == "ko" and rounded >= 10_000:
        return f"{rounded / 10_000:,.1f}".removesuffix(".0") + "만 "
    return f"{rounded:,.0f}"
