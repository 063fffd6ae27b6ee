"""kill -9 at every step of a backup and of a restore: all is as it was, or as it was to be."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.support import ROOT
from tests.support.processes import finished, started


def kills(what: str, folder: Path) -> list[dict[str, Any]]:
    """What each of them left, and what the last call did, which nobody killed."""
    with started(
        [sys.executable, "-m", "tests.backup.killed", what, str(folder)], cwd=ROOT
    ) as process:
        out, _ = finished(process)
    *found, last = [json.loads(line) for line in out.splitlines()]
    assert last.pop("ended")
    assert not any(each.pop("ended") for each in found)
    assert len(found) > 20
    return [*found, last]


def test_a_killed_backup_leaves_the_one_before_or_is_whole(tmp_path: Path) -> None:
    found = kills("make", tmp_path)
    assert all(each["home"] for each in found), "the home is as it was"
    files = [each["file"] for each in found]
    changed = files.index("new")
    assert files == ["old"] * changed + ["new"] * (len(files) - changed)
    assert changed > 20


def test_a_killed_restore_leaves_the_home_or_is_whole(tmp_path: Path) -> None:
    found = kills("restore", tmp_path)
    homes = [each["home"] for each in found]
    changed = homes.index("new")
    assert homes == ["old"] * changed + ["new"] * (len(homes) - changed)
    assert changed > 20
    for each in found:
        # Both are there, whichever is which; or nothing was moved.
        assert each["before"] == ["old"] or each["home"] == "old"
        assert each["before"] in ([], ["old"], ["new"])
