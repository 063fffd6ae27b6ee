"""Keeps secrets encrypted at rest, with a key that a setting holds; else one of the machine, or of
all machines that share a database."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock
from sqlalchemy import Connection, select

from lookalike import files
from lookalike.database.database import Database
from lookalike.database.postgresql import agreed
from lookalike.database.schema import KEYS
from lookalike.errors import SecretsUnreadable

_FILE = "secret.key"
_VARIABLE = "LOOKALIKE_SECRET_KEY"
# What the hosts of a database agreed on: the key, or, of one that a setting holds, what tells it
# from others.
_AGREED = "secret.key"


class Vault:
    """Fernet (AES-128-CBC with HMAC-SHA256).

    The key is that of the setting; else, of one machine, a file in its home, and of several, made
    in their database by the first of them that needs it. There it lies beside what it opens: who
    wants it apart sets it, on all of them.
    """

    def __init__(self, home: Path, given: str, database: Database | None = None) -> None:
        """
        Args:
            given: 32 bytes in URL-safe base64; empty: none is set.
            database: that the secrets lie in.
        """
        self._path = home / _FILE
        self._given = given
        self._database = database if database is not None and database.shared else None
        # What all hosts have, once it was found that this one has it too.
        self._known: bytes | None = None

    def locked(self, secret: str) -> bytes:
        """The secret, encrypted; makes the key if there is none.

        Raises:
            SecretsUnreadable: what is there is no key, not that of other hosts, or it cannot be
                written.
        """
        return self._fernet(make=True).encrypt(secret.encode())

    def unlocked(self, locked: bytes) -> str:
        """
        Raises:
            SecretsUnreadable: the key is lost, damaged, or another than it was locked with.
        """
        try:
            opened = self._fernet(make=False).decrypt(locked).decode()
        except InvalidToken:
            raise self._unreadable("is not the key that they were encrypted with") from None
        if self._database is not None:
            # A key that this host had alone is of all of them from now on.
            self._key(make=True)
        return opened

    def derived(self, purpose: str) -> bytes:
        """32 bytes for something else that all who have the key are to know.

        Raises:
            SecretsUnreadable: see `locked`.
        """
        # It is seen there that it is a key.
        self._fernet(make=True)
        return hashlib.sha256(self._key(make=True) + b" " + purpose.encode()).digest()

    def _fernet(self, *, make: bool) -> Fernet:
        try:
            return Fernet(self._key(make))
        except FileNotFoundError:
            raise self._unreadable("is missing") from None
        except OSError as error:
            raise self._unreadable(f"cannot be used ({error.strerror})") from error
        except ValueError:
            raise self._unreadable("is no key: that is 32 bytes in URL-safe base64") from None

    def _key(self, make: bool) -> bytes:
        if self._known is not None:
            return self._known
        if self._database is not None:
            return self._agreed(self._database, make)
        return self._given.encode() or self._from_file(make)

    def _agreed(self, database: Database, make: bool) -> bytes:
        """The key of all hosts.

        Raises:
            SecretsUnreadable: this one is set another, or none where others are.
            FileNotFoundError: there is none yet.
        """
        with database.reading() as connection:
            known = agreed.read(connection, _AGREED)
        if known is None and make:
            with database.changing(_AGREED) as connection:
                known = agreed.read(connection, _AGREED) or self._first(connection)
        if known is None:
            return self._given.encode() or self._path.read_bytes().strip()
        if self._given and known == self._given:
            # It is set now, and need not lie in the database.
            with database.changing(_AGREED) as connection:
                agreed.put(connection, _AGREED, _printed(self._given))
        elif self._given and known != _printed(self._given):
            raise self._unreadable("is not the key that the other hosts of the database have")
        elif not self._given and known.startswith(agreed.PRINT):
            raise SecretsUnreadable(
                f"The secrets in the database are sealed with a key that is set: {_VARIABLE} must "
                "be on this host too, as on those that use the database already."
            )
        self._known = (self._given or known).encode()
        return self._known

    def _first(self, connection: Connection) -> str:
        """What is agreed on now: a key that is set, else one that this host had before there were
        others, else a new one.

        Raises:
            SecretsUnreadable: it does not open what is sealed already.
        """
        sealed = connection.execute(select(KEYS.c.secret).limit(1)).scalar()
        if not self._given and sealed is not None and not self._path.exists():
            raise self._unreadable("is missing")
        key = self._given.encode() or (
            self._path.read_bytes().strip() if self._path.exists() else Fernet.generate_key()
        )
        try:
            opening = Fernet(key)
            if sealed is not None:
                opening.decrypt(sealed)
        except InvalidToken:
            raise self._unreadable("is not the key that they were encrypted with") from None
        known = _printed(self._given) if self._given else key.decode()
        return agreed.agree(connection, _AGREED, known)

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
        others = "" if self._database is None else " from the host that made it"
        return SecretsUnreadable(
            f"The secrets of the access keys cannot be read: {where} {why}. Put the right one back"
            f"{others} (the file, or {_VARIABLE}), or delete the access keys and make new ones."
        )


def _printed(key: str) -> str:
    """What tells a key from others, and does not open anything."""
    return agreed.PRINT + hashlib.sha256(key.encode()).hexdigest()
