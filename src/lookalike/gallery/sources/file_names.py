"""Names of files -> names of people: which files of a folder are photos of one person.

Windows, macOS, phones, browsers and people number photos in ways of their own, and some stage
names end in a number too (`NCT 127`). So a number is judged with the whole folder in view: one that
several files of one name carry is a number, a lone one belongs to the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# What is put behind the name of a copy: by browsers and Windows (`(2)`, ` - Copy (2)`,
# ` - 복사본`), macOS (` copy 2`, ` 복사본`, once ` 사본`), GNOME (` (another copy)`, ` (사본)`).
_COPY = re.compile(
    r"""\s*\(\d{1,4}\)$
    | \s*\((?:(?:another|\d+(?:st|nd|rd|th))\ )?copy\)$
    | \s*\((?:복사본|사본)\)$
    | (?:\s*-\s*|\s+)copy(?:\s+\d{1,4})?$
    | (?:\s*-\s*|\s+)(?:복사본|사본)(?:\s+\d{1,4})?$""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"(.*?)([\s_.-]*)(\d{1,4})$", re.DOTALL)
# Before a number that nothing parts from it: a name, not a letter as in `X1`.
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class FileName:
    """What a file is named after.

    Attributes:
        guessed: whether a number was left out because other files of the folder have that name.
    """

    name: str
    guessed: bool = False


def named_after(stems: Iterable[str], folders: Sequence[str] = ()) -> dict[str, FileName]:
    """The name that each file name (without its ending) of a folder stands for, perhaps empty.

    Names that differ in case or composition alone are one, spelled as the first of them.

    Args:
        folders: the folders beside the files, each named after a person.
    """
    bare = {stem: _without_copy_marks(stem) for stem in stems}
    sharing: dict[str, set[str]] = defaultdict(set)
    for each in (*bare.values(), *folders):
        for base in {each, _parted(each)[0]} - {""}:
            sharing[_folded(base)].add(_folded(each))
    spelled = {_folded(each): _spaced(each) for each in reversed(folders)} if folders else {}
    found = {}
    for stem, each in bare.items():
        base, is_sure = _parted(each)
        guessed = bool(base) and not is_sure and len(sharing[_folded(base)]) > 1
        name = _spaced(base if is_sure or guessed else each)
        found[stem] = FileName(spelled.setdefault(_folded(name), name), guessed)
    return found


def _without_copy_marks(stem: str) -> str:
    bare = unicodedata.normalize("NFC", stem)
    while (shorter := _COPY.sub("", bare)) not in ("", bare):
        bare = shorter
    return bare


def _parted(name: str) -> tuple[str, bool]:
    """The name without the number at its end, or ""; and whether that surely is no part of it."""
    found = _NUMBER.fullmatch(name)
    if found is None:
        return "", False
    base, mark, digits = found.groups()
    padded = digits.startswith("0") and len(digits) > 1
    is_sure = bool(mark) and (padded or ("_" in mark and len(digits) <= 2))
    letters = sum(map(str.isalpha, base))
    if not is_sure and letters < (1 if mark else _FEWEST_LETTERS):
        return "", False
    return base, is_sure


def _spaced(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _folded(name: str) -> str:
    return _spaced(unicodedata.normalize("NFC", name)).casefold()
