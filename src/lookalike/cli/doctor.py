"""`lookalike doctor`: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import platform
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from lookalike import files
from lookalike.cli.context import opened_gallery, pass_settings
from lookalike.cli.terminal import json_option, print_json
from lookalike.config import NOWHERE
from lookalike.errors import LookalikeError

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.faces.models.network import Library

# `limited`: photos are answered, and something else is amiss.
State = Literal["works", "limited", "broken"]

_PACKAGES = ("openvino", "onnxruntime", "numpy", "faiss-cpu", "sqlalchemy", "botocore")
_NETWORK = "https://commons.wikimedia.org/"
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Condition:
    """
    Attributes:
        said: what was found; where it does not work, also what to do.
    """

    name: str
    state: State
    said: str


@click.command()
@json_option("Print the checks as JSON.")
@pass_settings
def doctor(settings: Settings, as_json: bool) -> None:
    """Say what works on this machine, and what to do about the rest.

    Tries models, runtime, cache, home, database and network, and changes nothing but the cache.
    Ends with exit code 1 if photos cannot be answered, else 0.
    """
    found = []
    for each in _checks(settings):
        found.append(each)
        if not as_json:
            _print(each)
    if as_json:
        print_json(found)
    if any(each.state == "broken" for each in found):
        raise click.exceptions.Exit(1)


def _print(check: Condition) -> None:
    begun = f"{check.state:8} {check.name:9} "
    width = max(shutil.get_terminal_size().columns, 2 * len(begun))
    lines = textwrap.fill(
        check.said,
        width,
        initial_indent=begun,
        subsequent_indent=" " * len(begun),
        # Paths and addresses stay whole, to be copied.
        break_long_words=False,
        break_on_hyphens=False,
    )
    click.echo(lines)


def _checks(settings: Settings) -> Iterator[Condition]:
    yield Condition("versions", "works", _versions())
    yield Condition("extras", "works", _extras())
    yield _tried("models", lambda: _models(settings))
    yield _order(settings)
    yield _tried("runtime", lambda: _runtime(settings))
    configured: Settings = click.get_current_context().find_root().obj
    advice = "What is prepared is made anew at each start. Set LOOKALIKE_CACHE to another folder."
    yield _folder("cache", configured.cache, advice)
    yield _home(settings)
    yield _tried("database", lambda: _database(settings))
    yield _network(settings)


def _tried(name: str, attempt: Callable[[], str]) -> Condition:
    try:
        return Condition(name, "works", attempt())
    except LookalikeError as error:
        return Condition(name, "broken", str(error))
    # Whatever a library raises is what this command is asked about.
    except Exception as error:
        return Condition(name, "broken", f"{type(error).__name__}: {error}")


def _versions() -> str:
    installed = (f"{each} {_version(each)}" for each in _PACKAGES)
    return ", ".join(
        [
            f"lookalike {_version('lookalike')}",
            f"Python {platform.python_version()}",
            f"{sys.platform} {platform.machine()}",
            *installed,
        ]
    )


def _extras() -> str:
    """Those that are installed, and what the others are for."""
    from lookalike.extras import EXTRAS, there

    found = [name for name in EXTRAS if there(name)]
    others = [f"{name} ({each.purpose})" for name, each in EXTRAS.items() if name not in found]
    said = f"installed: {', '.join(found) or 'none'}"
    return f"{said}; not: {', '.join(others)}" if others else said


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "is not installed"


def _models(settings: Settings) -> str:
    from lookalike.faces.models import installed
    from lookalike.faces.models.manifest import Folders, read

    used = installed.required(settings)
    for each in used:
        read(each, Folders.of(settings))
    *others, last = (each.name for each in used)
    return f"{', '.join(others)} and {last} have the sha256 they are published with"


def _order(settings: Settings) -> Condition:
    """Of the page's look-alikes."""
    from lookalike.faces.models.manifest import LITE0, Folders, found, read

    if settings.order == "identity":
        return Condition("order", "works", "by the face alone: LOOKALIKE_ORDER is identity")
    folders, name = Folders.of(settings), LITE0.model.name
    if found(LITE0.model, folders) is None:
        said = f"by the face alone: {name}, which sees shape and hair, is not there. Run "
        return Condition("order", "limited", f"{said}`lookalike models fetch`, and start anew.")
    try:
        read(LITE0.model, folders)
    except LookalikeError as error:
        return Condition("order", "limited", f"by the face alone. {error}")
    return Condition("order", "works", f"by the whole look, which {name} sees")


def _runtime(settings: Settings) -> str:
    from lookalike.faces.analyzer import Analyzer
    from lookalike.faces.models.manifest import MESH

    started = time.perf_counter()
    analyzer = Analyzer(settings)
    analyzer.warm()
    took = time.perf_counter() - started
    used = (analyzer.finder, analyzer.embedder, MESH)
    how = (f"{each.model.name} in {_chosen(analyzer.runtime.library(each))}" for each in used)
    return f"opened in {took:.1f} seconds: {', '.join(how)}"


def _chosen(library: Library) -> str:
    """What computes a network, and how long others took when it was chosen."""
    times = (f"{name} {each:.1f} ms" for name, each in library.times.items())
    return f"{library} ({'; '.join(times)})" if library.times else str(library)


def _home(settings: Settings) -> Condition:
    advice = "People cannot be added. Set LOOKALIKE_HOME to another folder."
    if settings.database:
        advice = "Set LOOKALIKE_HOME to another folder."
    return _folder("home", settings.home, advice)


def _folder(name: str, folder: Path, advice: str) -> Condition:
    error = files.obstacle(folder)
    if folder == NOWHERE:
        return Condition(name, "limited", f"This user has no home folder. {advice}")
    if error is not None:
        return Condition(
            name, "limited", f"{folder} cannot be written ({error.strerror}). {advice}"
        )
    if not folder.is_dir():
        return Condition(name, "works", f"{folder} will be made when it is needed")
    free = shutil.disk_usage(folder).free / 1e9
    return Condition(name, "works", f"{folder}, {free:.1f} GB free")


def _database(settings: Settings) -> str:
    with opened_gallery(settings) as gallery:
        there = gallery.collections()
    own = [each for each in there if not each.read_only]
    people = sum(each.people for each in own)
    shipped = sum(each.people for each in there) - people
    kind = "PostgreSQL" if settings.database else "SQLite"
    return f"{kind}: {people} people in {len(own)} collections; {shipped} in the starter gallery"


def _network(settings: Settings) -> Condition:
    if settings.portraits == "off":
        return Condition("network", "works", "is not needed: LOOKALIKE_PORTRAITS is off")
    import httpx

    try:
        httpx.head(_NETWORK, timeout=_PATIENCE_S)
    except (httpx.HTTPError, OSError) as error:
        said = f"{_NETWORK} does not answer ({error}). Portraits of the starter gallery are missing"
        return Condition(
            "network", "limited", f"{said}; LOOKALIKE_PORTRAITS=off ends asking for them."
        )
    return Condition("network", "works", f"{_NETWORK} answers")
