"""What `lookalike.open()` takes, and the first photo after it.

    python -m benchmarks.opening

In new processes, with what is prepared once a machine in the cache: with no gallery of one's own,
and with one, which is opened at once so that what is wrong with it shows. Medians of the time of
the processor, which says more than the clock on a machine that is busy with other things.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks.report import machine, table
from benchmarks.speed import SIZES, photo

_RUNS = 9
_MEASURED = """
import json, sys, time
laps = [time.process_time()]
import lookalike
laps.append(time.process_time())
engine = lookalike.open()
laps.append(time.process_time())
engine.find(sys.stdin.buffer.read(), limit=1)
laps.append(time.process_time())
print(json.dumps([after - before for before, after in zip(laps, laps[1:])]))
"""
_OWN = "import lookalike; lookalike.open().galleries.create('mine')"


def main() -> None:
    print(f"Machine: {machine()}\n")
    sent = photo(SIZES["1 megapixel"])
    header = ("seconds of the processor", "importing", "opening", "first photo")
    with tempfile.TemporaryDirectory() as home:
        rows = [("no gallery of one's own", *_medians(home, sent))]
        _ran(home, _OWN, b"")
        rows.append(("with one", *_medians(home, sent)))
    print(table(header, rows))


def _medians(home: str, sent: bytes) -> list[str]:
    # The first finds nothing prepared, or not in the memory of the system.
    runs = [json.loads(_ran(home, _MEASURED, sent)) for _ in range(_RUNS + 1)][1:]
    return [f"{statistics.median(each):.2f}" for each in zip(*runs, strict=True)]


def _ran(home: str, code: str, sent: bytes) -> bytes:
    environ = {**os.environ, "LOOKALIKE_HOME": home}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=sent, env=environ, check=True, stdout=subprocess.PIPE)
    return done.stdout


if __name__ == "__main__":
    main()
