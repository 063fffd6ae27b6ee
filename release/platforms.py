"""Where the project installs: which dependencies have no wheel for a platform and a Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging import tags
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import parse_wheel_filename

from release.wheels import Package, Published

PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True, slots=True)
class Platform:
    """
    Attributes:
        name: for people.
        tags: what wheels for it are marked with, the most demanding first.
        system, machine, os: as markers call them.
    """

    name: str
    tags: tuple[str, ...]
    system: str
    machine: str
    os: str = "posix"


def _linux(machine: str, glibc: int) -> tuple[str, ...]:
    """Wheels of manylinux that run with a glibc 2.x (PEP 600), and their older names."""
    older = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    found = [f"manylinux_2_{minor}_{machine}" for minor in range(glibc, 4, -1)]
    return (*found, *(f"{name}_{machine}" for name in older.values()), f"linux_{machine}")


PLATFORMS = (
    # Debian 12 has glibc 2.36, Ubuntu 22.04 2.35.
    Platform("Linux, x86-64", _linux("x86_64", 35), "linux", "x86_64"),
    Platform("Linux, arm64", _linux("aarch64", 35), "linux", "aarch64"),
    # macOS 15 is the oldest that Apple still mends, and the last but one for Intel's processors.
    Platform("macOS 15, arm64", tuple(tags.mac_platforms((15, 0), "arm64")), "darwin", "arm64"),
    Platform("macOS 15, Intel", tuple(tags.mac_platforms((15, 0), "x86_64")), "darwin", "x86_64"),
    Platform("Windows, x86-64", ("win_amd64",), "win32", "AMD64", "nt"),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A dependency that does not install.

    Attributes:
        source: whether its source is published, so that it could be built there.
    """

    name: str
    version: str
    extras: tuple[str, ...]
    source: bool


def gaps(published: Published, platform: Platform, python: str) -> tuple[Gap, ...]:
    """What does not install as it is published, of the base and of every extra."""
    return tuple(_gaps(published.packages, platform, python))


def _gaps(packages: Iterable[Package], platform: Platform, python: str) -> Iterator[Gap]:
    environment, fitting = _environment(platform, python), _fitting(platform, python)
    for each in packages:
        if each.marker and not Marker(each.marker).evaluate(environment):
            continue
        if not (_runs(each, python) and any(_fits(file, fitting) for file in each.files)):
            source = any(not file.endswith(".whl") for file in each.files)
            yield Gap(each.name, each.version, each.extras, source)


def _runs(package: Package, python: str) -> bool:
    return SpecifierSet(package.python).contains(f"{python}.0")


def _fits(file: str, fitting: frozenset[tags.Tag]) -> bool:
    return file.endswith(".whl") and not fitting.isdisjoint(parse_wheel_filename(file)[3])


def _fitting(platform: Platform, python: str) -> frozenset[tags.Tag]:
    """The tags of wheels that install."""
    major, minor = map(int, python.split("."))
    version: Sequence[int] = (major, minor)
    interpreter, platforms = f"cp{major}{minor}", platform.tags
    return frozenset(
        (
            *tags.cpython_tags(version, platforms=platforms),
            *tags.compatible_tags(version, interpreter, platforms),
        )
    )


def _environment(platform: Platform, python: str) -> Mapping[str, str]:
    return {
        "implementation_name": "cpython",
        "os_name": platform.os,
        "platform_machine": platform.machine,
        "platform_python_implementation": "CPython",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": platform.system,
    }
