"""Results that somebody asked to share: kept for some days under an address nobody can guess.

A result is a folder `LOOKALIKE_HOME/results/<id>` with the rendered cards and one JSON file of what
they say, or rows with the same in a database that several machines share. It appears and goes as a
whole, so that any number of workers may share the folder. The photo is never part of it, and of the
token that deletes it only the hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import create_task_group, sleep, to_thread

from lookalike import files
from lookalike.config import Settings
from lookalike.database.clock import naive
from lookalike.database.database import Database
from lookalike.database.shared.results import ResultRows
from lookalike.errors import NotAllowed, PersonNotFound, ResultNotFound, StoreUnavailable
from lookalike.gallery.people import Language
from lookalike.web.sharing.card import Shape
from lookalike.web.sharing.quota import Quota, sizes_of

if TYPE_CHECKING:
    from lookalike.gallery.gallery import Gallery

_DAY, _HOUR = 86_400.0, 3_600.0
# Of random bytes; 128 bits cannot be guessed.
_ID_BYTES, _TOKEN_BYTES = 16, 24
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_FACTS = "result.json"
# What was left half made or half removed by a process that was killed goes after an hour.
_LEFT_OVER = _HOUR


@dataclass(frozen=True, slots=True)
class Shared:
    """
    Attributes:
        person: id in the gallery; a result goes when they leave it.
        name, words: what the card says of them.
        sentence: all of it at a glance: "나는 유인나를 닮았대요".
        expires: seconds since 1970.
    """

    person: str
    name: str
    sentence: str
    words: str
    language: Language
    expires: float

    @property
    def expiry(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where a result is, and what deletes it; the token is known to nobody else."""

    id: str
    token: str


class Results:
    """The results of one folder, which is made with the first of them."""

    def __init__(
        self,
        folder: Path,
        now: Callable[[], float] = time.time,
        quota: Quota | None = None,
    ) -> None:
        self._folder = folder
        self._now = now
        self._quota = quota or Quota()

    def expiry(self, days: int) -> float:
        return self._now() + days * _DAY

    def keep(self, shared: Shared, cards: Mapping[Shape, bytes]) -> Ticket:
        """Store a result with its cards.

        Raises:
            ResultsFull: there may not be more, or the disk is nearly full.
            StoreUnavailable: it cannot be written; nothing of it is left.
        """
        self._check_room()
        ticket = Ticket(secrets.token_urlsafe(_ID_BYTES), secrets.token_urlsafe(_TOKEN_BYTES))
        facts = asdict(shared) | {"token": _hash(ticket.token)}
        self._write(ticket, json.dumps(facts, ensure_ascii=False), cards, shared.expiry)
        return ticket

    def _check_room(self) -> None:
        self._quota.check(self._folder)

    def _write(
        self, ticket: Ticket, facts: str, cards: Mapping[Shape, bytes], expiry: datetime
    ) -> None:
        contents = {f"{shape}.jpg": data for shape, data in cards.items()}
        contents[_FACTS] = facts.encode()
        place = self._folder / ticket.id
        try:
            files.private_folder(self._folder)
            with files.staging(place, mode=0o700) as folder:
                for name, data in contents.items():
                    with files.replacing(folder / name, 0o600) as file:
                        file.write(data)
                files.move(folder, place)
        except OSError as error:
            raise StoreUnavailable(f"{self._folder} cannot be written: {error}.") from error

    def find(self, result_id: str) -> Shared:
        """A result whose time is not over.

        Raises:
            ResultNotFound: there is none of that id any more, or never was.
        """
        facts = self._facts(result_id)
        try:
            return Shared(**{each.name: facts[each.name] for each in fields(Shared)})
        except KeyError:  # It was kept by another version.
            raise _not_found() from None

    def card(self, result_id: str, shape: Shape) -> Path | bytes:
        """The JPEG of a result: its file, or what would be in it.

        Raises:
            ResultNotFound: there is none of that id any more, or never was.
        """
        self.find(result_id)
        return self._folder / result_id / f"{shape}.jpg"

    def remove(self, result_id: str, token: str) -> None:
        """
        Raises:
            ResultNotFound: there is none of that id any more, or never was.
            NotAllowed: the token is not that of the result.
        """
        if not hmac.compare_digest(self._facts(result_id)["token"], _hash(token)):
            raise NotAllowed("The token is not the one that came with this result.")
        self.discard(result_id)

    def size(self) -> tuple[int, int]:
        """How many there are, and their bytes."""
        sizes = tuple(sizes_of(self._folder))
        return len(sizes), sum(sizes)

    def discard(self, result_id: str) -> None:
        """Remove a result at once, so that nobody sees a half of it."""
        gone = self._folder / f".{result_id}.gone"
        with suppress(OSError):  # Another worker was first.
            (self._folder / result_id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def sweep(self, stays: Callable[[Shared], bool] = lambda _: True) -> int:
        """Remove what has expired, what does not stay, and what was left over; how many."""
        if not self._folder.is_dir():
            return 0
        swept = 0
        for path in list(self._folder.iterdir()):
            if path.name.startswith("."):
                self._sweep_left_over(path)
            elif not self._stays(path.name, stays):
                self.discard(path.name)
                swept += 1
        return swept

    def _stays(self, result_id: str, stays: Callable[[Shared], bool]) -> bool:
        try:
            return stays(self.find(result_id))
        except ResultNotFound:
            return False

    def _sweep_left_over(self, path: Path) -> None:
        with suppress(OSError):
            if path.stat().st_mtime < self._now() - _LEFT_OVER:
                shutil.rmtree(path, ignore_errors=True)

    def _text(self, result_id: str) -> str:
        """The file of a result.

        Raises:
            OSError: there is none.
        """
        return (self._folder / result_id / _FACTS).read_text("utf-8")

    def _facts(self, result_id: str) -> dict[str, Any]:
        """The file of a result, checked."""
        try:
            if not _ID.fullmatch(result_id):
                raise ValueError
            facts: dict[str, Any] = json.loads(self._text(result_id))
        except (OSError, ValueError):
            raise _not_found() from None
        if facts["expires"] <= self._now():
            raise _not_found()
        return facts


class SharedResults(Results):
    """The same in a database, which all hosts have."""

    def __init__(self, database: Database, quota: Quota) -> None:
        super().__init__(Path(), lambda: database.now().replace(tzinfo=UTC).timestamp(), quota)
        self._rows = ResultRows(database)

    def card(self, result_id: str, shape: Shape) -> bytes:
        self.find(result_id)
        found = self._rows.picture(result_id, shape)
        if found is None:
            raise _not_found()
        return found

    def size(self) -> tuple[int, int]:
        return self._rows.size()

    def discard(self, result_id: str) -> None:
        self._rows.remove(result_id)

    def sweep(self, stays: Callable[[Shared], bool] = lambda _: True) -> int:
        gone = [each for each in self._rows.all() if not self._stays(each, stays)]
        for each in gone:
            self.discard(each)
        return len(gone)

    def _check_room(self) -> None:
        self._quota.check_room(*self._rows.size())

    def _write(
        self, ticket: Ticket, facts: str, cards: Mapping[Shape, bytes], expiry: datetime
    ) -> None:
        pictures = {str(shape): data for shape, data in cards.items()}
        self._rows.add(ticket.id, facts, pictures, naive(expiry))

    def _text(self, result_id: str) -> str:
        found = self._rows.facts(result_id)
        if found is None:
            raise ValueError
        return found


def opened(settings: Settings, database: Database) -> Results:
    """The results of a server: in its home, or where all hosts have them."""
    quota = Quota(settings.results, settings.results_bytes, settings.free_bytes)
    if database.shared:
        return SharedResults(database, quota)
    return Results(settings.home / "results", quota=quota)


@asynccontextmanager
async def keeping_swept(
    results: Results, gallery: Gallery, also: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Sweeps at once and then every hour: expired results, and those of people who are gone.

    Args:
        also: what else is swept then.
    """

    def stays(shared: Shared) -> bool:
        try:
            gallery.person(shared.person)
        except PersonNotFound:
            return False
        return True

    async def sweeping() -> None:
        while True:
            await to_thread.run_sync(results.sweep, stays)
            await to_thread.run_sync(also)
            await sleep(_HOUR)

    async with create_task_group() as tasks:
        tasks.start_soon(sweeping)
        yield
        tasks.cancel_scope.cancel()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _not_found() -> ResultNotFound:
    return ResultNotFound("There is no such result, or its time is over.")
