"""Machines where the cache or the home is missing, full, or somebody else's.

Root may write anywhere: a file where a folder should be stands for what cannot be written, and a
user whom the system does not know, whom only root can become, for the rest.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike import cache, config
from lookalike.config import NOWHERE, Settings
from lookalike.errors import InvalidParameter
from tests.support import PATIENCE_S
from tests.support.processes import LOOKALIKE, started

Done = subprocess.CompletedProcess[str]
NOBODY = 54_321


@pytest.fixture
def folder(photos: Mapping[str, bytes]) -> Iterator[Path]:
    """One that every user can look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made)
        path.chmod(0o755)
        (path / "obama.jpg").write_bytes(photos["obama.jpg"])
        (path / "file").write_text("where a folder should be")
        yield path


def run(
    folder: Path,
    own: Mapping[str, str],
    *args: str,
    before: Callable[[], None] | None = None,
) -> Done:
    """Run `lookalike` in a folder, with these variables and without HOME and settings of ours."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LOOKALIKE_", "XDG_", "HOME"))}
    return subprocess.run(
        [LOOKALIKE, *args],
        env={**env, **own},
        cwd=folder,
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def found(done: Done, warning: str | None) -> None:
    """The starter gallery was searched, with one warning or none."""
    assert done.returncode == 0, done.stderr
    assert "Barack Obama" in done.stdout
    assert len(done.stderr.splitlines()) == (warning is not None), done.stderr
    assert (warning or "") in done.stderr


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_find_needs_neither_home_nor_cache(folder: Path, runtime: str) -> None:
    nowhere = str(folder / "file" / "inside")
    own = {"LOOKALIKE_HOME": nowhere, "LOOKALIKE_CACHE": nowhere, "LOOKALIKE_RUNTIME": runtime}
    done = run(folder, own, "find", "obama.jpg", "--limit", "1", "--json")
    found(done, f"The cache {nowhere} cannot be used (Not a directory)")
    assert "Set LOOKALIKE_CACHE to another folder." in done.stderr
    assert sorted(each.name for each in folder.iterdir()) == ["file", "obama.jpg"]


def test_reading_makes_no_database(folder: Path, settings: Settings) -> None:
    own = {"LOOKALIKE_HOME": str(folder / "home"), "LOOKALIKE_CACHE": str(settings.cache)}
    for args in (("find", "obama.jpg", "--limit", "1"), ("gallery", "show", "Q76")):
        found(run(folder, own, *args), None)
    assert run(folder, own, "gallery", "migrate").returncode == 0
    assert not (folder / "home").exists()


def test_a_home_that_cannot_be_written_is_one_line_with_its_setting(
    folder: Path, settings: Settings
) -> None:
    home = str(folder / "file" / "home")
    own = {"LOOKALIKE_HOME": home, "LOOKALIKE_CACHE": str(settings.cache)}
    for args in (
        ("gallery", "add", "Somebody", "obama.jpg"),
        ("gallery", "create", "fans"),
        ("keys", "create"),
        ("models", "use", "sface-2021dec"),
        ("serve", "--port", "0"),
    ):
        done = run(folder, own, *args)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert home in line
        assert "LOOKALIKE_HOME" in line, line


@needs_root
def test_a_user_without_a_home(folder: Path) -> None:
    found(
        run(folder, {}, "find", "obama.jpg", "--limit", "1", before=nobody),
        "This user has no home folder, and so no cache",
    )
    done = run(folder, {}, "gallery", "create", "fans", before=nobody)
    assert done.returncode == 1
    _, line = done.stderr.splitlines()
    assert line.startswith("Error: This user has no home folder, so nothing can be kept")
    assert "Set LOOKALIKE_HOME" in line
    assert sorted(each.name for each in folder.iterdir()) == ["file", "obama.jpg"]


@needs_root
def test_a_cache_and_a_home_of_another_user(folder: Path) -> None:
    own = {"LOOKALIKE_HOME": str(folder / "home"), "LOOKALIKE_CACHE": str(folder / "cache")}
    assert run(folder, own, "gallery", "add", "Somebody Else", "obama.jpg").returncode == 0
    # What is made is for its owner alone, who may share it.
    home = folder / "home"
    made = {each.name: each.stat().st_mode & 0o777 for each in (home, *home.glob("*.sqlite3"))}
    assert made == {"home": 0o700, "lookalike.sqlite3": 0o600}
    home.chmod(0o755)
    for each in home.iterdir():
        each.chmod(0o644)
    before = sorted(folder.rglob("*"))
    args = ("find", "obama.jpg", "--limit", "2")
    done = run(folder, own, *args, before=nobody)
    found(done, f"The cache {folder / 'cache'} cannot be used (Permission denied)")
    assert "Somebody Else" in done.stdout
    refused = run(folder, own, "gallery", "create", "fans", before=nobody)
    assert refused.returncode == 1
    assert "attempt to write a readonly database" in refused.stderr
    assert "set LOOKALIKE_HOME to another folder" in refused.stderr
    # Root has not closed the cache, and what is in it is for root alone.
    (folder / "cache").chmod(0o777)
    for path in (folder / "cache").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    found(run(folder, own, *args, before=nobody), "cannot be used (Permission denied)")
    assert sorted(folder.rglob("*")) == before


@needs_root
def test_a_home_that_cannot_be_looked_into_is_warned_of(folder: Path) -> None:
    (folder / "private").mkdir(mode=0o700)
    own = {"HOME": str(folder / "private"), "LOOKALIKE_CACHE": str(folder / "cache")}
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)
    done = run(folder, own, "find", "obama.jpg", "--limit", "1", before=nobody)
    found(done, "so no gallery of your own is searched. Set LOOKALIKE_HOME")


def full() -> None:
    """No file can be longer than this, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_full_disk_is_gone_on_without(folder: Path, runtime: str) -> None:
    own = {
        "LOOKALIKE_HOME": str(folder / "home"),
        "LOOKALIKE_CACHE": str(folder / "cache"),
        "LOOKALIKE_RUNTIME": runtime,
    }
    done = run(folder, own, "find", "obama.jpg", "--limit", "1", before=full)
    found(done, f"The cache {folder / 'cache'} cannot be used (File too large)")
    found(run(folder, own, "find", "obama.jpg", "--limit", "1"), None)


def test_a_cache_that_can_be_used_is_used(tmp_path: Path, settings: Settings) -> None:
    chosen = replace(settings, cache=tmp_path / "cache")
    assert cache.usable(chosen) is chosen
    assert list(tmp_path.iterdir()) == []


def test_a_private_folder_is_gone_with_the_process(folder: Path) -> None:
    code = (
        "from lookalike import cache, config; "
        "made = cache.usable(config.load()).cache; (made / 'x').write_text('y'); "
        "print(made, oct(made.stat().st_mode & 0o777))"
    )
    env = os.environ | {"LOOKALIKE_CACHE": str(folder / "file")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    path, mode = done.stdout.split()
    assert mode == "0o700"
    assert not Path(path).exists()
    assert len(done.stderr.splitlines()) == 1


def test_a_server_that_is_ended_leaves_nothing_behind(folder: Path) -> None:
    (folder / "temporary").mkdir()
    own = {
        "LOOKALIKE_HOME": str(folder / "home"),
        "LOOKALIKE_CACHE": str(folder / "file"),
        "TMPDIR": str(folder / "temporary"),
    }
    log = folder / "log"
    with started([LOOKALIKE, "serve", "--port", "0"], env={**os.environ, **own}, log=log) as server:
        deadline = time.monotonic() + PATIENCE_S
        while "Uvicorn running" not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (cached,) = (folder / "temporary").glob("lookalike-*")
        assert (cached / "models").is_dir()
        server.terminate()
        server.wait(PATIENCE_S)
    assert log.read_text().count("cannot be used (Not a directory)") == 1
    assert not cached.exists()


def test_settings_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setattr("pwd.getpwuid", _unknown)
    loaded = config.load({})
    assert (loaded.home, loaded.cache) == (NOWHERE, NOWHERE)
    with pytest.raises(InvalidParameter, match="LOOKALIKE_HOME is '~/x', and there is no such"):
        config.load({"LOOKALIKE_HOME": "~/x"})
    assert config.load({"LOOKALIKE_HOME": ""}).home == NOWHERE


def _unknown(user: int) -> None:
    raise KeyError(f"getpwuid(): uid not found: {user}")
