"""How figures are written for people: in the terminal, in reports."""

from __future__ import annotations

import math

from lookalike.evaluate.figures import Measured, Ratio

CANNOT_TELL = "cannot tell"


def value(figure: Measured) -> str:
    """`99.37%`, or with the figure's own unit."""
    return _number(figure.estimate.value, figure.unit)


def interval(figure: Measured, drawn: str = "people") -> str:
    """`99.10% to 99.60%`; says so when few are behind it, people or what else was drawn."""
    low, high = figure.estimate.low, figure.estimate.high
    if math.isnan(low) or math.isnan(high):
        return CANNOT_TELL
    few = f"; only {figure.people} {drawn}" if figure.too_few else ""
    return f"{_number(low, figure.unit)} to {_number(high, figure.unit)}{few}"


def ratio(found: Ratio | None) -> str:
    """`2.1 (1.3 to 4.0), women to men`."""
    if found is None:
        return "too few"
    of = found.estimate
    if math.isnan(of.value) or math.isnan(of.low):
        return CANNOT_TELL
    return f"{of.value:.1f} ({of.low:.1f} to {of.high:.1f}), {found.worst} to {found.best}"


def _number(number: float, unit: str) -> str:
    if math.isnan(number):
        return CANNOT_TELL
    return f"{number:,.2f} {unit}" if unit else f"{number:.2%}"
