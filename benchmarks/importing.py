"""How fast a folder of photos becomes a gallery, beside the sum of its steps.

    python -m benchmarks.importing ../shared/data/celebs ../shared/data/kr_gallery

`lookalike gallery import` runs with a worker process a core into an empty home, and a second time
over the same photos. The steps are decoding, detection, alignment and embedding of every photo on
one core, one after the other, in this process.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import astuple
from pathlib import Path
from typing import Any

from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.gallery.sources.image_file import is_image

# Photos whose steps are timed.
_TIMED = 200


def steps(photos: list[Path]) -> float:
    """Milliseconds of all steps of a photo, the mean over some of them."""
    analyzer = Analyzer(config.load())
    analyzer.warm()
    taken = []
    for path in photos[:: max(1, len(photos) // _TIMED)]:
        try:
            taken.append(sum(astuple(analyzer.analyze(path.read_bytes()).timings)))
        except PhotoError:
            continue
    return float(statistics.mean(taken))


def imported(folder: Path, home: Path) -> dict[str, Any]:
    """The report of an import."""
    lookalike = [sys.executable, "-c", "from lookalike.cli import main; main()"]
    command = [*lookalike, "gallery", "import", str(folder), "--json"]
    environ = os.environ | {"LOOKALIKE_HOME": str(home)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environ)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def row(folder: Path) -> list[str]:
    photos = sorted(path for path in folder.rglob("*") if path.is_file() and is_image(path))
    each = steps(photos)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with tempfile.TemporaryDirectory() as home:
        first, second = (imported(folder, Path(home)) for _ in range(2))
    assert second["portraits_added"] == 0
    return [
        folder.name,
        str(first["photos"]),
        f"{first['people_added']}, {first['portraits_added']}",
        f"{first['photos'] / first['seconds']:.0f}",
        f"{each:.1f}",
        f"{1000 * (cores or 1) / each:.0f}",
        f"{second['seconds']:.1f}",
    ]


def section(folders: list[Path]) -> str:
    header = (
        "folder",
        "photos",
        "people, portraits",
        "photos a second",
        "steps of a photo, ms",
        "cores / steps, a second",
        "second run, s",
    )
    return table(header, [row(folder) for folder in folders])


def main() -> None:
    print(machine(), section([Path(each) for each in sys.argv[1:]]), sep="\n\n")


if __name__ == "__main__":
    main()
