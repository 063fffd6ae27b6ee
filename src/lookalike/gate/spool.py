"""A body on its way in: in memory as far as it is small, the rest in a file that nobody can read.

The file has no name, so that it is gone with the process, and is encrypted with a key that is in
memory alone: photos reach no disk that could be read afterwards.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
    from cryptography.hazmat.primitives.ciphers.modes import CTR

# Bytes in memory; what a photo of a phone has in a browser that made it smaller is less.
IN_MEMORY = 1024 * 1024
_READ = 256 * 1024
_KEY, _NONCE = 32, 16


class Spool:
    """Written once, then read once."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: where the file is, if there has to be one.
        """
        self._folder = folder
        self._begin = bytearray()
        self._rest: _Encrypted | None = None
        self.size = 0

    def fits(self, data: bytes) -> bool:
        """Whether it stays in memory with this."""
        return self._rest is None and len(self._begin) + len(data) <= IN_MEMORY

    def write(self, data: bytes) -> None:
        """
        Raises:
            OSError: it does not fit into memory, and the disk is full.
        """
        if self.fits(data):
            self._begin += data
        else:
            if self._rest is None:
                self._rest = _Encrypted(self._folder)
            self._rest.write(data)
        self.size += len(data)

    def read(self) -> Iterator[bytes]:
        """All of it, in pieces."""
        yield bytes(self._begin)
        self._begin.clear()
        if self._rest is not None:
            yield from self._rest.read()

    def close(self) -> None:
        if self._rest is not None:
            self._rest.close()


class _Encrypted:
    """AES in counter mode: every file has a key of its own, which encrypts nothing else."""

    def __init__(self, folder: Path) -> None:
        self._cipher = _cipher()
        self._encryptor: CipherContext = self._cipher.encryptor()
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115

    def write(self, data: bytes) -> None:
        self._file.write(self._encryptor.update(data))

    def read(self) -> Iterator[bytes]:
        decryptor: CipherContext = self._cipher.decryptor()
        self._file.seek(0)
        while data := self._file.read(_READ):
            yield decryptor.update(data)

    def close(self) -> None:
        self._file.close()


def _cipher() -> Cipher[CTR]:
    # Not above: most servers never get so large a body before they are ready.
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    return Cipher(AES256(secrets.token_bytes(_KEY)), CTR(secrets.token_bytes(_NONCE)))
