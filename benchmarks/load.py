"""Mixed load from sixty clients, hostile ones among them: memory, descriptors, and who is refused.

    python -m benchmarks.load [--minutes 30] [--clients 60] [--workers 1]

Starts a public server (LOOKALIKE_PUBLIC=1), times what a well-behaved client asks for alone, and
then has most of the clients do what visitors and programs do (pages, photos, people, collections
over Amazon's API), each from an address of its own and with pauses, while the others send bombs,
bodies that stop, headers without end, floods and forgeries. Every few seconds the memory and the
descriptors of all processes of the server are read. A well-behaved client counts as refused when it
is answered with 429 or 503.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from botocore.exceptions import ClientError

from benchmarks.attack.bombs import progressive
from benchmarks.report import machine, table
from lookalike import config
from lookalike.rekognition.access.keys import Keys, Unlocked
from tests.support import patient, photos, wire
from tests.support.amazon import clients
from tests.support.serving import Serving, serving

# One of so many is hostile.
_HOSTILE = 6
# Seconds between two requests of a well-behaved client: together they ask for less than a server
# can do, so that there is room in its queue.
_PAUSE_S = (4.0, 12.0)
_HOSTILE_PAUSE_S = (0.5, 3.0)
_SAMPLE_S = 5.0
# Requests of the unloaded measurement, of each kind.
_ALONE = 12
# Part of the time that is not counted: caches and heaps come to their sizes.
_WARM = 0.15
_MB = 1024 * 1024
_FORM = {"content-type": "multipart/form-data; boundary=x"}


@dataclass(slots=True)
class Seen:
    """What clients and the process table tell; times in milliseconds, by what was asked for."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    hostile: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, what: str, status: int, milliseconds: float) -> None:
        with self.turn:
            self.statuses[status] += 1
            if status < 400:
                self.times.setdefault(what, []).append(milliseconds)

    @property
    def refused(self) -> int:
        return self.statuses[429] + self.statuses[503]


@dataclass(frozen=True, slots=True)
class Place:
    """The server, and who may call it."""

    url: str
    key: Unlocked
    photo: bytes
    bomb: bytes


Ask = Callable[[Place, dict[str, str]], int]


def _page(place: Place, headers: dict[str, str]) -> int:
    return patient.get(place.url, headers=headers).status_code


def _people(place: Place, headers: dict[str, str]) -> int:
    asked = {"query": "a", "limit": "20"}
    return patient.get(f"{place.url}/api/v1/people", params=asked, headers=headers).status_code


def _find(place: Place, headers: dict[str, str]) -> int:
    files = {"photo": place.photo}
    return patient.post(f"{place.url}/api/v1/lookalikes", files=files, headers=headers).status_code


def _amazon(place: Place, _: dict[str, str]) -> int:
    with clients.client(place.url, place.key) as client:
        answer = client.detect_faces(Image={"Bytes": place.photo})
    status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return status


# What well-behaved clients ask for, and how often of ten times.
_KINDS: dict[str, tuple[Ask, int]] = {
    "page": (_page, 3),
    "people": (_people, 3),
    "look-alikes": (_find, 3),
    "DetectFaces": (_amazon, 1),
}


def _address(number: int) -> dict[str, str]:
    return {"x-forwarded-for": f"198.51.{number // 250}.{number % 250 + 1}"}


def ask(place: Place, seen: Seen, what: str, headers: dict[str, str]) -> None:
    """One request of a well-behaved client."""
    began = time.perf_counter()
    try:
        status = _KINDS[what][0](place, headers)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        throttled = error.response["Error"]["Code"] == "ThrottlingException"
        status = 503 if throttled else status
    except httpx.HTTPError:
        status = 0
    seen.answered(what, status, 1000 * (time.perf_counter() - began))


def behave(place: Place, seen: Seen, number: int, stop: threading.Event) -> None:
    """A well-behaved client until it is to stop."""
    dice = random.Random(number)
    kinds = [name for name, (_, often) in _KINDS.items() for _ in range(often)]
    while not stop.wait(dice.uniform(*_PAUSE_S)):
        ask(place, seen, dice.choice(kinds), _address(number))


def attack(place: Place, seen: Seen, number: int, stop: threading.Event) -> None:
    """A hostile one."""
    dice = random.Random(number)
    while not stop.wait(dice.uniform(*_HOSTILE_PAUSE_S)):
        each = dice.choice(_ATTACKS)
        with suppress(OSError, httpx.HTTPError):
            each(place, _address(number))
        with seen.turn:
            seen.hostile[each.__name__.lstrip("_")] += 1


def _bomb(place: Place, headers: dict[str, str]) -> None:
    files = {"photo": place.bomb}
    patient.post(f"{place.url}/api/v1/detect", files=files, headers=headers)


def _flood(place: Place, headers: dict[str, str]) -> None:
    for _ in range(20):
        files = {"photo": place.photo}
        patient.post(f"{place.url}/api/v1/detect", files=files, headers=headers)


def _half_body(place: Place, headers: dict[str, str]) -> None:
    with wire.connected(place.url) as connection:
        head = {**_FORM, **headers, "content-length": str(20 * _MB)}
        connection.sendall(wire.head("/api/v1/detect", head) + bytes(2 * _MB))
        wire.answer(connection)


def _half_head(place: Place, _: dict[str, str]) -> None:
    with wire.connected(place.url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: loc")
        wire.answer(connection)


def _endless(place: Place, headers: dict[str, str]) -> None:
    with wire.connected(place.url) as connection:
        head = {**_FORM, **headers, "transfer-encoding": "chunked"}
        connection.sendall(wire.head("/api/v1/detect", head))
        wire.sent(connection, b"100000\r\n" + bytes(_MB) + b"\r\n", 80 * _MB)


def _forge(place: Place, _: dict[str, str]) -> None:
    with clients.client(place.url) as client, suppress(ClientError):
        client.detect_faces(Image={"Bytes": place.photo})


def _leave(place: Place, headers: dict[str, str]) -> None:
    """It sends a photo, and is gone before it is answered."""
    with suppress(httpx.TimeoutException):
        url, files = f"{place.url}/api/v1/lookalikes", {"photo": place.photo}
        httpx.post(url, files=files, headers=headers, timeout=0.05)


_ATTACKS = (_bomb, _flood, _half_body, _half_head, _endless, _forge, _leave)


def sample(server: Serving, seen: Seen, stop: threading.Event) -> None:
    """Reads what the processes of the server hold."""
    process = psutil.Process(server.process.pid)
    while not stop.wait(_SAMPLE_S):
        family = (process, *process.children(recursive=True))
        with suppress(psutil.NoSuchProcess):
            # Pages that several share are counted once, and to each its part.
            seen.memory.append(sum(each.memory_full_info().pss for each in family))
            seen.descriptors.append(sum(each.num_fds() for each in family))


def run(folder: Path, minutes: float, number: int, workers: int) -> tuple[Seen, Seen]:
    """What was seen of a client alone, and of all of them."""
    environ = {**os.environ, "LOOKALIKE_HOME": str(folder), "LOOKALIKE_PORTRAITS": "off"}
    environ |= {"LOOKALIKE_PUBLIC": "1", "LOOKALIKE_PUBLIC_URL": "https://fans.example"}
    alone, together, stop = Seen(), Seen(), threading.Event()
    with serving(environ, "--workers", str(workers)) as server:
        keys = Keys(config.load(environ))
        place = Place(server.url, keys.create(), photos.load()["obama.jpg"], progressive())
        keys.close()
        for what in _KINDS:
            for each in range(_ALONE):
                ask(place, alone, what, _address(1000 + each))
        threads = [threading.Thread(target=sample, args=(server, together, stop))]
        for each in range(number):
            work = behave if each % _HOSTILE else attack
            threads.append(threading.Thread(target=work, args=(place, together, each, stop)))
        for thread in threads:
            thread.start()
        time.sleep(60 * minutes)
        stop.set()
        for thread in threads:
            thread.join()
    return alone, together


def percentile(times: Sequence[float]) -> float:
    """The 99th."""
    return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]


def grown(values: Sequence[int]) -> float:
    """The last fifth beside the first, in percent, after what is not counted."""
    counted = values[int(_WARM * len(values)) :]
    part = max(1, len(counted) // 5)
    first, last = statistics.median(counted[:part]), statistics.median(counted[-part:])
    return 100 * (last / first - 1)


def _rows(alone: Seen, together: Seen) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for what, times in together.times.items():
        before, after = percentile(alone.times[what]), percentile(times)
        p50 = f"{statistics.median(alone.times[what]):.0f} / {statistics.median(times):.0f}"
        rows.append((what, len(times), p50, f"{before:.0f} / {after:.0f}", f"{after / before:.1f}"))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookalike-load-") as folder:
        alone, together = run(Path(folder), asked.minutes, asked.clients, asked.workers)
    print(machine())
    print()
    head = ("well-behaved", "answers", "p50 alone / loaded, ms", "p99 alone / loaded, ms", "times")
    print(table(head, _rows(alone, together)))
    print()
    memory = statistics.median(together.memory) / _MB
    hostile = ", ".join(f"{name} {count}" for name, count in sorted(together.hostile.items()))
    statuses = ", ".join(f"{s}: {count}" for s, count in sorted(together.statuses.items()))
    facts = [
        ("minutes, clients, workers", f"{asked.minutes:g}, {asked.clients}, {asked.workers}"),
        ("hostile", hostile),
        ("answers to the well-behaved", statuses),
        ("of them refused (429, 503)", together.refused),
        ("memory (PSS)", f"{memory:.0f} MB, {grown(together.memory):+.1f} %"),
        ("descriptors", f"{together.descriptors[-1]}, {grown(together.descriptors):+.1f} %"),
    ]
    print(table(("what", "how much"), facts))
    return int(bool(together.refused or together.statuses[0]))


if __name__ == "__main__":
    sys.exit(main())
