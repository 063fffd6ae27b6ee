"""How many shared results there may be: they are of strangers, on the disk of the database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import ResultsFull


@dataclass(frozen=True, slots=True)
class Quota:
    """
    Attributes:
        most: results.
        size: bytes of all of them.
        free: bytes that have to stay free on the disk, for what matters more.
    """

    most: int = 10_000
    size: int = 2 * 1024**3
    free: int = 0

    def check(self, folder: Path) -> None:
        """See that there is room for one more in a folder, which may not be there yet.

        Raises:
            ResultsFull: there is none.
        """
        sizes = list(sizes_of(folder))
        self.check_room(len(sizes), sum(sizes))
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if shutil.disk_usage(there).free < self.free:
            raise ResultsFull(
                f"Less than {self.free:,} bytes are free on the disk (LOOKALIKE_FREE_BYTES); no "
                "results are kept until there are more."
            )

    def check_room(self, count: int, size: int) -> None:
        """See that there may be one more beside so many with so many bytes.

        Raises:
            ResultsFull: there may not.
        """
        if count >= self.most:
            raise ResultsFull(
                f"{self.most:,} results are kept, as many as may be (LOOKALIKE_RESULTS); there is "
                "room again when some have expired."
            )
        if size >= self.size:
            raise ResultsFull(
                f"The results that are kept have {self.size:,} bytes, as many as may be "
                "(LOOKALIKE_RESULTS_BYTES); there is room again when some have expired."
            )


def sizes_of(folder: Path) -> Iterator[int]:
    """Bytes of each result; one that goes meanwhile has none."""
    try:
        for each in os.scandir(folder):
            if not each.name.startswith("."):
                yield sum(file.stat().st_size for file in os.scandir(each))
    except OSError:
        return
