"""What was refused last, for whoever runs the server: what and when, and of whom nothing.

Each worker keeps its own in memory. Where there are several, it writes them into a file that the
others read too: so many places, of which the oldest is written over.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

# How many are kept, and bytes of each in a file.
MOST = 50
_PLACE = 256
_BEGIN = "refusals_"


@dataclass(frozen=True, slots=True)
class Refused:
    """
    Attributes:
        at: in ISO 8601, in UTC.
        route: as the API names it, `/api/v1/people/{person_id}`.
        kind: the code of the error.
        who: the hash of an address, where the settings ask for it.
    """

    at: str
    method: str
    route: str
    status: int
    kind: str
    who: str | None = None


class Refusals:
    """Those of one worker, which knows of the others' too."""

    def __init__(
        self,
        folder: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            folder: that workers share; None: this one is alone.
        """
        self._folder = folder
        self._now = now
        self._own: deque[Refused] = deque(maxlen=MOST)
        self._count = 0
        self._file: int | None = None

    def add(self, method: str, route: str, status: int, kind: str, who: str | None = None) -> None:
        """A request that was refused."""
        at = self._now().isoformat(timespec="milliseconds")
        refused = Refused(at, method, route[:100], status, kind[:60], who)
        self._own.append(refused)
        if self._folder is not None:
            self._write(self._folder, refused)
        self._count += 1

    def last(self) -> tuple[Refused, ...]:
        """Those of all workers, the newest first."""
        found = list(self._own) if self._folder is None else list(_read(self._folder))
        return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:MOST])

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, folder: Path, refused: Refused) -> None:
        line = json.dumps(asdict(refused)).encode()[: _PLACE - 1].ljust(_PLACE - 1) + b"\n"
        try:
            if self._file is None:
                path = folder / f"{_BEGIN}{os.getpid()}"
                self._file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
            os.pwrite(self._file, line, self._count % MOST * _PLACE)
        except OSError:
            # It is counted all the same.
            return


def _read(folder: Path) -> Iterator[Refused]:
    for path in folder.glob(f"{_BEGIN}*"):
        for line in path.read_bytes().splitlines():
            try:
                yield Refused(**json.loads(line))
            except ValueError:
                # It is being written just now.
                continue
