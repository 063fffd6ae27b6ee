"""Meters as Prometheus reads them, of one process and of several."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from lookalike.faces.analyzer import Analyzer
from lookalike.watch.meters import Meters

# A worker that counts and ends; another that is killed while it holds a photo.
WORKER = """
import os, signal, sys
from lookalike.watch.meters import Meters
meters = Meters()
meters.request("GET", "/", 200, 0.5)
meters.answered(["same-person"], nobody=1)
if sys.argv[1] == "killed":
    with meters.under_way():
        os.kill(os.getpid(), signal.SIGKILL)
"""


def values(meters: Meters) -> Mapping[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(meters.exposed(CollectorRegistry()).decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_was_counted_is_told(analyzer: Analyzer, photos: Mapping[str, bytes]) -> None:
    meters = Meters()
    photo = analyzer.analyze(photos["obama.jpg"])
    for _ in range(2):
        meters.photo(photo)
    meters.request("POST", "/api/v1/detect", 415, 0.02)
    meters.refusal("unsupported-format")
    meters.answered(["some-resemblance", None], match_ms=4)
    with meters.waiting(), meters.under_way():
        assert (meters.totals().waiting, meters.totals().under_way) == (1, 1)
    told = values(meters)
    assert told["lookalike_photos_total", ()] == 2
    assert told["lookalike_faces_total", ()] == 2 * len(photo.faces) == 2
    assert told["lookalike_requests_total", ("POST", "/api/v1/detect", "415")] == 1
    assert told["lookalike_request_seconds_bucket", ("0.025", "/api/v1/detect")] == 1
    assert told["lookalike_request_seconds_bucket", ("0.01", "/api/v1/detect")] == 0
    assert told["lookalike_refusals_total", ("unsupported-format",)] == 1
    assert told["lookalike_answers_total", ("some-resemblance",)] == 1
    assert told["lookalike_answers_total", ("amazon",)] == 1
    assert told["lookalike_step_seconds_sum", ("match",)] == 0.004
    assert told["lookalike_photos_waiting", ()] == 0
    totals = meters.totals()
    assert (totals.requests, totals.photos, totals.faces) == ({"4xx": 1}, 2, 2)
    steps = {each.name: (each.count, each.mean_ms) for each in totals.steps}
    assert set(steps) >= {"decode", "detect", "mesh", "align", "embed", "match", "wait"}
    assert steps["embed"][0] == 2
    assert abs(steps["embed"][1] - photo.timings.embed) < 1e-6


def test_workers_count_together(tmp_path: Path) -> None:
    """What one that was killed had counted stays, and what it was at does not."""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for end in ("well", "killed"):
        subprocess.run([sys.executable, "-c", WORKER, end], env=environ, check=False)
    told = values(Meters(tmp_path))
    assert told["lookalike_requests_total", ("GET", "/", "200")] == 2
    assert told["lookalike_answers_total", ("nobody",)] == 2
    assert told.get(("lookalike_photos_under_way", ()), 0) == 0
