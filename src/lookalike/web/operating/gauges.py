"""The state of a server, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from lookalike.web.operating.health import READY
from lookalike.web.operating.state import Indexed, State

# Collections by name, the largest; a team may have thousands of them.
_NAMED = 100
_OTHERS = "(others)"


class Gauges(Collector):
    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterable[Metric]:
        yield from _of_now(self._state)
        yield from _of_kept(self._state)


def _of_now(state: State) -> Iterator[Metric]:
    yield _plain("ready", "Whether photos are answered (as /readyz).", state.status == READY)
    yield _plain("started_seconds", "When it was started.", state.started.timestamp())
    yield _plain("workers", "Server processes.", state.workers)
    calls = CounterMetricFamily(
        "lookalike_aws_calls", "Calls that Amazon answered to this worker.", labels=["operation"]
    )
    for operation, count in state.aws_calls.items():
        calls.add_metric([operation], count)
    yield calls


def _of_kept(state: State) -> Iterator[Metric]:
    people, faces = _sizes(state.collections)
    yield _labelled("people", "People that are searched.", "collection", people)
    yield _labelled("indexed_faces", "Faces that are searched.", "collection", faces)
    yield _labelled("jobs", "Videos that are looked at.", "status", state.jobs)
    enabled = sum(key.enabled for key in state.keys)
    keys = {"enabled": enabled, "disabled": len(state.keys) - enabled}
    yield _labelled("keys", "Access keys.", "state", keys)
    yield _plain("portraits", "Portraits that were fetched and are kept.", state.portraits)
    yield _plain("results", "Shared results that are kept.", state.results)
    yield _plain("results_bytes", "Bytes of them.", state.results_bytes)
    free = {each.folder: each.free for each in state.disks}
    size = {each.folder: each.size for each in state.disks}
    yield _labelled("disk_free_bytes", "Free on the disk of a folder.", "folder", free)
    yield _labelled("disk_size_bytes", "Size of the disk of a folder.", "folder", size)


def _sizes(collections: tuple[Indexed, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """People and faces, by collection."""
    people: dict[str, int] = {}
    faces: dict[str, int] = {}
    by_size = sorted(collections, key=lambda each: each.faces, reverse=True)
    for place, each in enumerate(by_size):
        name = each.id if place < _NAMED else _OTHERS
        people[name] = people.get(name, 0) + each.people
        faces[name] = faces.get(name, 0) + each.faces
    return people, faces


def _plain(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"lookalike_{name}", said, float(value))


def _labelled(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"lookalike_{name}", said, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
