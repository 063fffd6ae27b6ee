"""Which networks there are, and which of them is used.

Models that were added lie below `LOOKALIKE_HOME` in `models/<name>/`. A network is used if
`LOOKALIKE_MODEL` or `LOOKALIKE_DETECTOR` names it, else if `lookalike models use` chose it, else if
it ships.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from lookalike import extras, files
from lookalike.config import PREFIX, Settings
from lookalike.errors import Conflict, InvalidParameter, ModelDamaged, ModelUnavailable
from lookalike.faces.models import model_file
from lookalike.faces.models.manifest import (
    MESH,
    RECOGNISER,
    SFACE,
    SHIPPED,
    YUNET,
    Embedder,
    Entry,
    Finder,
    Folders,
    Model,
    read,
)

_CHOICE = "chosen.json"
_SHIPPED = {each.model.name: each for each in SHIPPED}


def folder(settings: Settings) -> Path:
    """Where models that were added lie."""
    return settings.home / "models"


def made(settings: Settings) -> Path:
    """The same, which is there now.

    Raises:
        ModelUnavailable: it cannot be written.
    """
    found = folder(settings)
    error = files.obstacle(found)
    if error is not None:
        raise ModelUnavailable(
            f"{found} cannot be written ({error.strerror}). Set LOOKALIKE_HOME to another folder."
        ) from error
    found.mkdir(parents=True, exist_ok=True)
    return found


def embedder(settings: Settings) -> Embedder:
    """The recogniser in use.

    Raises:
        ModelUnavailable: there is none of the name that was chosen, or it is a detector.
        ModelDamaged: its `model.json` is.
    """
    found = _chosen(settings, settings.model, SFACE)
    if not isinstance(found, Embedder):
        raise ModelUnavailable(f"{found.model.name} is a detector; LOOKALIKE_DETECTOR names those.")
    return found


def finder(settings: Settings) -> Finder:
    """The detector in use.

    Raises:
        ModelUnavailable: there is none of the name that was chosen, or it is a recogniser.
        ModelDamaged: its `model.json` is.
    """
    found = _chosen(settings, settings.detector, YUNET)
    if not isinstance(found, Finder):
        raise ModelUnavailable(f"{found.model.name} is a recogniser; LOOKALIKE_MODEL names those.")
    return found


def required(settings: Settings) -> tuple[Model, ...]:
    """The networks that vectors depend on: nothing starts without them.

    Raises:
        ModelUnavailable, ModelDamaged: see `embedder` and `finder`.
    """
    return finder(settings).model, embedder(settings).model, MESH.model


def check(settings: Settings) -> None:
    """See that these are there as they were published, and what is to compute them. Nothing is
    opened, which takes ten times as long; another device than the processor shows only then.

    Raises:
        ModelUnavailable, ModelDamaged: one of them is not.
        ExtraMissing: the library that was chosen is not installed.
    """
    if settings.runtime == "openvino" or settings.device == "gpu":
        extras.check("openvino")
    for each in required(settings):
        read(each, Folders.of(settings))


def entries(settings: Settings) -> tuple[Entry, ...]:
    """Those that ship, and those that were added, by name.

    Raises:
        ModelDamaged: the `model.json` of one is.
    """
    return tuple(entry(settings, each) for each in _names(settings))


def entry(settings: Settings, name: str) -> Entry:
    """One by name.

    Raises:
        ModelUnavailable: there is none.
        ModelDamaged: its `model.json` is.
    """
    _check_there(settings, name)
    own = folder(settings) / name
    found = _SHIPPED.get(name) or model_file.read(own)
    if isinstance(found, Embedder) and os.access(own / model_file.CALIBRATION, os.R_OK):
        return replace(found, calibration=str(own / model_file.CALIBRATION))
    return found


def calibration_file(settings: Settings, of: Embedder) -> Path:
    """Where a calibration of one's own is looked for, of a model that ships too."""
    return folder(settings) / of.model.name / model_file.CALIBRATION


def check_free(settings: Settings, name: str) -> None:
    """
    Raises:
        InvalidParameter: no model can be called that.
        Conflict: one is.
    """
    model_file.check_name(name)
    if name in _names(settings):
        raise Conflict(f"There is a model {name!r} already; remove it first, or choose a name.")


def use(settings: Settings, of: Entry) -> None:
    """Use it from the next start on, wherever the environment does not say otherwise."""
    chosen = _choice(settings) | {of.kind: of.model.name}
    files.write(made(settings) / _CHOICE, f"{json.dumps(chosen)}\n".encode())


def check_removable(settings: Settings, name: str) -> None:
    """
    Raises:
        InvalidParameter: it ships.
        Conflict: it is in use.
        ModelUnavailable: there is none of that name.
    """
    if name in _SHIPPED:
        raise InvalidParameter(f"{name} ships with Lookalike and stays.")
    _check_there(settings, name)
    if name in (*_choice(settings).values(), settings.model, settings.detector):
        ships = ", ".join(_SHIPPED)
        raise Conflict(f"{name} is in use; `lookalike models use` another first, such as: {ships}.")


def remove(settings: Settings, name: str) -> None:
    """Delete a model that was added, with its calibration.

    Raises:
        InvalidParameter, Conflict, ModelUnavailable: see `check_removable`.
    """
    check_removable(settings, name)
    shutil.rmtree(folder(settings) / name)


def overridden(settings: Settings, of: Entry) -> str | None:
    """The environment variable that names another than the one that was chosen."""
    field = "model" if of.kind == RECOGNISER else "detector"
    named = getattr(settings, field)
    return PREFIX + field.upper() if named not in ("", of.model.name) else None


def _chosen(settings: Settings, named: str, default: Entry) -> Entry:
    return entry(settings, named or _choice(settings).get(default.kind, default.model.name))


def _choice(settings: Settings) -> dict[str, str]:
    path = folder(settings) / _CHOICE
    try:
        found = json.loads(path.read_text("utf-8"))
        return {str(kind): str(name) for kind, name in found.items()}
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # A home that is not there, or not for us to look into, chose none.
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelDamaged(f"{path} cannot be read ({error}); delete it.") from error


def _check_there(settings: Settings, name: str) -> None:
    if name not in _names(settings):
        raise ModelUnavailable(
            f"There is no model {name!r}; there are: {', '.join(_names(settings))}. `lookalike "
            "models use` chooses one, `lookalike models add` adds one."
        )


def _names(settings: Settings) -> list[str]:
    if not os.access(folder(settings), os.R_OK | os.X_OK):
        return list(_SHIPPED)
    # Those that are only being added begin with a dot.
    own = (each.parent.name for each in folder(settings).glob(f"[!.]*/{model_file.FILE}"))
    return [*_SHIPPED, *sorted(set(own) - _SHIPPED.keys())]
