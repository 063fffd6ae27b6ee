"""Only the calls of the system that a unit of systemd allows, and nobody's rights, for a process.

`systemd-analyze` says which calls its sets are of, and libseccomp, which is there with systemd, has
the kernel refuse all others.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

# Of <seccomp.h>: refuse with EPERM, let it be.
_REFUSE, _ALLOW = 0x0005_0001, 0x7FFF_0000
_UNKNOWN = -1


def unit(path: Path) -> list[tuple[str, str]]:
    """The settings of a unit in their order; a name may come several times."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return [(name, value) for name, _, value in pairs]


def allowed(filters: Sequence[str]) -> frozenset[str]:
    """The calls that the values of `SystemCallFilter=` leave, one after the other."""
    sets = _sets()
    found: frozenset[str] = frozenset()
    for each in filters:
        names = each.removeprefix("~").split()
        calls = frozenset(call for name in names for call in _expanded(name, sets))
        found = found - calls if each.startswith("~") else found | calls
    return found


def entering(calls: frozenset[str], user: int | None) -> Callable[[], None]:
    """What a new process does before its program: becomes a user, and gives up other calls."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    numbers = [library.seccomp_syscall_resolve_name(each.encode()) for each in calls]
    rules = [each for each in numbers if each != _UNKNOWN]

    def enter() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        made = ctypes.c_void_p(library.seccomp_init(_REFUSE))
        for number in rules:
            library.seccomp_rule_add(made, _ALLOW, number, 0)
        if library.seccomp_load(made):
            os._exit(99)

    return enter


def _sets() -> Mapping[str, list[str]]:
    said = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, list[str]] = {}
    for line in said.stdout.splitlines():
        name = line.strip()
        if line.startswith("@"):
            found[name] = members = []
        elif name and not name.startswith("#"):
            members.append(name)
    return found


def _expanded(name: str, sets: Mapping[str, list[str]]) -> Iterator[str]:
    if name.startswith("@"):
        for each in sets[name]:
            yield from _expanded(each, sets)
    else:
        yield name
