"""What a process that looks at photos is asked, and what it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """
    Attributes:
        method: of `Faces`.
    """

    number: int
    method: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """It works on this call now, and on none that it began before."""

    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """
    Attributes:
        answer: what the method returned; an exception is what it raised.
    """

    number: int
    answer: object
