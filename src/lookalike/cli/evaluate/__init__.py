"""`lookalike evaluate`: measure the face model on protocols that others publish."""

from __future__ import annotations

import click

from lookalike.cli.evaluate import (
    attributes,
    calibrate,
    detection,
    identify,
    protocol,
    report,
    search,
    speed,
    stability,
    triplets,
    verification,
)


@click.group(
    commands=[
        attributes.attributes,
        calibrate.calibrate,
        detection.detection,
        identify.identify,
        protocol.protocol,
        report.report,
        search.search,
        speed.speed,
        stability.stability,
        triplets.triplets,
        verification.lfw,
        verification.packed,
        verification.pairs,
    ]
)
def evaluate() -> None:
    """Measure the face model: every figure with its 95 % confidence interval."""
