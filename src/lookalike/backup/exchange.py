"""Two folders that change places in one step, where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

# Of <linux/fs.h>, <fcntl.h> and macOS's <stdio.h>.
_RENAME_EXCHANGE, _AT_FDCWD, _RENAME_SWAP = 2, -100, 2
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def exchange(one: Path, other: Path) -> None:
    """Let two folders of one file system change places.

    Where system and file system know no step for that it takes three: killed in between, `other`
    is away, and both lie whole beside it.

    Raises:
        OSError: they cannot be moved; both are where they were.
    """
    code = _at_once(os.fsencode(one), os.fsencode(other))
    if code in _UNKNOWN:
        _in_steps(one, other)
    elif code:
        raise OSError(code, os.strerror(code), str(other))


def _in_steps(one: Path, other: Path) -> None:
    aside = one.with_name(f"{one.name}.old")
    other.rename(aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    aside.rename(one)


def _at_once(one: bytes, other: bytes) -> int:
    """What went wrong, as its `errno`, or 0."""
    if os.name != "posix":
        return errno.ENOSYS
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(one, other, _RENAME_SWAP)
    else:
        return errno.ENOSYS
    return ctypes.get_errno() if failed else 0
