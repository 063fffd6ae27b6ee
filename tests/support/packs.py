"""Packs that somebody has changed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def changed(path: Path, **changes: bytes | None) -> Path:
    """The pack with other members; `manifest__json=` stands for `manifest.json`, None for none."""
    named = {name.replace("__", "."): data for name, data in changes.items()}
    both = members(path) | named
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in both.items():
            if data is not None:
                file.writestr(name, data)
    return out


def manifest(path: Path, **changes: object) -> bytes:
    return json.dumps(json.loads(members(path)["manifest.json"]) | changes).encode()


def resealed(path: Path, facts: dict[str, Any] | None = None, **changes: bytes) -> Path:
    """The pack with other members and sums that are right, as its author could have made it."""
    other = members(changed(path, **changes))
    sums = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in other.items()
        if name != "manifest.json"
    }
    return changed(path, manifest__json=manifest(path, members=sums, **facts or {}), **changes)
