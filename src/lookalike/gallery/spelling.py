"""Names as they are compared, however they were typed.

One name comes composed from Windows and decomposed from macOS (NFC, NFD), wide from a Korean or
Japanese keyboard (`ＢＴＳ`), in any case and with any spaces. Whatever compares names folds them
here. Groups have a name in Hangul beside the Latin one; `group_names.csv` has both.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources


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


def folded_group(name: str) -> str:
    """The name of a group, folded; of one with a name in either language, the Latin one."""
    known = folded(name)
    return _latin().get(known, known)


def group_in_hangul(name: str) -> str | None:
    """What a group is called in Korean: `TWICE` is `트와이스`; None if that is not known."""
    return _hangul().get(folded_group(name))


@cache
def _hangul() -> Mapping[str, str]:
    """Names in Hangul by the folded Latin ones."""
    table = resources.files(__package__) / "group_names.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return {folded(row["en"]): row["ko"] for row in rows}


@cache
def _latin() -> Mapping[str, str]:
    """Folded Latin names by those in Hangul."""
    return {folded(hangul): latin for latin, hangul in _hangul().items()}
