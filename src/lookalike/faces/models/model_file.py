"""`model.json`: the manifest entry of a model that was added, as a file.

It lies beside the network in a folder that is called what the model is called.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

from lookalike.errors import InvalidParameter, ModelDamaged
from lookalike.faces.models.manifest import (
    DETECTOR,
    RECOGNISER,
    Colour,
    Embedder,
    Entry,
    Finder,
    Layout,
    Model,
)

FILE, NETWORK, CALIBRATION = "model.json", "model.onnx", "calibration.json"
_FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OF_KIND = {
    RECOGNISER: ("contract", "template", "size", "dimension", "preprocessing"),
    DETECTOR: ("layout",),
}
# What a sane crop and embedding have.
_SIZES, _DIMENSIONS = range(32, 513), range(16, 4097)


def check_name(name: str) -> None:
    """
    Raises:
        InvalidParameter: no model can be called that.
    """
    if not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"A model cannot be called {name!r}: at most 40 of a-z, 0-9, - and _, and the first "
            "is a letter or a digit."
        )


def written(entry: Entry) -> str:
    """The entry as JSON; `read` is the way back."""
    model = entry.model
    stated: dict[str, Any] = {
        "format": _FORMAT,
        "kind": entry.kind,
        **{name: getattr(model, name) for name in ("name", "file", "sha256", "licence")},
        "commercial": model.commercial,
        "source": model.url,
        **{name: getattr(entry, name) for name in (*_OF_KIND[entry.kind], "colour", "mean", "std")},
    }
    return json.dumps(stated, ensure_ascii=False, indent=2) + "\n"


def read(folder: Path) -> Entry:
    """The entry of a model by its folder.

    Raises:
        ModelDamaged: its `model.json` is missing or not as it was written.
    """
    path = folder / FILE
    try:
        stated = json.loads(path.read_text("utf-8"))
        entry = _parsed(stated, folder)
        check(entry)
    except (OSError, ValueError, KeyError, TypeError, InvalidParameter) as error:
        raise ModelDamaged(
            f"{path} is not what `lookalike models add` wrote ({_why(error)}). `lookalike "
            f"models remove {folder.name}` removes it; add it again."
        ) from error
    if isinstance(entry, Embedder) and stated["contract"] != entry.contract:
        raise ModelDamaged(
            f"{path} was changed by hand: with these settings its vectors are of "
            f"{entry.contract}, not {stated['contract']}. Add it under another name instead."
        )
    return entry


def check(entry: Entry) -> None:
    """
    Raises:
        InvalidParameter: a value is outside what is allowed.
    """
    check_name(entry.model.name)
    _among("colour", entry.colour, get_args(Colour))
    if not entry.std > 0:
        raise InvalidParameter(f"std: {entry.std}; it must be above 0.")
    if isinstance(entry, Finder):
        _among("layout", entry.layout, get_args(Layout))
        return
    _among("template", entry.template, ("arcface",))
    _within("size", entry.size, _SIZES)
    _within("dimension", entry.dimension, _DIMENSIONS)


def _parsed(stated: Any, folder: Path) -> Entry:
    _among("format", stated["format"], (_FORMAT,))
    _among("kind", stated["kind"], tuple(_OF_KIND))
    _among("name", stated["name"], (folder.name,))
    _among("file", stated["file"], (NETWORK,))
    model = Model(
        name=stated["name"],
        file=stated["file"],
        package="",
        url=stated["source"],
        sha256=stated["sha256"],
        licence=stated["licence"],
        commercial=stated["commercial"],
        path=str(folder / NETWORK),
    )
    fed = {name: stated[name] for name in ("colour", "mean", "std")}
    if stated["kind"] == DETECTOR:
        return Finder(model, layout=stated["layout"], **fed)
    own = {name: stated[name] for name in ("size", "dimension", "preprocessing", "template")}
    return Embedder(model, **own, **fed)


def _among(what: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise InvalidParameter(f"{what}: {value!r}; allowed: {', '.join(map(str, allowed))}.")


def _within(what: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise InvalidParameter(f"{what}: {value}; allowed: {allowed[0]} to {allowed[-1]}.")


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
