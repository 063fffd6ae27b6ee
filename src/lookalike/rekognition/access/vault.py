"""Keeps secrets encrypted at rest, with a key that lies beside the store, not in it."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock

from lookalike import files
from lookalike.errors import SecretsUnreadable

_FILE = "secret.key"
_VARIABLE = "LOOKALIKE_SECRET_KEY"


class Vault:
    """Fernet (AES-128-CBC with HMAC-SHA256) under the given key, else under that of a file."""

    def __init__(self, home: Path, given: str) -> None:
        """
        Args:
            given: 32 bytes in URL-safe base64; empty: the file `secret.key` in `home`.
        """
        self._path = home / _FILE
        self._given = given

    def locked(self, secret: str) -> bytes:
        """The secret, encrypted; makes the file if there is none.

        Raises:
            SecretsUnreadable: what is there is no key, or the file cannot be written.
        """
        return self._fernet(make=True).encrypt(secret.encode())

    def unlocked(self, locked: bytes) -> str:
        """
        Raises:
            SecretsUnreadable: the key is lost, damaged, or another than it was locked with.
        """
        try:
            return self._fernet(make=False).decrypt(locked).decode()
        except InvalidToken:
            raise self._unreadable("is not the key that they were encrypted with") from None

    def _fernet(self, *, make: bool) -> Fernet:
        try:
            return Fernet(self._given.encode() or self._from_file(make))
        except FileNotFoundError:
            raise self._unreadable("is missing") from None
        except OSError as error:
            raise self._unreadable(f"cannot be used ({error.strerror})") from error
        except ValueError:
            raise self._unreadable("is no key: that is 32 bytes in URL-safe base64") from None

    def _from_file(self, make: bool) -> bytes:
        if make and not self._path.exists():
            # Two processes that make the first access key together must end up with one file.
            with FileLock(self._path.with_suffix(".lock"), mode=0o600):
                if not self._path.exists():
                    with files.replacing(self._path, mode=0o600, synced=True) as file:
                        file.write(Fernet.generate_key())
        return self._path.read_bytes().strip()

    def _unreadable(self, why: str) -> SecretsUnreadable:
        where = _VARIABLE if self._given else str(self._path)
        return SecretsUnreadable(
            f"The secrets of the access keys cannot be read: {where} {why}. Put the right one back "
            f"(the file, or {_VARIABLE}), or delete the access keys and make new ones."
        )
