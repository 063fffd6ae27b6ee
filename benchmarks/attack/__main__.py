"""Tries every hole on servers that it starts, and prints what each attack came to.

    python -m benchmarks.attack [--short]

It ends with 1 if one of them succeeded. `--short` leaves out what takes gigabytes.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.attack import bombs, ends, networks, pages, store, strangers, videos
from benchmarks.attack.hole import Hole, Open, Target, started
from benchmarks.report import machine, table
from tests.support.amazon import cloud

_PUBLIC = {
    "public": 1,
    "public_url": "https://fans.example",
    "photos_per_minute": 3,
    "results_per_day": 1,
    "header_timeout": 2,
    "body_timeout": 2,
}

Row = tuple[str, str, str, str]


def rows(folder: Path, *, short: bool = False) -> Iterator[Row]:
    """Point, hole, whether it is closed, and what the attack came to."""
    environ = dict(os.environ)
    with started(environ, folder / "local") as target:
        yield from _tried(target, (*pages.holes(), *bombs.holes(), *store.holes()), short)
    with started(environ, folder / "public", **_PUBLIC) as target:
        yield from _tried(target, strangers.holes(), short)
    cache = networks.own_cache(folder / "cache")
    with started(environ, folder / "networks", cache=cache) as target:
        yield from _tried(target, networks.holes(), short)
    # What S3 in Amazon's place writes of each request.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with cloud.running() as s3:
        there = {**environ, **cloud.ENVIRONMENT, "LOOKALIKE_S3_ENDPOINT_URL": s3.url}
        bounds = {"video_frames": videos.FRAMES, "video_deadline": videos.DEADLINE_S}
        with started(there, folder / "videos", **bounds) as target:
            yield from _tried(target, videos.holes(s3), short)
    for number, hole in enumerate(ends.holes()):
        home = folder / f"ends{number}"
        with started(environ, home, "--workers", "2", drain=ends.DRAIN_S) as target:
            yield from _tried(target, (hole,), short)


def _tried(target: Target, holes: Iterable[Hole], short: bool) -> Iterator[Row]:
    for hole in holes:
        if not (short and hole.heavy):
            yield _try(target, hole)


def _try(target: Target, hole: Hole) -> Row:
    try:
        state, said = "closed", hole.attack(target)
    except Open as error:
        state, said = "**OPEN**", str(error)
    except Exception as error:
        state, said = "**failed**", f"{type(error).__name__}: {error}"
    return str(hole.point), hole.name, state, said.replace("|", "/")[:160]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="Leave out what takes gigabytes.")
    short = parser.parse_args().short
    found = []
    with tempfile.TemporaryDirectory(prefix="lookalike-attack-") as folder:
        for row in rows(Path(folder), short=short):
            print(f"{row[0]}: {row[1]}: {row[2]}", file=sys.stderr, flush=True)
            found.append(row)
    print(machine())
    print()
    print(table(("point", "attack", "hole", "what it came to"), sorted(found)))
    return int(any(row[2] != "closed" for row in found))


if __name__ == "__main__":
    sys.exit(main())
