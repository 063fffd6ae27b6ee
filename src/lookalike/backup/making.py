"""Makes a backup, while a server and others go on writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from lookalike import files
from lookalike.backup import archive, home, sealing
from lookalike.backup.archive import About
from lookalike.config import Settings
from lookalike.database import snapshot
from lookalike.database.snapshot import Contents
from lookalike.errors import Conflict, InvalidParameter, NotFound, StoreUnavailable

_NO_PASSPHRASE = (  # nosec B105 # what is said without one
    "{file} decrypts the secrets of access keys, and is in a backup only sealed with a passphrase: "
    "give --passphrase-file, or set LOOKALIKE_BACKUP_PASSPHRASE."
)


@dataclass(frozen=True, slots=True)
class Made:
    """
    Attributes:
        contents: of the database; None: there is none.
        key: whether the key of the access keys' secrets is in it.
        bytes: of the file.
    """

    contents: Contents | None
    key: bool
    bytes: int


def make(settings: Settings, path: Path, *, replace: bool = False) -> Made:
    """Write all that the home keeps into a file, as it is when this begins or later.

    Args:
        replace: a file that is there already; it stays until the new one is whole.

    Raises:
        InvalidParameter: the galleries are in PostgreSQL, or the passphrase is missing or short.
        NotFound: there is nothing to be kept.
        Conflict: the file is there already.
        StoreUnavailable: the database cannot be read, or the file cannot be written.
    """
    check_place(settings)
    _check(settings.home, path, replace)
    sealed = _sealed_key(settings)
    try:
        with files.staging(path, 0o700) as folder:
            return _made(settings, path, folder, sealed)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written ({error}); it was not made.") from error


def check_place(settings: Settings) -> None:
    """
    Raises:
        InvalidParameter: the galleries are in PostgreSQL.
    """
    if settings.database:
        raise InvalidParameter(
            "LOOKALIKE_DATABASE is set: the galleries and access keys are in PostgreSQL, which its "
            "own pg_dump and pg_restore keep and bring back. See docs/backup.md for the rest."
        )


def _check(home: Path, path: Path, replace: bool) -> None:
    if not home.is_dir() or not any(home.iterdir()):
        raise NotFound(f"{home} is empty: there is nothing to back up. LOOKALIKE_HOME names it.")
    if path.is_dir() or (path.exists() and not replace):
        raise Conflict(f"{path} is there already; choose another name, or give --replace.")


def _sealed_key(settings: Settings) -> bytes | None:
    try:
        key = (settings.home / home.KEY).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnavailable(f"{settings.home / home.KEY} cannot be read ({error}).") from error
    if not settings.backup_passphrase:
        raise InvalidParameter(_NO_PASSPHRASE.format(file=settings.home / home.KEY))
    sealing.check(settings.backup_passphrase)
    return sealing.sealed(key, settings.backup_passphrase)


def _made(settings: Settings, path: Path, folder: Path, sealed: bytes | None) -> Made:
    """
    Args:
        folder: for copies of databases, which are as large as they are.
    """
    there = [each for each in home.DATABASES if (settings.home / each).is_file()]
    for name in there:
        snapshot.copy(settings.home / name, folder / name)
    contents = snapshot.contents(folder / home.DATABASE) if home.DATABASE in there else None
    tables = contents.tables if contents else None
    about = About(datetime.now(UTC).isoformat(), version("lookalike"), tables)
    with archive.writing(path, about) as writer:
        if sealed is not None:
            writer.add(home.SEALED, sealed)
        for name in there:
            with (folder / name).open("rb") as copy:
                writer.add_file(name, copy)
        for name, file in home.others(settings):
            writer.add_file(name, file)
    return Made(contents, sealed is not None, path.stat().st_size)
