"""Whether hosts that share a PostgreSQL miss what another has committed, and how fast they write.

    python -m benchmarks.hosts [--times 1000] [--load 2] [--seconds 10]

A host is a process with a home of its own. One adds, takes down, and deletes access keys; another
asks all the while, and once more when the first was told that it is done: then it has to know.
Half of it is done while others write, half while nothing else is. Then one writer and four write
for some seconds each, to collections of their own and to one. It ends with 1 if anything is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.report import machine, table
from lookalike.config import Settings
from lookalike.errors import PersonNotFound
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.rekognition.access.keys import Keys
from tests.support import postgres

_COLLECTION = "hosts"
_WRITERS = 4
# Rounds between two words on how far it is.
_SAID_EVERY = 50
# Numbers of people whom nobody asks for.
_FIRST = count(1_000_000, 1_000_000)
_SPAWN = multiprocessing.get_context("spawn")


class Host:
    """What a host is told and asked; each method answers for its own process."""

    def __init__(self, home: Path, address: str, told: Callable[[], bool]) -> None:
        """
        Args:
            told: whether the one who asks has something to say again.
        """
        self._told = told
        settings = Settings(home=home, cache=home / "cache", database=address)
        self._gallery = Gallery.open(settings, SFACE)
        self._keys = Keys(settings)

    def add(self, number: int, collection: str = _COLLECTION) -> None:
        someone = Person(f"P{number}", collection, Text(en=f"P{number}"))
        self._gallery.store.add(someone, [Portrait(_vector(number))])

    def knows(self, number: int) -> bool:
        """Whether somebody is found, by face and by id."""
        near = self._gallery.nearest(_vector(number), 1, _COLLECTION)
        try:
            self._gallery.person(f"P{number}", _COLLECTION)
        except PersonNotFound:
            return False
        return [each.person.id for each in near] == [f"P{number}"]

    def lacks(self, number: int) -> bool:
        """Whether somebody is found neither by face nor by id."""
        near = self._gallery.nearest(_vector(number), 1, _COLLECTION)
        try:
            self._gallery.person(f"P{number}")
        except PersonNotFound:
            return f"P{number}" not in {each.person.id for each in near}
        return False

    def takedown(self, number: int) -> None:
        self._gallery.takedown(f"P{number}")

    def key(self) -> str:
        return self._keys.create().key.id

    def unkey(self, key_id: str) -> None:
        self._keys.delete(key_id)

    def admits(self, key_id: str) -> bool:
        return self._keys.find(key_id) is not None

    def refuses(self, key_id: str) -> bool:
        return self._keys.find(key_id) is None

    def watch(self, method: str, given: int | str) -> bool:
        """Ask over and over until told; the answer to the same question once more after that."""
        while not self._told():
            getattr(self, method)(given)
        return bool(getattr(self, method)(given))

    def write(self, collection: str, first: int) -> int:
        """Add people until told; how many they were."""
        number = first
        while not self._told():
            self.add(number, collection)
            number += 1
        return number - first

    def close(self) -> None:
        self._keys.close()
        self._gallery.close()


class Remote:
    """A host in a process of its own."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def __call__(self, method: str, *given: object) -> object:
        self.begin(method, *given)
        return self._pipe.recv()

    def begin(self, method: str, *given: object) -> None:
        self._pipe.send((method, given))

    def end(self) -> object:
        """The answer; what goes on until it is told ends now."""
        self._pipe.send(None)
        return self._pipe.recv()


@dataclass(slots=True)
class Tried:
    """Attributes: took_s: seconds until the other host had answered."""

    times: int = 0
    missed: int = 0
    took_s: list[float] = field(default_factory=list)

    def heard(
        self,
        one: Remote,
        other: Remote,
        change: tuple[str, int | str],
        question: tuple[str, int | str],
    ) -> None:
        """Have one host change something of which another asks all the while."""
        other.begin("watch", *question)
        one(*change)
        began = time.monotonic()
        right = other.end()
        self.times += 1
        self.missed += right is not True
        self.took_s.append(time.monotonic() - began)


def _vector(number: int) -> Floats:
    return unit(np.random.default_rng(number).normal(size=SFACE.dimension).astype(np.float32))


def _serve(pipe: Connection, home: Path, address: str) -> None:
    host = Host(home, address, pipe.poll)
    while True:
        asked = pipe.recv()
        if asked is None:  # Of what had ended by itself.
            continue
        method, given = asked
        if method == "close":
            host.close()
            return
        pipe.send(getattr(host, method)(*given))


@contextmanager
def hosts(address: str, many: int) -> Iterator[Sequence[Remote]]:
    with ExitStack() as ending:
        made = []
        for _ in range(many):
            home = ending.enter_context(tempfile.TemporaryDirectory(prefix="host"))
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_serve, args=(theirs, Path(home), address))
            process.start()
            ending.callback(process.join)
            ending.callback(ours.send, ("close", ()))
            made.append(Remote(ours))
        yield made


def missed(one: Remote, other: Remote, numbers: Iterable[int]) -> dict[str, Tried]:
    """What another host did not know of at once."""
    tried = {each: Tried() for each in ("adds", "takedowns", "key deletions")}
    for number in numbers:
        tried["adds"].heard(one, other, ("add", number), ("knows", number))
        key = str(one("key"))
        assert other("admits", key) is True, "a new key is not known"
        tried["key deletions"].heard(one, other, ("unkey", key), ("refuses", key))
        tried["takedowns"].heard(one, other, ("takedown", number), ("lacks", number))
        if number % _SAID_EVERY == 0:
            so_far = sum(each.missed for each in tried.values())
            print(f"{number}: {so_far} missed", file=sys.stderr, flush=True)
    return tried


def adds_a_second(writers: Sequence[Remote], collections: Sequence[str], seconds: float) -> float:
    """What writers add in a second, each to its collection."""
    for writer, collection in zip(writers, collections, strict=True):
        writer.begin("write", collection, next(_FIRST))
    time.sleep(seconds)
    return sum(int(str(writer.end())) for writer in writers) / seconds


def _rows(remotes: Sequence[Remote], times: int, load: int) -> Iterator[tuple[object, ...]]:
    """Rows of the table: half of the times while others write."""
    one, other, *others = remotes
    # The collection is there from the beginning.
    one("add", next(_FIRST))
    writers = others[:load]
    for busy in (False, True):
        for each, writer in enumerate(writers if busy else ()):
            writer.begin("write", f"load{each}", next(_FIRST))
        tried = missed(one, other, range(times // 2 * busy, times // 2 * (1 + busy)))
        for writer in writers if busy else ():
            writer.end()
        for what, found in tried.items():
            ms = f"{1e3 * statistics.median(found.took_s):.0f}"
            yield what, f"{load} writers" if busy else "idle", found.times, found.missed, ms


def _speeds(writers: Sequence[Remote], seconds: float) -> Iterator[tuple[str, str, str]]:
    single = adds_a_second(writers[:1], ["alone"], seconds)
    own = [f"own{n}" for n in range(len(writers))]
    yield "one writer", f"{single:.0f}", "1.0"
    for what, names in (("a collection each", own), ("one collection", ["same"] * len(writers))):
        found = adds_a_second(writers, names, seconds)
        yield f"{len(writers)}, {what}", f"{found:.0f}", f"{found / single:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000, help="of each: add, takedown, key.")
    parser.add_argument("--load", type=int, default=2, help="hosts that write meanwhile.")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement.")
    asked = parser.parse_args()
    print(machine())
    with postgres.running() as address, hosts(address, 2 + _WRITERS) as remotes:
        rows = list(_rows(remotes, asked.times, asked.load))
        print(table(("What another host is asked for", "beside", "times", "missed", "ms"), rows))
        print(table(("Adds a second", "", "times one"), list(_speeds(remotes[2:], asked.seconds))))
    raise SystemExit(any(row[3] for row in rows))


if __name__ == "__main__":
    main()
