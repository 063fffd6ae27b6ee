"""Adds a model: a folder is made beside the others, and takes its name when all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike import files
from lookalike.config import Settings
from lookalike.errors import Conflict, InvalidParameter, ModelDamaged, ModelRefused
from lookalike.faces.models import download, installed, model_file
from lookalike.faces.models.inspection import Inspection, inspect
from lookalike.faces.models.manifest import (
    RECOGNISER,
    Colour,
    Embedder,
    Entry,
    Finder,
    Layout,
    Model,
)

# What allows commercial use, by SPDX identifier.
_PERMISSIVE = (
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "MIT",
    "Unlicense",
    "Zlib",
)
_VERSION = 1
# How ArcFace's recognisers are fed, and how SCRFD's detectors (see recipes.py).
_MEAN, _STD, _DETECTOR_STD = 127.5, 127.5, 128.0
_SIZE = 112
# Of detectors with landmarks.
_OUTPUTS: dict[Layout, int] = {"yunet": 12, "scrfd": 9}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user says of a network; None: what its file says, else what ArcFace does."""

    kind: str = RECOGNISER
    licence: str = "not stated"
    commercial: bool = False
    size: int | None = None
    dimension: int | None = None
    colour: Colour | None = None
    mean: float | None = None
    std: float | None = None
    layout: Layout = "scrfd"

    @property
    def allows_commercial(self) -> bool:
        return self.commercial or self.licence in _PERMISSIVE


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file comes from: one of both.

    Attributes:
        sha256: what the file, or the member of the zip file, must have; empty: whatever it has.
        member: the file's name in a zip file; empty: its only network.
    """

    path: Path | None = None
    url: str = ""
    sha256: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Addition:
    """What is going to be added under a name.

    Attributes:
        entry: makes the manifest entry of the file once it is there; may raise ModelRefused, or
            InvalidParameter.
        colour_given: whether the user says in which order its colours are.
    """

    name: str
    source: Source
    licence: str
    commercial: bool
    entry: Callable[[Staged], Entry]
    colour_given: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is ours and has the sha256 it must, in a folder that nobody sees yet."""

    folder: Path
    network: Path
    sha256: str


def by_recipe(name: str, known: Entry) -> Addition:
    """Add what a recipe says."""
    of = known.model
    source = Source(url=of.url, sha256=of.sha256, member=of.member)
    return Addition(
        name,
        source,
        of.licence,
        of.commercial,
        lambda at: replace(known, model=_model(name, at, source, of.licence, of.commercial)),
    )


def by_wish(name: str, source: Source, wish: Wish) -> Addition:
    """Add what the user describes."""
    commercial = wish.allows_commercial

    def entry(at: Staged) -> Entry:
        model = _model(name, at, source, wish.licence, commercial)
        return _of_wish(wish, model, at.network)

    return Addition(name, source, wish.licence, commercial, entry, wish.colour is not None)


@contextmanager
def staged(
    settings: Settings, addition: Addition, advance: download.Advance = lambda *_: None
) -> Iterator[Staged]:
    """Fetch the file of a model to add; what is not `kept` is deleted with the context.

    Raises:
        InvalidParameter: the name or the address is not one that is allowed.
        Conflict: there is a model of that name.
        ModelUnavailable: the file cannot be had, or is too large.
        ModelDamaged: it is not the file with that sha256, or its zip file is broken.
    """
    installed.check_free(settings, addition.name)
    source = addition.source
    if source.url:
        download.check_address(source.url)
    with files.staging(installed.made(settings) / addition.name) as folder:
        network = _fetched(source, folder, advance)
        digest = download.sha256(network)
        if source.sha256 and digest != source.sha256.lower():
            raise ModelDamaged(
                f"{source.path or source.url} has sha256 {digest}, but must have "
                f"{source.sha256.lower()}; nothing was added."
            )
        yield Staged(folder, network, digest)


def kept(settings: Settings, entry: Entry, at: Staged) -> None:
    """Put a staged model beside the others.

    Raises:
        Conflict: another process added one of that name meanwhile.
    """
    (at.folder / model_file.FILE).write_text(model_file.written(entry), "utf-8")
    target = installed.folder(settings) / entry.model.name
    try:
        # A folder with a calibration of a model that was removed by hand, say, is not replaced.
        files.move(at.folder, target)
    except OSError as error:
        raise Conflict(f"{target} is there already ({error}).") from error


def _fetched(source: Source, folder: Path, advance: download.Advance) -> Path:
    network, loaded = folder / model_file.NETWORK, folder / "loaded"
    if source.path:
        download.copy(source.path, loaded)
    elif source.url:
        download.download(source.url, loaded, advance)
    else:
        raise InvalidParameter("A model comes from a file or an address; neither was given.")
    if _is_zip(loaded):
        download.unpack(loaded, source.member, network)
        loaded.unlink()
    else:
        loaded.rename(network)
    return network


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _model(name: str, at: Staged, source: Source, licence: str, commercial: bool) -> Model:
    return Model(
        name=name,
        file=model_file.NETWORK,
        package="",
        url=source.url,
        sha256=at.sha256,
        licence=licence,
        commercial=commercial,
        path=str(at.network),
    )


def _of_wish(wish: Wish, model: Model, network: Path) -> Entry:
    """The entry of a network that the user describes, as far as its file does not."""
    found = inspect(network)
    made = _embedder(wish, model, found) if wish.kind == RECOGNISER else _finder(wish, model, found)
    model_file.check(made)
    return made


def _embedder(wish: Wish, model: Model, found: Inspection) -> Embedder:
    size = wish.size or found.side or _SIZE
    if found.side not in (None, size):
        raise ModelRefused(f"It takes {found.side} x {found.side} pixels, not {size} x {size}.")
    _check_outputs(len(found.outputs), 1, RECOGNISER)
    dimension = wish.dimension or found.outputs[0]
    if dimension is None:
        raise ModelRefused("Its file does not say the length of its vectors; --dimension does.")
    if found.outputs[0] not in (None, dimension):
        raise ModelRefused(f"Its vectors have {found.outputs[0]} numbers, not {dimension}.")
    mean, std = (0.0, 1.0) if found.normalises else (_MEAN, _STD)
    return Embedder(
        model,
        size=size,
        dimension=dimension,
        preprocessing=_VERSION,
        colour=wish.colour or "rgb",
        mean=mean if wish.mean is None else wish.mean,
        std=std if wish.std is None else wish.std,
    )


def _check_outputs(count: int, expected: int, what: str) -> None:
    if count != expected:
        raise ModelRefused(f"Outputs: {count}; a {what} has {expected}.")


def _finder(wish: Wish, model: Model, found: Inspection) -> Finder:
    _check_outputs(len(found.outputs), _OUTPUTS[wish.layout], f"{wish.layout} detector")
    plain = wish.layout == "yunet"
    mean, std = (0.0, 1.0) if plain else (_MEAN, _DETECTOR_STD)
    return Finder(
        model,
        layout=wish.layout,
        colour=wish.colour or ("bgr" if plain else "rgb"),
        mean=mean if wish.mean is None else wish.mean,
        std=std if wish.std is None else wish.std,
    )
