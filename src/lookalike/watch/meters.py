"""What a server counts and times, as Prometheus reads it.

No label says who asked for what: labels are routes, steps, verdicts and codes of errors, which
there are few of.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client import Counter as Count
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from lookalike.faces.photo import Photo
from lookalike.watch import board

# Seconds: a photo takes some tens of milliseconds, and has ten seconds at most unless that is set.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STEP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_NOBODY, _AMAZON = "nobody", "amazon"


@dataclass(frozen=True, slots=True)
class Step:
    """How often a step was done, and how long it took on average."""

    name: str
    count: int
    mean_ms: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Since the server started, all its workers together.

    Attributes:
        requests: by the first digit of their status: `2xx`.
        answers: by verdict.
        refusals: by kind.
        waiting, under_way: photos, now.
    """

    requests: Mapping[str, int]
    photos: int
    faces: int
    answers: Mapping[str, int]
    refusals: Mapping[str, int]
    steps: tuple[Step, ...]
    waiting: int
    under_way: int


class Meters:
    """Those of one app. Where workers count together, all say the same."""

    def __init__(self, folder: Path | None = None) -> None:
        """
        Args:
            folder: that workers share; that of this server unless given.
        """
        self._folder = folder or board.folder()
        own = CollectorRegistry()
        self._registry = own
        self._requests = Count(
            "lookalike_requests",
            "Requests, by what was asked for; one to the Rekognition API by its operation.",
            ("method", "route", "status"),
            registry=own,
        )
        self._seconds = Histogram(
            "lookalike_request_seconds",
            "From the headers of a request to the end of its answer.",
            ("route",),
            registry=own,
            buckets=_BUCKETS,
        )
        self._steps = Histogram(
            "lookalike_step_seconds",
            "Steps of a photo: waiting for its turn, decoding to embedding, matching.",
            ("step",),
            registry=own,
            buckets=_STEP_BUCKETS,
        )
        self._photos = Count("lookalike_photos", "Photos that were looked at.", registry=own)
        self._faces = Count("lookalike_faces", "Faces found in them.", registry=own)
        self._answers = Count(
            "lookalike_answers",
            "Faces that were answered, by the verdict on the best match.",
            ("verdict",),
            registry=own,
        )
        self._refusals = Count(
            "lookalike_refusals", "Requests that were refused or failed.", ("kind",), registry=own
        )
        self._waiting = _gauge("lookalike_photos_waiting", "Photos that wait for their turn.", own)
        self._under_way = _gauge("lookalike_photos_under_way", "Photos that are worked on.", own)
        if self._folder is None:
            ProcessCollector(registry=own)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refusal(self, kind: str) -> None:
        """A request that was refused, or failed; `kind` is the code of the error."""
        self._refusals.labels(kind).inc()

    def photo(self, photo: Photo) -> None:
        """A photo that was looked at."""
        self._photos.inc()
        self._faces.inc(len(photo.faces))
        for step, milliseconds in asdict(photo.timings).items():
            self._steps.labels(step).observe(milliseconds / 1000)

    def answered(
        self, verdicts: Iterable[str | None], nobody: int = 0, match_ms: float | None = None
    ) -> None:
        """Faces that were answered.

        Args:
            verdicts: on the best match of each; None: it is Amazon's, who gives none.
            nobody: faces without a match.
        """
        for each in verdicts:
            self._answers.labels(each or _AMAZON).inc()
        if nobody:
            self._answers.labels(_NOBODY).inc(nobody)
        if match_ms is not None:
            self._steps.labels("match").observe(match_ms / 1000)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """In here a photo waits for its turn."""
        began = time.perf_counter()
        with self._waiting.track_inprogress():
            yield
        self._steps.labels("wait").observe(time.perf_counter() - began)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """In here a photo is worked on."""
        with self._under_way.track_inprogress():
            yield

    def exposed(self, more: Collector) -> bytes:
        """All of it in Prometheus' text format.

        Args:
            more: what is not counted, but seen when somebody asks.
        """
        together = CollectorRegistry()
        together.register(_Collected(self))
        together.register(more)
        return generate_latest(together)

    def collected(self) -> Iterable[Metric]:
        """What all workers have counted."""
        if self._folder is None:
            return self._registry.collect()
        _forget_ended(self._folder)
        together = CollectorRegistry()
        MultiProcessCollector(together, str(self._folder))  # type: ignore[no-untyped-call]
        return together.collect()

    def totals(self) -> Totals:
        """What all workers have counted, in numbers."""
        samples = [sample for metric in self.collected() for sample in metric.samples]
        return Totals(
            requests=_by_kind(_by(samples, "lookalike_requests_total", "status")),
            photos=_sum(samples, "lookalike_photos_total"),
            faces=_sum(samples, "lookalike_faces_total"),
            answers=_by(samples, "lookalike_answers_total", "verdict"),
            refusals=_by(samples, "lookalike_refusals_total", "kind"),
            steps=tuple(_steps(samples)),
            waiting=_sum(samples, "lookalike_photos_waiting"),
            under_way=_sum(samples, "lookalike_photos_under_way"),
        )


def _sum(samples: Sequence[Sample], name: str) -> int:
    return int(sum(each.value for each in samples if each.name == name))


def _by(samples: Sequence[Sample], name: str, label: str) -> dict[str, int]:
    """The sums of a metric by one of its labels."""
    found: Counter[str] = Counter()
    for each in samples:
        if each.name == name:
            found[each.labels[label]] += int(each.value)
    return dict(found)


def _by_kind(statuses: Mapping[str, int]) -> dict[str, int]:
    """The same of statuses by their first digit: `2xx`."""
    found: Counter[str] = Counter()
    for status, count in statuses.items():
        found[f"{status[:1]}xx"] += count
    return dict(sorted(found.items()))


def _steps(samples: Sequence[Sample]) -> Iterator[Step]:
    name = "lookalike_step_seconds"
    seconds = {each.labels["step"]: each.value for each in samples if each.name == f"{name}_sum"}
    for step, count in _by(samples, f"{name}_count", "step").items():
        if count:
            yield Step(step, count, 1000 * seconds[step] / count)


class _Collected(Collector):
    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def collect(self) -> Iterable[Metric]:
        return self._meters.collected()


def _gauge(name: str, said: str, registry: CollectorRegistry) -> Gauge:
    """Of workers that are there now, added up."""
    return Gauge(name, said, registry=registry, multiprocess_mode="livesum")


def _forget_ended(folder: Path) -> None:
    """A worker that was killed left behind how many photos it had then."""
    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            mark_process_dead(int(pid), str(folder))  # type: ignore[no-untyped-call]
