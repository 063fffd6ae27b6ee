"""The cache folder, which may be deleted at any time: where it cannot be used, we go on without."""

from __future__ import annotations

import atexit
import functools
import hashlib
import logging
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lookalike import files
from lookalike.config import NOWHERE, Settings

_LOG = logging.getLogger("lookalike")
# Bytes of the digest that a file of the cache begins with.
_SEAL = 32


def usable(settings: Settings) -> Settings:
    """The same, with a cache that can be written.

    Where the one that is set cannot, it is a private folder that is deleted with the end of this
    process, which is said once. Processes that this one starts are to be told these settings.
    """
    error = _obstacle(settings.cache)
    if error is None:
        return settings
    say_unusable(settings.cache, error)
    try:
        folder = Path(tempfile.mkdtemp(prefix="lookalike-"))
    except OSError:
        return settings
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _end_orderly()
    return replace(settings, cache=folder)


def _end_orderly() -> None:
    """What is registered for the end of a process is not called where a signal ends it."""
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def kept(path: Path, cache: Path, make: Callable[[], bytes]) -> bytes:
    """What a file of the cache holds; made now where it is not there, or not what was written.

    Its first bytes are a digest of the rest: a network of which one number has changed still runs,
    and takes one person for another.
    """
    found = _unsealed(path)
    if found is None:
        found = make()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with files.replacing(path, synced=True) as file:
                file.write(_digest(found))
                file.write(found)
        except OSError as error:
            say_unusable(cache, error)
    return found


def _unsealed(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            seal, found = file.read(_SEAL), file.read()
    except OSError:
        # One of another user's may be there and not be for us to read.
        return None
    return found if seal == _digest(found) else None


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_SEAL).digest()


def say_unusable(cache: Path, error: OSError) -> None:
    """Warn of a cache that cannot be written, once."""
    _say(str(cache), error.strerror or str(error))


@functools.cache
def _say(cache: str, why: str) -> None:
    which = f"The cache {cache} cannot be used ({why})"
    if cache == str(NOWHERE):
        which = "This user has no home folder, and so no cache"
    _LOG.warning("%s: starts take longer. Set LOOKALIKE_CACHE to another folder.", which)


def _obstacle(cache: Path) -> OSError | None:
    """Of the folder or of one in it, which another user may have made."""
    try:
        inside = [each for each in cache.iterdir() if each.is_dir()]
    except OSError:
        inside = []
    return next((found for each in (cache, *inside) if (found := files.obstacle(each))), None)
