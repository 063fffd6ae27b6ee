"""Protocols, metrics, calibration and reports: numbers about a face model that one can trust.

A protocol is read (`pairs.lfw`, `pairs.table`, `pairs.packed`, `identification.table`,
`triplets.table`, `stability.table`, `detection.wider`), its photos are embedded, and a function of
its kind gives a `Result`:

    from lookalike import config
    from lookalike.evaluate import embed, pairs, verify

    protocol = pairs.lfw(Path("lfw"))
    vectors = embed(protocol.photos, config.load(), protocol.which)
    print(verify(protocol, vectors).figure("accuracy").estimate)
"""

from lookalike.evaluate.figures import Measured, Result
from lookalike.evaluate.intervals import Estimate
from lookalike.evaluate.protocols.detection import detect
from lookalike.evaluate.protocols.identification import Several, identify
from lookalike.evaluate.protocols.search import search_index
from lookalike.evaluate.protocols.stability import look_again, stay
from lookalike.evaluate.protocols.triplets import agree
from lookalike.evaluate.protocols.verification import verify
from lookalike.evaluate.speed import time_steps
from lookalike.evaluate.vectors import Vectors, Which, embed

__all__ = [
    "Estimate",
    "Measured",
    "Result",
    "Several",
    "Vectors",
    "Which",
    "agree",
    "detect",
    "embed",
    "identify",
    "look_again",
    "search_index",
    "stay",
    "time_steps",
    "verify",
]
