"""Columns and codes in one file, which all processes of a machine map: they share its pages.

A file begins with a page that says what is in it. It is never changed, but that vectors which are
no more are made zeros in place: nobody who was removed stays in it. By which change that was is in
it, too: a database that was put back from before it has people again whom the file has lost.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike import files
from lookalike.database.changes import Mark
from lookalike.gallery.index import codes, lists
from lookalike.gallery.index.codes import Arrays, Codes, Coding
from lookalike.gallery.index.columns import Columns, Rows
from lookalike.gallery.index.lists import Lists

_MAGIC = b"lookalike columns 1\n"
# Bytes of the first page, and what each array begins at a multiple of.
_PAGE, _ALIGNED = 4096, 64
# Vectors are a person's own: nobody else is to read them.
_MODE = 0o600
# Arrays that are changed where somebody is erased; the check is of all others.
_CHANGING = ("erased", "codes", "vectors")


@dataclass(frozen=True, slots=True)
class About:
    """What a file holds.

    Attributes:
        index: which one.
        number, stamp: of the last change of the database that is in it.
        width, kinds, kind_width: bytes of a name, number of labels, bytes of one.
        check: CRC-32 of what is never changed.
        listed: whether its codes are in lists.
    """

    index: str
    contract: str
    number: int
    stamp: int
    count: int
    dimension: int
    width: int
    kinds: int
    kind_width: int
    check: int
    listed: bool = False

    def places(self) -> Mapping[str, tuple[int, np.dtype[Any], tuple[int, ...]]]:
        """Where each array begins, its type and its shape; where the file ends."""
        coding = lists if self.listed else codes
        shapes: dict[str, tuple[str, tuple[int, ...]]] = {
            "names": (f"S{self.width}", (self.count,)),
            "labels": ("<i4", (self.count,)),
            "erased": ("<i8", (2,)),
            "kinds": (f"S{self.kind_width}", (self.kinds,)),
            **coding.shapes(self.count, self.dimension),
            "vectors": ("<f2", (self.count, self.dimension)),
            "end": ("u1", (0,)),
        }
        found, start = {}, _PAGE
        for name, (kind, shape) in shapes.items():
            start += -start % _ALIGNED
            found[name] = start, np.dtype(kind), shape
            start += int(np.dtype(kind).itemsize * np.prod(shape))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """
    Attributes:
        columns: mapped.
        mark: the last change that is in it.
        erased: the last change by which somebody was erased, else the same.
        file: which file it is, whatever took its place since.
    """

    columns: Columns
    codes: Coding
    mark: Mark
    erased: Mark
    path: Path
    file: tuple[int, int]

    def erase(self, names: Collection[str], mark: Mark) -> None:
        """Make zeros of the vectors of those names, who are no more since that change or before.

        Not in a file that took the place of this one: whoever opens that begins with what changed
        since it was made.

        Raises:
            OSError: it cannot be changed.
        """
        rows = self.columns.rows(names)
        rows = rows[self.columns.vectors[rows].any(axis=1)]
        if len(rows) and which(self.path) == self.file:
            with open(self.path, "r+b") as opened, mmap.mmap(opened.fileno(), 0) as whole:
                if _which(os.fstat(opened.fileno())) == self.file:
                    about = _about(whole)
                    _erase(about, _arrays(whole, about), rows, mark)
                    whole.flush()


def write(
    path: Path, columns: Columns, made: Coding, index: str, contract: str, mark: Mark
) -> None:
    """Put a file in its place, as a whole.

    Raises:
        OSError: it cannot be written.
    """
    arrays = _of(columns, made, mark)
    about = About(
        index=index,
        contract=contract,
        number=mark.number,
        stamp=mark.stamp,
        count=len(columns),
        dimension=columns.vectors.shape[1],
        width=columns.names.dtype.itemsize,
        kinds=len(columns.kinds),
        kind_width=columns.kinds.dtype.itemsize,
        check=_check(arrays),
        listed=isinstance(made, Lists),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.replacing(path, _MODE, synced=True) as file:
        text = json.dumps(asdict(about)).encode()
        file.write(_MAGIC + b"%08x\n" % zlib.crc32(text) + text)
        places = about.places()
        for name, array in arrays.items():
            file.seek(places[name][0])
            file.write(_bytes(array))
        file.truncate(places["end"][0])


def read(path: Path, index: str, contract: str) -> Kept | None:
    """What `write` wrote of that index; None: nothing, or nothing that can be used."""
    try:
        with open(path, "rb") as file:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            about = _about(whole)
            arrays = _arrays(whole, about)
            if (about.index, about.contract, about.check) != (index, contract, _check(arrays)):
                return None
            columns = Columns(*(arrays[name] for name in ("names", "labels", "kinds", "vectors")))
            made = Lists.of(arrays) if about.listed else Codes.of(len(columns), arrays)
            file_id = _which(os.fstat(file.fileno()))
            mark, erased = Mark(about.number, about.stamp), Mark(*arrays["erased"].tolist())
            return Kept(columns, made, mark, erased, path, file_id)
    except (OSError, ValueError, TypeError):
        return None


def which(path: Path) -> tuple[int, int] | None:
    """Which file is in a place; None: none."""
    try:
        return _which(path.stat())
    except OSError:
        return None


def _which(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _about(whole: mmap.mmap) -> About:
    """
    Raises:
        ValueError, TypeError: it is no such file, or a damaged one.
    """
    page = whole[:_PAGE]
    check, _, text = page.removeprefix(_MAGIC).rstrip(b"\0").partition(b"\n")
    if not page.startswith(_MAGIC) or int(check, 16) != zlib.crc32(text):
        raise ValueError("It does not begin as columns do.")
    about = About(**json.loads(text))
    if len(whole) != about.places()["end"][0]:
        raise ValueError("It is not as long as it says.")
    return about


def _arrays(whole: mmap.mmap, about: About) -> Arrays:
    return {
        name: np.frombuffer(whole, kind, int(np.prod(shape)), start).reshape(shape)
        for name, (start, kind, shape) in about.places().items()
        if name != "end"
    }


def _of(columns: Columns, made: Coding, mark: Mark) -> Arrays:
    return {
        "erased": np.array([mark.number, mark.stamp], "<i8"),
        "names": columns.names,
        "labels": columns.labels,
        "kinds": columns.kinds,
        **made.arrays,
        "vectors": columns.vectors,
    }


def _check(arrays: Arrays) -> int:
    found = 0
    for name, array in arrays.items():
        if name not in _CHANGING:
            found = zlib.crc32(_bytes(array), found)
    return found


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _erase(about: About, arrays: Arrays, rows: Rows, mark: Mark) -> None:
    if mark.number > arrays["erased"][0]:
        arrays["erased"][:] = mark.number, mark.stamp
    arrays["vectors"][rows] = 0
    if about.listed:
        lists.erase(arrays, rows)
    else:
        codes.erase(arrays, rows, about.dimension)
