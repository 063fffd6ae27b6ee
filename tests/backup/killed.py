"""Makes or restores a backup over and over, killed a step later each time, and says what is left.

python -m tests.backup.killed make|restore FOLDER
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from lookalike.backup import making, restoring, sealing
from lookalike.backup.restoring import Allowed
from tests.support.backups import enrol, filled, held, settings_of

# What Python tells of before it changes something on a disk; folders change places by ctypes.
_STEPS = {"open", "ctypes.dlsym", "sqlite3.connect"} | {
    f"os.{each}" for each in ("mkdir", "remove", "rename", "rmdir")
}


def main(what: str, folder: Path) -> None:
    """Print for each step what is there after a kill, and at the end after none."""
    # As hard to guess as need be: it would take most of the time.
    sealing._COST = 2**4
    {"make": _makes, "restore": _restores}[what](folder)


def _makes(folder: Path) -> None:
    settings, file = filled(folder / "home"), folder / "out" / "all.backup"
    making.make(settings, file)
    old = file.read_bytes()
    enrol(settings.home, "U2")
    home = held(settings.home)
    for step in count():
        file.write_bytes(old)
        ended = _killed_at(step, lambda: making.make(settings, file, replace=True))
        new = "old" if file.read_bytes() == old else _whole(file, folder / "tried", home)
        _say(ended, file=new, home=held(settings.home) == home)
        if ended:
            return
        for each in file.parent.iterdir():
            if each != file:
                shutil.rmtree(each) if each.is_dir() else each.unlink()


def _restores(folder: Path) -> None:
    settings, file = filled(folder / "home"), folder / "all.backup"
    making.make(settings, file)
    new = held(settings.home)
    enrol(settings.home, "U2")
    (settings.home / "models" / "chosen.json").unlink()
    old = held(settings.home)
    kept = shutil.copytree(settings.home, folder / "kept")
    names = {"old": old, "new": new}

    def state(home: Path) -> str:
        found = held(home)
        return next((name for name, each in names.items() if each == found), "broken")

    for step in count():
        ended = _killed_at(step, lambda: restoring.restore(settings, file, Allowed(replace=True)))
        before = list(folder.glob("home.before-*"))
        _say(ended, home=state(settings.home), before=[state(each) for each in before])
        if ended:
            return
        for each in (settings.home, *before, *folder.glob(".home.*.part")):
            shutil.rmtree(each)
        shutil.copytree(kept, settings.home)


def _whole(file: Path, tried: Path, home: dict[str, object]) -> str:
    """`new` if it brings a home back as it is."""
    other = settings_of(tried)
    restoring.restore(other, file, Allowed())
    found = held(other.home) == home
    shutil.rmtree(tried)
    return "new" if found else "broken"


def _killed_at(step: int, call: Callable[[], object]) -> bool:
    """Call it in a process that is killed before that step; whether it ended before."""
    child = os.fork()
    if not child:
        left = step

        def hook(event: str, _: object) -> None:
            nonlocal left
            if event in _STEPS:
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        sys.addaudithook(hook)
        call()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert status == 0, "it failed"
    return True


def _say(ended: bool, **found: object) -> None:
    print(json.dumps({"ended": ended} | found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
