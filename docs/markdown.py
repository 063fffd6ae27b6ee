"""Markdown as the pages here are written: blocks of code, and what stands outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FENCE = re.compile(r" *(?P<fence>`{3,})(?P<language>[\w-]*) *")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code.

    Attributes:
        line: of its fence, from 1.
        language: as the fence states it; empty where it does not.
    """

    line: int
    language: str
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Every fenced block of a page, without what it is indented by."""
    begun: tuple[int, str, str] | None = None
    held: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        found = _FENCE.fullmatch(line)
        if begun is None:
            if found:
                begun, held = (number, found["fence"], found["language"]), []
        elif found and found["fence"] == begun[1] and not found["language"]:
            yield Block(begun[0], begun[2], "\n".join(_even(held)) + "\n")
            begun = None
        else:
            held.append(line)
    if begun is not None:
        raise ValueError(f"The block that begins at line {begun[0]} does not end.")


def _even(lines: list[str]) -> list[str]:
    least = min((len(each) - len(each.lstrip()) for each in lines if each.strip()), default=0)
    return [each[least:] for each in lines]


def prose(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it stands outside of fenced blocks."""
    fence = ""
    for line in lines:
        found = _FENCE.fullmatch(line)
        if found and not fence:
            fence = found["fence"]
            yield line, False
        elif found and found["fence"] == fence and not found["language"]:
            fence = ""
            yield line, False
        else:
            yield line, not fence
