"""Protocols, metrics, calibration and reports: numbers about a face model that one can trust."""

from lookalike.evaluate.figures import Measured, Result
from lookalike.evaluate.intervals import Estimate
from lookalike.evaluate.pairs import Pairs
from lookalike.evaluate.vectors import Vectors, Which, embed
from lookalike.evaluate.verification import verify

__all__ = ["Estimate", "Measured", "Pairs", "Result", "Vectors", "Which", "embed", "verify"]
