"""The faces of a photo, sealed for whoever sent it, so that they can be searched for again among
other people without the photo.

They are what a search needs of them, encrypted (AES-256-GCM) under a key that the server made when
it started and writes nowhere: the server keeps nothing, and nobody else can read or make them.
Hosts that share a database have one key, made of that which seals its secrets.
"""

from __future__ import annotations

import os
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lookalike.engine.interface import Probe
from lookalike.errors import SealExpired
from lookalike.faces.appearance.appearance import SIZE, unpacked

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# Where the process that starts several workers tells them one key; it is in no setting.
KEY = "_LOOKALIKE_SEALING_KEY"
# A visit.
_LASTS_S = 3600
_NONCE = 12
# When it was sealed, in seconds, and how many faces there are.
_HEAD = struct.Struct("<dH")
_NO_LOOK = bytes(SIZE)


class Seal:
    """Made once a server."""

    def __init__(
        self, contract: str, clock: Callable[[], float] = time.time, key: bytes | None = None
    ) -> None:
        """
        Args:
            contract: that of the vectors; those of another are refused.
            key: 32 bytes; None: that of this server alone.
        """
        given = os.environ.get(KEY)
        self._key = key or (bytes.fromhex(given) if given else os.urandom(32))
        self._contract = contract.encode()
        self._clock = clock

    def closed(self, faces: Sequence[Probe]) -> str:
        packed = [_HEAD.pack(self._clock(), len(faces)), *map(_packed, faces)]
        nonce = os.urandom(_NONCE)
        sealed = self._cipher().encrypt(nonce, b"".join(packed), self._contract)
        return urlsafe_b64encode(nonce + sealed).decode()

    def opened(self, sealed: str) -> tuple[Probe, ...]:
        """
        Raises:
            SealExpired: it is too old, was made before the server started, or is none.
        """
        from cryptography.exceptions import InvalidTag

        try:
            data = urlsafe_b64decode(sealed.encode("ascii", "replace"))
            inside = self._cipher().decrypt(data[:_NONCE], data[_NONCE:], self._contract)
        except (InvalidTag, ValueError):
            raise _expired() from None
        made, count = _HEAD.unpack_from(inside)
        if not 0 <= self._clock() - made <= _LASTS_S:
            raise _expired()
        rest = inside[_HEAD.size :]
        each = len(rest) // count if count else 0
        return tuple(_unpacked(rest[n * each : (n + 1) * each]) for n in range(count))

    def _cipher(self) -> AESGCM:
        # Not above: a server is ready without it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)


def _expired() -> SealExpired:
    return SealExpired(
        "These sealed faces cannot be opened: they hold for an hour, and until the server starts "
        "again. Send the photo again."
    )


def _packed(face: Probe) -> bytes:
    look = _NO_LOOK if face.appearance is None else face.appearance.packed()
    return bytes([face.enough]) + look + face.embedding.astype("<f4").tobytes()


def _unpacked(data: bytes) -> Probe:
    embedding = np.frombuffer(data, "<f4", offset=1 + SIZE).astype(np.float32)
    return Probe(embedding, unpacked(data[1 : 1 + SIZE]), bool(data[0]))
