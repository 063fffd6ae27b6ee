"""The regular expressions of service models, which are Java's, as Python's."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

_PROPERTY = re.compile(r"\\p\{(\w)\}")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""A model's pattern. Python's `re` lacks only `\p{L}`: a major Unicode category, which in the
    models always stands inside a set."""
    return re.compile(_PROPERTY.sub(lambda found: _categories()[found[1]], pattern))


@cache
def _categories() -> dict[str, str]:
    """The inside of a set for each major category (L: letters, N: numbers, Z: separators, ...)."""
    ranges: dict[str, list[str]] = {}
    characters = map(chr, range(sys.maxunicode + 1))
    for major, run in groupby(characters, key=lambda one: unicodedata.category(one)[0]):
        first, *rest = map(ord, run)
        last = rest[-1] if rest else first
        ranges.setdefault(major, []).append(f"\\U{first:08x}-\\U{last:08x}")
    return {major: "".join(each) for major, each in ranges.items()}
