"""Names as they are compared, however they were typed.

One name comes composed from Windows and decomposed from macOS (NFC, NFD), wide from a Korean or
Japanese keyboard (`ＢＴＳ`), in any case and with any spaces. Whatever compares names folds them
here.
"""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """A name without differences of composition, width, case and spaces: `ＢＴＳ` is `bts`.

    It is Unicode's compatibility caseless form (NFKC, case folding, and NFKC again, for folding
    takes some letters apart), with single spaces. Accents are kept: Ås is not As.
    """
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(name.casefold().split())


def letters(name: str) -> str:
    """The same without spaces and punctuation: `(G)I-DLE` is `gidle`."""
    return "".join(letter for letter in folded(name) if letter.isalnum())
