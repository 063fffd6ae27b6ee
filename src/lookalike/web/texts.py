"""The texts of page, cards and shared results in both languages, and which of them a visitor
reads."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lookalike.gallery.people import Language

LANGUAGES: dict[str, Language] = {"ko": "ko", "en": "en"}
COOKIE = "lang"

_FOLDER = Path(__file__).parent / "locales"


def choose_language(asked: str | None, remembered: str | None, accepted: str) -> Language:
    """`?lang=`, else the cookie, else the best of `Accept-Language`, else Korean."""
    for choice in (asked, remembered):
        if choice in LANGUAGES:
            return LANGUAGES[choice]
    wanted = _by_preference(accepted)
    known = (LANGUAGES[each] for each in wanted if each in LANGUAGES)
    # A browser that asks for neither language is likelier to be read in English.
    return next(known, "en" if wanted else "ko")


@cache
def locale(language: Language, engine: Literal["local", "aws"] = "local") -> dict[str, Any]:
    """The texts: `page` for the documents, `script` for what the scripts say (and documents and
    cards too), `card` for cards and `shared` for the page of a shared result.

    Where Amazon Rekognition looks at photos, other things are true of some of them.
    """
    texts = _read(f"{language}.json")
    return texts if engine == "local" else _laid_over(texts, _read(f"{engine}_{language}.json"))


def _read(name: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((_FOLDER / name).read_text("utf-8"))
    return texts


def _laid_over(texts: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """`texts`, but for those that `others` has; lists are replaced as a whole."""
    laid = {
        key: _laid_over(texts[key], other) if isinstance(other, dict) else other
        for key, other in others.items()
    }
    return texts | laid


def _by_preference(accepted: str) -> list[str]:
    """Primary subtags of an Accept-Language header, the most wanted first."""
    weighted = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().split("-")[0].lower()
        if primary and primary != "*":
            weighted.append((_quality(weight), primary))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
