"""Which files of every dependency are published, as they were found, and where those install.

python -m release.wheels      asks the package index that pip asks, and writes wheels.json

What was found is kept, so that tests and pages need no network. Needs uv, of release/tools.txt.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.parser import HeaderParser
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any

from release.locks import ROOT, Pin, locked

FILE = Path(__file__).parent / "wheels.json"
# A page of the index as JSON (PEP 691).
_JSON = "application/vnd.pypi.simple.v1+json"
# What no release is made with.
_OURS = "dev"


@dataclass(frozen=True, slots=True)
class Package:
    """
    Attributes:
        marker: on which platforms and Pythons it is installed; empty: on all.
        extras: that bring it; none: the base does.
        python: the versions of Python that it says it is for.
        files: names of wheels, and of the source if that is published.
    """

    name: str
    version: str
    marker: str
    extras: tuple[str, ...]
    python: str
    licence: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """
    Attributes:
        asked: the day of it.
    """

    asked: str
    packages: tuple[Package, ...]


def recorded() -> Published:
    """What was found when the index was last asked."""
    told = json.loads(FILE.read_text("utf-8"))
    return Published(told["asked"], tuple(_package(each) for each in told["packages"]))


def _package(told: Mapping[str, Any]) -> Package:
    lists = {name: tuple(told[name]) for name in ("extras", "files")}
    return Package(**{**told, **lists})


def record() -> None:
    """Ask, and keep the answers."""
    index = _index()
    packages = [_asked(index, pin, extras) for pin, extras in _pins()]
    today = datetime.now(UTC).date().isoformat()
    told = {"asked": today, "packages": [asdict(each) for each in packages]}
    FILE.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _pins() -> Iterator[tuple[Pin, tuple[str, ...]]]:
    """Each dependency, and the extras that bring it unless the base does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    base = locked(())
    brought: dict[Pin, list[str]] = {}
    for extra in sorted(set(project["optional-dependencies"]) - {_OURS}):
        known = {(each.name, each.version) for each in base}
        for pin in locked([extra]):
            if (pin.name, pin.version) not in known:
                brought.setdefault(pin, []).append(extra)
    for pin in sorted({*base, *brought}, key=lambda each: (each.name, each.version)):
        yield pin, tuple(brought.get(pin, ()))


def _index() -> str:
    """The address of the index that pip asks."""
    from pip._internal.models.index import PyPI

    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or PyPI.simple_url


def _asked(index: str, pin: Pin, extras: tuple[str, ...]) -> Package:
    request = urllib.request.Request(f"{index}/{pin.name}/", headers={"Accept": _JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page = json.load(answer)
    files = [each for each in page["files"] if _version(each["filename"]) == pin.version]
    if not files:
        raise SystemExit(f"The index has no files of {pin.name} {pin.version}.")
    python = next((each["requires-python"] for each in files if each.get("requires-python")), "")
    names = sorted(each["filename"] for each in files)
    licence = _licence(pin, files)
    return Package(pin.name, pin.version, pin.marker, extras, python, licence, tuple(names))


def _version(file: str) -> str:
    """That of a file, by its name."""
    if file.endswith(".whl"):
        return file.split("-")[1]
    return file.rpartition("-")[2].removesuffix(".tar.gz").removesuffix(".zip")


def _licence(pin: Pin, files: Sequence[Mapping[str, Any]]) -> str:
    """As the package states it: of what is installed here, else out of one of its wheels."""
    try:
        if metadata.version(pin.name) == pin.version:
            return licence_of(metadata.metadata(pin.name))
    except metadata.PackageNotFoundError:
        pass
    url = next(each["url"] for each in files if each["filename"].endswith(".whl"))
    with urllib.request.urlopen(url, timeout=60) as answer:
        wheel = zipfile.ZipFile(BytesIO(answer.read()))
    name = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
    return licence_of(HeaderParser().parsestr(wheel.read(name).decode()))


# What the licences of some packages are called that state them in words of their own or in
# classifiers alone, as SPDX has it.
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache-2.0 license": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "OSI Approved :: Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# The longest words that are a name and not the text of a licence.
_LONGEST = 60


def licence_of(facts: Any) -> str:
    """The licence that metadata states: as an expression, in words, or by classifiers.

    Args:
        facts: of a package, as headers.
    """
    stated = [facts.get("License-Expression"), facts.get("License"), *_classified(facts)]
    for each in stated:
        if each and len(each) <= _LONGEST and each != "UNKNOWN":
            return _SPDX.get(each, str(each))
    raise SystemExit(f"{facts['Name']} states no licence.")


def _classified(facts: Any) -> Iterable[str]:
    classifiers: list[str] = facts.get_all("Classifier") or []
    found = (re.fullmatch(r"License :: (?:OSI Approved :: )?(.+)", each) for each in classifiers)
    return (each[1] for each in found if each)


if __name__ == "__main__":
    record()
