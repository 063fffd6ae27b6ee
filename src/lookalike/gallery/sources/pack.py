"""A pack: one file that carries a collection's facts, credits and vectors to another machine.

A zip of `manifest.json` (format, contract, counts, size and sha256 of every member),
`people.jsonl` (one person a line, with the credit of each portrait and how it looks) and
`vectors.npy` (float16, the portraits in the same order), `thumbnails.bin` (one JPEG after the other
in that order, each as long as its portrait states, so that another model can use the pack; empty
unless asked for). No other pixels. Everything is checked before anything is believed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lookalike import files
from lookalike.errors import ContractMismatch, InvalidParameter
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources import pack_people

FORMAT = "lookalike-pack"
VERSION = 2
SUFFIX = ".zip"

_MANIFEST, _PEOPLE, _VECTORS = "manifest.json", "people.jsonl", "vectors.npy"
_THUMBNAILS = "thumbnails.bin"
# What a pack of each version that we read holds beside its manifest.
_MEMBERS = {1: (_PEOPLE, _VECTORS), 2: (_PEOPLE, _VECTORS, _THUMBNAILS)}
# The largest members, in bytes: a pack of a million people is a third of that, and thumbnails are
# 11 KB each.
_LIMITS = {_MANIFEST: 1 << 20, _PEOPLE: 1 << 30, _VECTORS: 1 << 30, _THUMBNAILS: 1 << 30}
# Facts compress 5 to 20 times. What unfolds further than this is a bomb.
_MOST_UNFOLDED = 200
# No model's vectors are longer.
_LONGEST_VECTOR = 8_192
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A pack that was read and checked.

    Attributes:
        collection: what the collection was called where it was exported.
        contract: of the vectors. If it is not the one in use they must be made anew.
    """

    collection: str
    contract: str
    people: tuple[tuple[Person, tuple[Portrait, ...]], ...]

    @property
    def thumbnails(self) -> int:
        """How many portraits have one."""
        return sum(each.thumbnail is not None for _, own in self.people for each in own)


def write(
    path: Path,
    collection: str,
    people: Iterable[tuple[Person, Sequence[Portrait]]],
    embedder: Embedder,
    *,
    thumbnails: bool = False,
) -> Mapping[str, int]:
    """Write a pack; the same gallery makes the same bytes. A pack cut short is never left.

    Returns:
        how many `people`, `portraits` and `thumbnails` it has.

    Raises:
        InvalidParameter: it would be larger than a pack may be.
    """
    with files.replacing(path) as written, zipfile.ZipFile(written, "w") as file:
        return _fill(file, collection, people, embedder, thumbnails)


def _fill(
    file: zipfile.ZipFile,
    collection: str,
    people: Iterable[tuple[Person, Sequence[Portrait]]],
    embedder: Embedder,
    thumbnails: bool,
) -> dict[str, int]:
    lines: list[str] = []
    vectors: list[Floats] = []
    lengths: list[int] = []

    def small() -> Iterator[bytes]:
        """The thumbnails, which are too many to hold; what else there is falls off on the way."""
        for person, own in people:
            lines.append(pack_people.line(person, own, thumbnails=thumbnails))
            vectors.extend(portrait.vector for portrait in own)
            kept = [each.thumbnail for each in own if each.thumbnail and thumbnails]
            lengths.extend(len(each) for each in kept)
            yield from kept

    members = {
        _THUMBNAILS: _put(file, _THUMBNAILS, small()),
        _PEOPLE: _put(file, _PEOPLE, (line.encode() for line in lines)),
        _VECTORS: _put(file, _VECTORS, [_npy(vectors, embedder.dimension)]),
    }
    counts = {"people": len(lines), "portraits": len(vectors), "thumbnails": len(lengths)}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "contract": embedder.contract,
        "collection": collection,
        **counts,
        "members": members,
    }
    _put(file, _MANIFEST, [_json(manifest)])
    return counts


def _put(file: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> dict[str, object]:
    """Write a member; its description for the manifest."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = _compression(name)
    digest, size = hashlib.sha256(), 0
    with file.open(info, "w") as member:
        for chunk in chunks:
            size += len(chunk)
            if size > _LIMITS[name]:
                raise InvalidParameter(
                    f"The {name} of this pack would have more than {_LIMITS[name]:,} bytes, which "
                    "is the most that a pack carries; spread the people over several collections."
                )
            digest.update(chunk)
            member.write(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}


def is_pack(path: Path) -> bool:
    """Whether a file is to be read as one."""
    return path.suffix.lower() == SUFFIX


def collection_of(path: Path, embedder: Embedder) -> str:
    """The collection that a pack names; nothing but its manifest is unfolded.

    Raises:
        InvalidParameter, ContractMismatch: see `read`, as far as that can be told by then.
    """
    with _opened(path) as file:
        manifest = _manifest(file)
    _check_contract(manifest["contract"], embedder, bool(manifest.get("thumbnails")))
    named: str = manifest["collection"]
    return named


def read(path: Path, collection: str | None, embedder: Embedder) -> Pack:
    """Read and check a whole pack; its people belong to `collection`, else to the one it names.

    Raises:
        InvalidParameter: it is no pack, it was changed, or it is not safe to unfold.
        ContractMismatch: its vectors were made with another model, and it has no thumbnails.
    """
    with _opened(path) as file:
        manifest = _manifest(file)
        members = {name: _member(file, manifest, name) for name in _MEMBERS[manifest["version"]]}
    thumbnails = members.get(_THUMBNAILS, b"")
    own = _check_contract(manifest["contract"], embedder, bool(thumbnails))
    dimension = embedder.dimension if own else None
    vectors = _vectors(members[_VECTORS], manifest["portraits"], dimension)
    named: str = manifest["collection"]
    try:
        people = pack_people.read(members[_PEOPLE], vectors, thumbnails, named, collection or named)
    except pack_people.Damaged as error:
        raise _refused(str(error)) from error
    pack = Pack(named, manifest["contract"], people)
    for what, count in (("people", len(people)), ("thumbnails", pack.thumbnails)):
        if count != manifest.get(what, 0):
            raise _refused(f"it holds {count} {what} and states {manifest.get(what)}")
    return pack


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _refused(f"it is no sound zip file ({error})") from error


def _manifest(file: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, after a look at what else the zip says it holds."""
    names = [info.filename for info in file.infolist()]
    _check_names(names, [_MANIFEST], list(_LIMITS))
    try:
        manifest = json.loads(_unfolded(file, _MANIFEST))
    except (ValueError, RecursionError):
        raise _refused("its manifest is not JSON") from None
    if not isinstance(manifest, dict):
        raise _refused("its manifest is not a JSON object")
    _check_manifest(manifest)
    wanted = [_MANIFEST, *_MEMBERS[manifest["version"]]]
    _check_names(names, wanted, wanted)
    return manifest


def _check_names(names: list[str], wanted: list[str], allowed: list[str]) -> None:
    strange = [name for name in names if name not in allowed]
    if strange:
        raise _refused(f"it holds {strange[0]!r}, which no pack does")
    missing = [name for name in wanted if names.count(name) != 1]
    if missing:
        raise _refused(f"it holds {names.count(missing[0])} times {missing[0]}, not once")


def _check_manifest(manifest: Mapping[str, Any]) -> None:
    if manifest.get("format") != FORMAT:
        raise _refused(f"its format is {manifest.get('format')!r}, not {FORMAT!r}")
    version, known = manifest.get("version"), " and ".join(map(str, _MEMBERS))
    if type(version) is not int or version not in _MEMBERS:
        raise _refused(f"its version is {version!r}; this one reads {known}")
    kinds = {"contract": str, "collection": str, "people": int, "portraits": int, "members": dict}
    for key, kind in kinds.items():
        if not isinstance(manifest.get(key), kind):
            raise _refused(f"its manifest lacks {key!r}")


def _check_contract(contract: str, embedder: Embedder, thumbnails: bool) -> bool:
    """Whether the vectors are of the contract in use."""
    if contract != embedder.contract and not thumbnails:
        raise ContractMismatch(
            f"The pack was made with {contract}, but {embedder.contract} is in use; vectors of two "
            "models cannot be compared, and it has no thumbnails to make them anew from. Ask for "
            "it with thumbnails: lookalike gallery export --thumbnails"
        )
    return contract == embedder.contract


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


def _vectors(data: bytes, count: int, dimension: int | None) -> Floats:
    """(count, dimension) float32 of length 1, of whichever dimension it has if that is None.

    The header is checked before memory is taken.
    """
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    except ValueError:
        raise _refused(f"{_VECTORS} is not of the format that NumPy writes") from None
    if dimension is None:
        dimension = min(shape[-1], _LONGEST_VECTOR) if shape else 0
    if (shape, by_column, dtype) != ((count, dimension), False, np.dtype("<f2")):
        raise _refused(f"{_VECTORS} is not {count} x {dimension} numbers of 16 bits")
    body = data[file.tell() :]
    if len(body) != 2 * count * dimension:
        raise _refused(f"{_VECTORS} is cut short or too long")
    vectors = np.frombuffer(body, "<f2").reshape(shape).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.all((lengths > 0.9) & (lengths < 1.1)):
        raise _refused(f"{_VECTORS} holds vectors that are not of length 1")
    return unit(vectors)


def _described(data: bytes) -> dict[str, object]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _compression(name: str) -> int:
    # Vectors and JPEGs are noise to a compressor.
    return zipfile.ZIP_STORED if name in (_VECTORS, _THUMBNAILS) else zipfile.ZIP_DEFLATED


def _refused(why: str) -> InvalidParameter:
    return InvalidParameter(f"The pack is refused: {why}.")
