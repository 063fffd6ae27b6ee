"""What becomes of answers when parts of a cluster fail; `make test-cluster`, as root on Linux.

Three hosts are network namespaces of this machine, joined by a bridge, with the nodes of Ray in
them. While something fails, photos are asked about all the time: each answer has to be that of
before, or a refusal (503). Faces are added, and access keys made, used on another host and deleted:
none that was acknowledged may be lost. What came of it is printed, for the table in docs/scale.md.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from lookalike.config import Settings
from lookalike.database.database import Address
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.cluster.writing import Writer, writing
from tests.support import PATIENCE_S, clusters, postgres
from tests.support.clusters import Cluster, Host
from tests.support.homes import counts, many
from tests.support.processes import LOOKALIKE, finished, started

_BRIDGE, _NET = "lookalike0", "10.77.13"
_HOSTS = 3
# Seconds that it is asked after what failed is over, at least.
_AFTER_S = 10.0
# How far the clock of a host is ahead; more than leases and rates of the database last.
_AHEAD_S = 40
_PARTS = ("--most-faces", "2", "--faces", "2", "--fronts", "3", "--videos", "0")


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, ...]]:
    """Hosts of a network of their own, in which this machine is the last."""
    with ExitStack() as stack:
        _ip("link", "add", _BRIDGE, "type", "bridge")
        stack.callback(_ip, "link", "del", _BRIDGE)
        _ip("addr", "add", f"{_NET}.254/24", "dev", _BRIDGE)
        _ip("link", "set", _BRIDGE, "up")
        yield tuple(stack.enter_context(_host(number)) for number in range(1, _HOSTS + 1))


@contextmanager
def _host(number: int) -> Iterator[Host]:
    name, link = f"lookalike{number}", f"lk{number}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", link, "master", _BRIDGE, "up")
        inside = ("-n", name)
        _ip(*inside, "addr", "add", f"{_NET}.{number}/24", "dev", "eth0")
        _ip(*inside, "link", "set", "eth0", "up")
        _ip(*inside, "link", "set", "lo", "up")
        _ip(*inside, "route", "add", "default", "via", f"{_NET}.254")
        yield Host(f"{_NET}.{number}", ("ip", "netns", "exec", name), link)
    finally:
        _ip("netns", "del", name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@pytest.fixture(scope="module")
def pinned(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("single")
    with clusters.postgresql() as address:
        yield replace(settings, home=home, database=address)


@pytest.fixture(scope="module")
def store(pinned: Settings, engine: LocalEngine, photos: Mapping[str, bytes]) -> Iterator[Store]:
    opened = Store(pinned.home, engine.contract, Address.of(pinned))
    face = engine.faces(photos["obama.jpg"], "photo").faces[0]
    for number in range(20):
        opened.add(Person(f"U{number}", "mine", Text(f"사람 {number}")), [Portrait(face.embedding)])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cluster(
    pinned: Settings,
    store: Store,
    hosts: tuple[Host, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with clusters.running(pinned, folder, *_PARTS, hosts=hosts) as started:
        yield started


@dataclass(slots=True)
class Tally:
    """What was answered while something failed.

    Attributes:
        wrong: answers that were neither right nor refusals.
        refused: when, in seconds of the clock.
    """

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    last_right: float = 0.0

    @property
    def refused_s(self) -> float:
        """From the first refusal to the first right answer after the last."""
        return self.refused[-1] - self.refused[0] if self.refused else 0.0


@contextmanager
def asking(urls: tuple[str, ...], photo: bytes, right: Any) -> Iterator[Tally]:
    """Ask all the time, of each host in a thread, until the end of the context."""
    tally, done = Tally(), threading.Event()

    def ask(url: str) -> None:
        while not done.is_set():
            _ask_once(url, photo, right, tally)

    threads = [threading.Thread(target=ask, args=(url,)) for url in urls]
    for each in threads:
        each.start()
    try:
        yield tally
        time.sleep(_AFTER_S)
    finally:
        done.set()
        for each in threads:
            each.join()


def _ask_once(url: str, photo: bytes, right: Any, tally: Tally) -> None:
    try:
        answer = asked(url, photo)
    except httpx.HTTPError as error:
        # Nobody is there, or it has gone over it: no answer is not a wrong one.
        tally.answers[type(error).__name__] += 1
        tally.refused.append(time.monotonic())
        time.sleep(0.1)
        return
    tally.answers[str(answer.status_code)] += 1
    if answer.status_code != 200:
        tally.refused.append(time.monotonic())
        if answer.status_code != 503:
            tally.wrong.append(answer.text)
    elif found(answer) != right:
        tally.wrong.append(answer.text)
    else:
        tally.last_right = time.monotonic()


def asked(url: str, photo: bytes) -> httpx.Response:
    return httpx.post(
        f"{url}/api/v1/lookalikes",
        data={"collection": "mine"},
        files={"photo": photo},
        timeout=30,
    )


def found(answer: httpx.Response) -> Any:
    told = answer.json()
    del told["timings_ms"]
    return told


def whole_again(cluster: Cluster) -> None:
    clusters.patiently(lambda: clusters.whole(cluster.environs[0], cluster.hosts[0]))


def failed(
    what: str,
    cluster: Cluster,
    photo: bytes,
    fail: Callable[[], None],
    mend: Callable[[], None] = lambda: None,
    lasts_s: float = 5.0,
) -> None:
    """Ask and write before, while and after something fails.

    Args:
        mend: what ends it, after so many seconds.
    """
    right = found(asked(cluster.url, photo))
    with (
        writing(cluster.settings, cluster.urls, photo) as writer,
        asking(cluster.urls, photo, right) as tally,
    ):
        time.sleep(1)
        fail()
        time.sleep(lasts_s)
        mend()
        whole_again(cluster)
    judge(what, tally, writer)


def judge(what: str, tally: Tally, writer: Writer) -> None:
    """A row of the table, and what has to be true of it."""
    lost = writer.lost()
    cells = (what, sum(tally.answers.values()), len(tally.wrong), len(tally.refused))
    written = (f"{tally.refused_s:.1f}", len(writer.acknowledged), len(lost), writer.deleted)
    refused = ", ".join(f"{count} {why}" for why, count in writer.refused.items()) or "0"
    print("\n|", " | ".join(map(str, (*cells, *written, refused))), "|")
    assert tally.wrong == []
    assert tally.last_right > max(tally.refused, default=0.0), "it has not recovered"
    assert writer.wrong == []
    assert lost == set()
    assert writer.acknowledged
    assert writer.deleted


def test_a_copy_of_a_shard_is_killed(cluster: Cluster, photos: Mapping[str, bytes]) -> None:
    failed(
        "a copy of a shard killed",
        cluster,
        photos["obama.jpg"],
        lambda: cluster.replicas("Shard0of2")[0].kill(),
    )


def test_all_copies_of_a_shard_are_killed(cluster: Cluster, photos: Mapping[str, bytes]) -> None:
    def kill() -> None:
        for each in cluster.replicas("Shard1of2"):
            each.kill()

    failed("all copies of a shard killed", cluster, photos["obama.jpg"], kill)


def test_a_copy_of_a_shard_is_stuck(cluster: Cluster, photos: Mapping[str, bytes]) -> None:
    slow: list[psutil.Process] = []

    def suspend() -> None:
        slow.append(cluster.replicas("Shard0of2")[0])
        slow[0].suspend()

    def replaced() -> None:
        clusters.patiently(lambda: not slow[0].is_running())

    failed("a copy of a shard stuck", cluster, photos["obama.jpg"], suspend, replaced)


def test_what_looks_at_photos_is_killed(cluster: Cluster, photos: Mapping[str, bytes]) -> None:
    failed(
        "one that looks at photos killed",
        cluster,
        photos["obama.jpg"],
        lambda: cluster.replicas("Faces")[0].kill(),
    )


def test_postgresql_is_stopped_and_started(
    cluster: Cluster, pinned: Settings, photos: Mapping[str, bytes]
) -> None:
    folder = Path(pinned.database.rpartition("host=")[2])
    pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
    server = [psutil.Process(pid), *psutil.Process(pid).children()]

    def send(number: int) -> None:
        for each in server:
            if each.is_running():
                os.kill(each.pid, number)

    failed(
        "PostgreSQL stopped for 5 s",
        cluster,
        photos["obama.jpg"],
        lambda: send(signal.SIGSTOP),
        lambda: send(signal.SIGCONT),
    )


def test_the_network_of_a_host_is_cut(
    cluster: Cluster, hosts: tuple[Host, ...], photos: Mapping[str, bytes]
) -> None:
    """Longer than Ray waits until it gives a node up; then it starts anew, and joins."""
    link = hosts[2].link
    others = replace(cluster, urls=cluster.urls[:2])
    failed(
        "network of a host cut for 10 s",
        others,
        photos["obama.jpg"],
        lambda: _ip("link", "set", link, "down"),
        lambda: _ip("link", "set", link, "up"),
        lasts_s=10,
    )


def test_a_host_is_killed(
    cluster: Cluster, pinned: Settings, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    """The last one, which is gone for good, while it looks at photos of an import with the others,
    who hold a copy of each shard."""
    photo, urls, first = photos["obama.jpg"], cluster.urls[:2], cluster.hosts[0]
    many(tmp_path / "many", photos["obama2.jpg"], 30)
    run = (LOOKALIKE, "gallery", "import", str(tmp_path / "many"), "--collection", "many")
    environ = {**cluster.environs[0], "LOOKALIKE_THREADS": "3"}
    right = found(asked(cluster.url, photo))
    with (
        writing(pinned, urls, photo) as writer,
        asking(urls, photo, right) as tally,
        started([*first.inside, *run, "--cluster", "--json"], env=environ) as importing,
    ):
        clusters.patiently(lambda: imported(pinned) > 0 or importing.poll() is not None)
        cluster.kill(2)
        report = json.loads(finished(importing)[0])
        clusters.patiently(lambda: clusters.status(cluster.environs[0], first)["ready"])
    judge("a host killed, while it imports too", tally, writer)
    assert counts(report) == (30, 0, 60, 0)
    assert imported(pinned) == 60


def imported(settings: Settings) -> int:
    """How many photos of people who were imported are there."""
    counted = "SELECT count(image_id), count(DISTINCT image_id) FROM faces"
    ((there, different),) = postgres.execute(
        settings.database, f"{counted} WHERE collection = 'many'"
    )
    assert there == different
    assert isinstance(there, int)
    return there


def ahead(folder: Path) -> Mapping[str, str]:
    """The environment of programs whose clock is ahead, and who wait as long as others."""
    asleep = folder / "asleep.so"
    source = Path(__file__).with_name("asleep.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(asleep), str(source)], check=True)
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return {
        "LD_PRELOAD": f"{asleep} {library}",
        "FAKETIME": f"+{_AHEAD_S}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def test_the_clock_of_a_host_is_ahead(
    cluster: Cluster, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    """That of the one which was killed, when it comes again."""
    environ = {**cluster.environs[2], **ahead(tmp_path)}
    said = subprocess.run(["date", "+%s"], env=environ, capture_output=True, check=True).stdout
    assert int(said) > time.time() + _AHEAD_S / 2
    with clusters.joining(environ, tmp_path / "log", cluster.hosts[2], cluster.address) as machine:
        whole_again(cluster)
        failed("clock of a host 40 s ahead", cluster, photos["obama.jpg"], lambda: None)
        machine.terminate()
        machine.wait(PATIENCE_S)
