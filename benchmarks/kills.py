"""Kills servers, workers and importers with -9 while they write, and says what became of the store.

    python -m benchmarks.kills [--kills 100] [--seed 1]

A server with two workers is written to by three clients over both APIs, and by one import after the
other. After every few writes the supervisor, a worker, the process that looks at photos, or the
import is killed; what has ended is started again. At the end a write that was acknowledged has to
be there, a person has both of their portraits or is not there at all, and SQLite's own checks pass.
It ends with 1 if something else is found.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import PIL.Image
import psutil

from benchmarks.report import machine, table
from tests.support import patient, photos
from tests.support.amazon import clients
from tests.support.processes import LOOKALIKE
from tests.support.serving import Serving, serving

_CLIENTS = 3
_PORTRAITS = 2
# Writes that are acknowledged between two kills, seconds that they may take, and how far into the
# next one a kill comes.
_WRITES, _LONGEST_S, _INTO_S = (0, 6), 30.0, 0.5
# Of the photos: small, so that most of the time goes into writing.
_SIDE = 320
# People of one import.
_FOLDER = 12
_OWN, _FACES, _IMPORTED = "added", "indexed", "imported"


class Pictures:
    """Photos of which no two are the same file: a comment in each says its number."""

    def __init__(self) -> None:
        written = io.BytesIO()
        picture = PIL.Image.open(io.BytesIO(photos.load()["obama.jpg"]))
        picture.thumbnail((_SIDE, _SIDE))
        picture.convert("RGB").save(written, "JPEG", quality=85)
        self._data = written.getvalue()
        self._numbers = count()

    def next(self) -> bytes:
        said = str(next(self._numbers)).encode()
        comment = b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said
        return self._data[:2] + comment + self._data[2:]


@dataclass(slots=True)
class Told:
    """What was acknowledged, and so has to be so.

    Attributes:
        people: ids of who was added and not removed.
        removed: who was removed.
        faces: ids of faces that were indexed.
        unsure: whose removal nobody acknowledged.
        killed: how often what was.
    """

    people: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    faces: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    killed: Counter[str] = field(default_factory=Counter)
    turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def writes(self) -> int:
        return len(self.people) + 2 * len(self.removed) + len(self.faces)


class Subject:
    """A server that is started again whenever it was killed."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._stack = ExitStack()
        self.serving = self._started()

    @property
    def url(self) -> str:
        return self.serving.url

    def supervisor(self) -> psutil.Process:
        return psutil.Process(self.serving.process.pid)

    def again(self) -> None:
        """Wait for the end of what was killed, and start another."""
        self.serving.process.wait()
        self._stack.close()
        self.serving = self._started()

    def close(self) -> None:
        self._stack.close()

    def _started(self) -> Serving:
        return self._stack.enter_context(serving(self._environ, "--workers", "2"))


def write(subject: Subject, told: Told, pictures: Pictures, stop: threading.Event) -> None:
    """One client: adds, removes and indexes until it is to stop."""
    dice = random.Random(threading.get_ident())
    while not stop.is_set():
        one = dice.choice((_add, _add, _index, _remove))
        # Who was killed answers nothing.
        with suppress(httpx.HTTPError, ValueError):
            one(subject.url, told, pictures)


def _add(url: str, told: Told, pictures: Pictures) -> None:
    files = [("photos", (f"{each}.jpg", pictures.next())) for each in range(_PORTRAITS)]
    with told.turn:
        name = f"Person {len(told.people)} {random.random()}"
    sent = {"name": name, "collection": _OWN}
    answer = patient.post(f"{url}/api/v1/people", data=sent, files=files)
    if answer.status_code == 201:
        with told.turn:
            told.people.add(answer.json()["id"])


def _remove(url: str, told: Told, _: Pictures) -> None:
    with told.turn:
        if not told.people:
            return
        person = told.people.pop()
        told.unsure.add(person)
    answer = patient.delete(f"{url}/api/v1/people/{person}", params={"collection": _OWN})
    if answer.status_code == 204:
        with told.turn:
            told.unsure.remove(person)
            told.removed.add(person)


def _index(url: str, told: Told, pictures: Pictures) -> None:
    image = {"Bytes": base64.b64encode(pictures.next()).decode()}
    answer = clients.post(url, "IndexFaces", {"CollectionId": _FACES, "Image": image})
    if answer.status_code == 200:
        with told.turn:
            told.faces |= {each["Face"]["FaceId"] for each in answer.json()["FaceRecords"]}


@contextmanager
def importing(environ: dict[str, str], folder: Path, pictures: Pictures) -> Iterator[Importing]:
    """Imports, one after the other."""
    imports = Importing(environ, folder, pictures)
    try:
        yield imports
    finally:
        imports.end()


class Importing:
    def __init__(self, environ: dict[str, str], folder: Path, pictures: Pictures) -> None:
        self._environ = environ
        self._folder = folder
        self._pictures = pictures
        self._numbers = count()
        self.done = 0
        self.process = self._started()

    def again(self) -> None:
        """Start another where one has ended."""
        if self.process.poll() is not None:
            self.done += self.process.returncode == 0
            self.process = self._started()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        folder = self._folder / str(next(self._numbers))
        for number in range(_FOLDER):
            person = folder / f"Imported {folder.name} {number}"
            person.mkdir(parents=True)
            for photo in range(_PORTRAITS):
                (person / f"{photo}.jpg").write_bytes(self._pictures.next())
        command = [LOOKALIKE, "gallery", "import", str(folder), "--collection", _IMPORTED]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=self._environ, stdout=nothing, stderr=nothing)


def wait(told: Told, dice: random.Random) -> None:
    """For a moment at which something is likely to be written."""
    wanted = told.writes + dice.randint(*_WRITES)
    until = time.monotonic() + _LONGEST_S
    while told.writes < wanted and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, _INTO_S))


def kill(subject: Subject, imports: Importing, told: Told, dice: random.Random) -> None:
    """One of them."""
    what = dice.choice(("supervisor", "worker", "faces", "import"))
    with suppress(psutil.NoSuchProcess, IndexError):
        if what == "import":
            imports.process.kill()
            imports.process.wait()
        elif what == "supervisor":
            subject.supervisor().kill()
            subject.again()
        else:
            worker = dice.choice(subject.serving.workers())
            family = [each for each in worker.children() if "spawn_main" in _line(each)]
            (worker if what == "worker" else dice.choice(family)).kill()
        told.killed[what] += 1
    imports.again()


def _line(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def faults(home: Path, told: Told) -> list[str]:
    """What is otherwise than it has to be."""
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as connection:

        def column(query: str, *values: str) -> set[str]:
            return {row[0] for row in connection.execute(query, values)}

        people = column("SELECT id FROM people WHERE collection = ?", _OWN)
        faces = column("SELECT id FROM faces WHERE collection = ?", _FACES)
        halves = connection.execute(
            "SELECT people.collection, people.id, count(faces.id) FROM people LEFT JOIN faces "
            "ON faces.collection = people.collection AND faces.person = people.id "
            "WHERE people.collection IN (?, ?) GROUP BY 1, 2 HAVING count(faces.id) <> ?",
            (_OWN, _IMPORTED, _PORTRAITS),
        ).fetchall()
        integrity = column("PRAGMA integrity_check")
        foreign = connection.execute("PRAGMA foreign_key_check").fetchall()
    found = [f"lost: person {each}" for each in told.people - people]
    found += [f"lost: face {each}" for each in told.faces - faces]
    found += [f"back: person {each}" for each in told.removed & people]
    found += [f"half: {row}" for row in halves]
    found += [f"integrity: {each}" for each in integrity - {"ok"}]
    return found + [f"foreign key: {row}" for row in foreign]


def run(folder: Path, kills: int, seed: int) -> tuple[Told, int, list[str]]:
    """What was acknowledged, how many imports came to their end, and what is wrong."""
    environ = {**os.environ, "LOOKALIKE_HOME": str(folder / "home"), "LOOKALIKE_PORTRAITS": "off"}
    environ |= {"LOOKALIKE_PHOTOS_PER_MINUTE": "0"}
    told, pictures, stop, dice = Told(), Pictures(), threading.Event(), random.Random(seed)
    subject = Subject(environ)
    clients.post(subject.url, "CreateCollection", {"CollectionId": _FACES})
    work: Callable[[], None] = lambda: write(subject, told, pictures, stop)  # noqa: E731
    writers = [threading.Thread(target=work, daemon=True) for _ in range(_CLIENTS)]
    try:
        with importing(environ, folder / "imports", pictures) as imports:
            for each in writers:
                each.start()
            while told.killed.total() < kills:
                wait(told, dice)
                kill(subject, imports, told, dice)
                print(f"{told.killed.total()} kills, {told.writes} writes", file=sys.stderr)
            stop.set()
            for each in writers:
                each.join()
        ready = patient.get(f"{subject.url}/readyz").status_code
    finally:
        stop.set()
        subject.close()
    found = faults(folder / "home", told)
    return told, imports.done, found + ([] if ready == 200 else [f"not ready: {ready}"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookalike-kills-") as folder:
        told, imports, found = run(Path(folder), asked.kills, asked.seed)
    print(machine())
    print()
    killed = ", ".join(f"{name} {number}" for name, number in sorted(told.killed.items()))
    rows = [
        ("killed", killed),
        ("people added and acknowledged", len(told.people) + len(told.removed)),
        ("of them removed and acknowledged", len(told.removed)),
        ("faces indexed and acknowledged", len(told.faces)),
        ("imports that came to their end", imports),
        ("lost, back, half or damaged", len(found)),
    ]
    print(table(("what", "how many"), rows))
    for each in found:
        print(f"\n**{each}**")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
