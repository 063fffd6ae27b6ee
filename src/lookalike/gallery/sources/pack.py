"""A pack: one file that carries a collection's facts, credits and vectors to another machine.

A zip of `manifest.json` (format, contract, counts, size and sha256 of every member),
`people.jsonl` (one person a line, with the credit of each portrait) and `vectors.npy` (float16,
the portraits in the same order). No pixels. Everything is checked before anything is believed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import ContractMismatch, InvalidParameter
from lookalike.faces.models import Embedder
from lookalike.faces.runtime import Floats
from lookalike.gallery.people import Person
from lookalike.gallery.sources import packed
from lookalike.gallery.store import Portrait

FORMAT = "lookalike-pack"
VERSION = 1
SUFFIX = ".zip"

_MANIFEST, _PEOPLE, _VECTORS = "manifest.json", "people.jsonl", "vectors.npy"
# The largest members, in bytes: a pack of a million people is a third of that.
_LIMITS = {_MANIFEST: 1 << 20, _PEOPLE: 1 << 30, _VECTORS: 1 << 30}
# Facts compress 5 to 20 times. What unfolds further than this is a bomb.
_MOST_UNFOLDED = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A pack that was read and checked.

    Attributes:
        collection: what the collection was called where it was exported.
    """

    collection: str
    people: tuple[tuple[Person, tuple[Portrait, ...]], ...]


def write(
    path: Path,
    collection: str,
    people: Sequence[tuple[Person, Sequence[Portrait]]],
    embedder: Embedder,
) -> None:
    """Write a pack; the same gallery makes the same bytes. A pack cut short is never left."""
    portraits = [portrait for _, own in people for portrait in own]
    members = {
        _PEOPLE: "".join(packed.line(person, own) for person, own in people).encode(),
        _VECTORS: _npy([portrait.vector for portrait in portraits], embedder.dimension),
    }
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "contract": embedder.contract,
        "collection": collection,
        "people": len(people),
        "portraits": len(portraits),
        "members": {name: _described(data) for name, data in members.items()},
    }
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(partial, "w") as file:
            for name, data in {_MANIFEST: _json(manifest), **members}.items():
                info = zipfile.ZipInfo(name, _EPOCH)
                file.writestr(info, data, _compression(name))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(path: Path, collection: str | None, embedder: Embedder) -> Pack:
    """Read and check a whole pack; its people belong to `collection`, else to the one it names.

    Raises:
        InvalidParameter: it is no pack, it was changed, or it is not safe to unfold.
        ContractMismatch: its vectors were made with another model.
    """
    try:
        with zipfile.ZipFile(path) as file:
            manifest = _manifest(file)
            _check_manifest(manifest, embedder)
            members = {name: _member(file, manifest, name) for name in (_PEOPLE, _VECTORS)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise _refused(f"it is no sound zip file ({error})") from error
    vectors = _vectors(members[_VECTORS], manifest["portraits"], embedder.dimension)
    named: str = manifest["collection"]
    try:
        people = packed.people(members[_PEOPLE], vectors, named, collection or named)
    except packed.Damaged as error:
        raise _refused(str(error)) from error
    if len(people) != manifest["people"]:
        raise _refused(f"it holds {len(people)} people and states {manifest['people']}")
    return Pack(named, people)


def _manifest(file: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, after a look at what else the zip says it holds."""
    names = [info.filename for info in file.infolist()]
    strange = [name for name in names if name not in _LIMITS]
    if strange:
        raise _refused(f"it holds {strange[0]!r}, which no pack does")
    missing = [name for name in _LIMITS if names.count(name) != 1]
    if missing:
        raise _refused(f"it holds {names.count(missing[0])} times {missing[0]}, not once")
    try:
        manifest = json.loads(_unfolded(file, _MANIFEST))
    except (ValueError, RecursionError):
        raise _refused("its manifest is not JSON") from None
    if not isinstance(manifest, dict):
        raise _refused("its manifest is not a JSON object")
    return manifest


def _check_manifest(manifest: Mapping[str, Any], embedder: Embedder) -> None:
    if manifest.get("format") != FORMAT:
        raise _refused(f"its format is {manifest.get('format')!r}, not {FORMAT!r}")
    if manifest.get("version") != VERSION:
        raise _refused(f"its version is {manifest.get('version')!r}; this one reads {VERSION}")
    kinds = {"contract": str, "collection": str, "people": int, "portraits": int, "members": dict}
    for key, kind in kinds.items():
        if not isinstance(manifest.get(key), kind):
            raise _refused(f"its manifest lacks {key!r}")
    if manifest["contract"] != embedder.contract:
        raise ContractMismatch(
            f"The pack was made with {manifest['contract']}, but {embedder.contract} is in use; "
            "vectors of two models cannot be compared. Ask for a pack of the same model."
        )


def _member(file: zipfile.ZipFile, manifest: Mapping[str, Any], name: str) -> bytes:
    data = _unfolded(file, name)
    if manifest["members"].get(name) != _described(data):
        raise _refused(f"{name} is not what the manifest states: it was changed or damaged")
    return data


def _unfolded(file: zipfile.ZipFile, name: str) -> bytes:
    """A member's bytes; its stated size, which zipfile never exceeds, is checked first."""
    info = file.getinfo(name)
    if info.file_size > _LIMITS[name]:
        raise _refused(f"{name} has {info.file_size:,} bytes; at most {_LIMITS[name]:,}")
    if info.file_size > _MOST_UNFOLDED * max(info.compress_size, 1024):
        raise _refused(f"{name} unfolds to more than {_MOST_UNFOLDED} times its size")
    return file.read(info)


def _npy(vectors: Sequence[Floats], dimension: int) -> bytes:
    written = io.BytesIO()
    np.save(written, np.array(vectors, np.float16).reshape(len(vectors), dimension))
    return written.getvalue()


def _vectors(data: bytes, count: int, dimension: int) -> Floats:
    """(count, dimension) float32 of length 1. The header is checked before memory is taken."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    except ValueError:
        raise _refused(f"{_VECTORS} is not of the format that NumPy writes") from None
    if (shape, by_column, dtype) != ((count, dimension), False, np.dtype("<f2")):
        raise _refused(f"{_VECTORS} is not {count} x {dimension} numbers of 16 bits")
    body = data[file.tell() :]
    if len(body) != 2 * count * dimension:
        raise _refused(f"{_VECTORS} is cut short or too long")
    vectors = np.frombuffer(body, "<f2").reshape(shape).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all((lengths > 0.9) & (lengths < 1.1)):
        raise _refused(f"{_VECTORS} holds vectors that are not of length 1")
    return np.asarray(vectors / lengths, np.float32)


def _described(data: bytes) -> dict[str, object]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _compression(name: str) -> int:
    # Vectors are noise to a compressor.
    return zipfile.ZIP_STORED if name == _VECTORS else zipfile.ZIP_DEFLATED


def _refused(why: str) -> InvalidParameter:
    return InvalidParameter(f"The pack is refused: {why}.")
