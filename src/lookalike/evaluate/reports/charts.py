"""Curves and histograms as SVG to stand in a page; matplotlib draws them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lookalike import extras
from lookalike.evaluate.figures import Curve, Histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart by those who are colour-blind too (Okabe and Ito, 2008).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_INCHES = (6.0, 3.8)
# Of axes without a point.
_RATES = (0.001, 1.0)


@dataclass(frozen=True, slots=True)
class _Axes:
    """How a curve is drawn. `steps`: between whole numbers there is nothing."""

    log_x: bool = False
    log_y: bool = False
    steps: bool = False
    diagonal: bool = False


_BY_KEY = {
    "roc": _Axes(log_x=True),
    "det": _Axes(log_x=True, log_y=True),
    "cmc": _Axes(steps=True),
    "reliability": _Axes(diagonal=True),
}


def curves(key: str, drawn: Mapping[str, Curve]) -> str:
    """One kind of curve of several models, by label.

    Raises:
        ExtraMissing: matplotlib is not installed.
    """
    how = _BY_KEY.get(key, _Axes())
    figure, axes = _figure()
    for colour, (label, curve) in zip(_colours(drawn), drawn.items(), strict=True):
        x, y = np.array(curve.x, float), np.array(curve.y, float)
        # A logarithm has no place for zero: nothing passes there.
        shown = np.isfinite(x) & np.isfinite(y) & ((x > 0) | (not how.log_x))
        shown &= (y > 0) | (not how.log_y)
        style = "steps-post" if how.steps else "default"
        axes.plot(x[shown], y[shown], color=colour, label=label, drawstyle=style)
    if how.diagonal:
        axes.axline((0, 0), slope=1, color="#999999", linestyle=":", linewidth=1)
    _scale(axes, how)
    first = next(iter(drawn.values()))
    _finish(axes, first.x_name, first.y_name)
    return _svg(figure)


def histograms(drawn: Sequence[Histogram]) -> str:
    """How the scores of one model are spread, as shares of each kind.

    Raises:
        ExtraMissing: matplotlib is not installed.
    """
    figure, axes = _figure()
    for colour, each in zip(_COLOURS, drawn, strict=False):
        total = max(sum(each.counts), 1)
        shares = [count / total for count in each.counts]
        axes.stairs(shares, each.edges, color=colour, label=each.name)
        axes.stairs(shares, each.edges, color=colour, fill=True, alpha=0.25)
    _finish(axes, "cosine", "share")
    return _svg(figure)


def _colours(drawn: Mapping[str, Curve]) -> list[str]:
    return [_COLOURS[place % len(_COLOURS)] for place in range(len(drawn))]


def _figure() -> tuple[Figure, Axes]:
    extras.check("evaluate")
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, layout="constrained")
    return figure, figure.subplots()


def _scale(axes: Axes, how: _Axes) -> None:
    """Without a point, as where few pairs were all told apart, a logarithm knows no limits."""
    if not any(np.size(line.get_xdata()) for line in axes.lines):
        axes.set(xlim=_RATES, ylim=_RATES)
    if how.log_x:
        axes.set_xscale("log")
    if how.log_y:
        axes.set_yscale("log")


def _finish(axes: Axes, x_name: str, y_name: str) -> None:
    axes.set_xlabel(x_name)
    axes.set_ylabel(y_name)
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def _svg(figure: Figure) -> str:
    """The `<svg>` element, the same for the same data; its text is text."""
    from matplotlib import rc_context

    drawn = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "lookalike"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    text = drawn.getvalue()
    return text[text.index("<svg") :]
