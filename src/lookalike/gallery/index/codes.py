"""Has the codes of large indexes made, one at a time behind all else, and keeps them in files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np

from lookalike import files
from lookalike.cache import say_unusable
from lookalike.faces.vectors import Floats
from lookalike.gallery.index.segments import Rows, Sealed
from lookalike.gallery.index.vectors import VectorIndex

# Of a process whose photos come first.
_NICE = 10
# Vectors kept with codes that are compared at a time.
_BLOCK = 65_536


class Codes:
    """Those of every index of a gallery. Searches scan while codes are made, so nobody waits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, "codes", _yield_to_others)
        self._under_way: set[int] = set()

    def opened(self, index: str, names: Sequence[str], vectors: Floats) -> VectorIndex:
        """An index of (n, dimension) float32 vectors of length 1, by the codes that are kept for an
        index so called as far as they still hold."""
        kept = _read(self._place(index))
        if kept is None:
            return VectorIndex.of(names, vectors)
        sealed, before = kept
        rows = _same(sealed, before, {name: row for row, name in enumerate(names)}, vectors)
        here = [names[row] if row >= 0 else None for row in rows.tolist()]
        made = VectorIndex.resume(vectors.shape[1], sealed, here)
        rest = np.setdiff1d(np.arange(len(names), dtype=np.int64), rows)
        made.put([names[row] for row in rest.tolist()], vectors[rest])
        return made

    def see_to(self, index: str, vectors: VectorIndex) -> None:
        """Make the codes of an index and keep them, if they are due and not under way."""
        if vectors.stale() and id(vectors) not in self._under_way:
            self._under_way.add(id(vectors))
            self._pool.submit(self._make, self._place(index), vectors)

    def forget(self) -> None:
        """Remove all that are kept: vectors are with them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Codes that are being made are finished first: it cannot be stopped half-way."""
        self._pool.shutdown(cancel_futures=True)

    def _place(self, index: str) -> Path:
        """Names of indexes hold ids of collections, which are no names of files."""
        return self._folder / hashlib.sha256(index.encode()).hexdigest()[:24]

    def _make(self, place: Path, vectors: VectorIndex) -> None:
        try:
            vectors.seal()
            made = vectors.sealed
            if made is not None:
                _write(place, *made)
        except OSError as error:
            # They are made again at the next start.
            say_unusable(self._folder, error)
        finally:
            self._under_way.discard(id(vectors))


def _write(place: Path, sealed: Sealed, names: Sequence[str | None]) -> None:
    """Put codes in the place of those that are kept, as a whole."""
    with files.staging(place) as folder:
        sealed.save(folder)
        (folder / "names.json").write_text(json.dumps(names), "utf-8")
        shutil.rmtree(place, ignore_errors=True)
        files.move(folder, place)


def _read(place: Path) -> tuple[Sealed, list[str | None]] | None:
    """What `_write` wrote; None: nothing, or nothing that can be read."""
    if not place.is_dir():
        return None
    try:
        return Sealed.load(place), json.loads((place / "names.json").read_text("utf-8"))
    except (OSError, RuntimeError, ValueError):
        return None


def _same(
    sealed: Sealed, names: Sequence[str | None], places: Mapping[str, int], vectors: Floats
) -> Rows:
    """The row among `vectors` of each row with a code; -1 where that is no more, or another."""
    rows = np.array([places.get(name or "", -1) for name in names], np.int64)
    for start in range(0, len(rows), _BLOCK):
        here = start + np.flatnonzero(rows[start : start + _BLOCK] >= 0)
        near = np.isclose(sealed.vectors(here), vectors[rows[here]], atol=1e-3)
        rows[here[~near.all(axis=1)]] = -1
    return rows


def _yield_to_others() -> None:
    # Threads have priorities of their own on Linux alone.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
