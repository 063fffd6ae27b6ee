"""Brings a backup back: made whole beside the home first, then put in its place in one step."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from lookalike import files
from lookalike.backup import archive, home, sealing
from lookalike.backup.archive import About, Reader
from lookalike.backup.exchange import exchange
from lookalike.backup.making import check_place
from lookalike.config import Settings
from lookalike.database import migrations, snapshot
from lookalike.database.snapshot import Contents
from lookalike.errors import Conflict, ContractMismatch, InvalidParameter, StoreUnavailable
from lookalike.faces.models import installed


@dataclass(frozen=True, slots=True)
class Allowed:
    """What whoever restores agrees to.

    Attributes:
        replace: a home that holds something is kept under another name.
        other_model: galleries may be of another model than the one in use.
        without_key: the access keys are lost, where nobody knows the passphrase any more.
    """

    replace: bool = False
    other_model: bool = False
    without_key: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """
    Attributes:
        contents: of the database; None: the backup had none.
        key: whether the key of the access keys' secrets was in it.
        before: where the home of before is now.
    """

    about: About
    contents: Contents | None
    key: bool
    before: Path | None


def restore(settings: Settings, path: Path, allowed: Allowed) -> Restored:
    """Make the home what a backup holds. After an error, or a kill, it is what it was.

    Raises:
        InvalidParameter: the galleries are in PostgreSQL, the home cannot be moved, or the
            passphrase is missing.
        BackupUnusable: the file is no backup, damaged, or of a newer format.
        StoreUnavailable: its tables are of a newer version, or it cannot be read or written.
        SecretsUnreadable: the passphrase is another.
        ContractMismatch: galleries in it are of another model than the one in use.
        Conflict: the home holds something, or is in use.
    """
    check_place(settings)
    place = _checked_home(settings.home, allowed)
    try:
        with snapshot.alone(place / home.DATABASE), archive.reading(path) as backup:
            migrations.check_known(backup.about.tables)
            with files.staging(place, 0o700) as folder:
                key = _unpack(backup, folder, settings.backup_passphrase, allowed)
                contents = _checked(settings, folder, allowed)
                _settle()
                before = _put(folder, place)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be restored to {place} ({error}); nothing was changed."
        ) from error
    # It is in its place; a disk that cannot be waited for takes nothing from that.
    with suppress(OSError):
        files.settle(place.parent)
    return Restored(backup.about, contents, key, before)


def _checked_home(given: Path, allowed: Allowed) -> Path:
    """Where the home really lies."""
    place = given.resolve()
    if place.is_dir() and any(place.iterdir()) and not allowed.replace:
        raise Conflict(
            f"{place} holds something already; nothing was changed. Give --replace to keep that "
            "beside it, or set LOOKALIKE_HOME to another folder."
        )
    if place.is_mount():
        raise InvalidParameter(
            f"{place} is where a disk or volume is mounted, and cannot be replaced as a whole; set "
            "LOOKALIKE_HOME to a folder in it."
        )
    return place


def _unpack(backup: Reader, folder: Path, passphrase: str, allowed: Allowed) -> bool:
    """Write what is in a backup to a folder; whether the key is in it."""
    has_key = False
    for path, data in backup.members():
        if path.as_posix() != home.SEALED:
            _write(folder / path, data)
        elif not allowed.without_key:
            _write(folder / home.KEY, io.BytesIO(_opened(data.read(), passphrase)))
            has_key = True
    return has_key


def _opened(sealed: bytes, passphrase: str) -> bytes:
    if not passphrase:
        raise InvalidParameter(
            "The key of the access keys is sealed with a passphrase in this backup: give "
            "--passphrase-file, or set LOOKALIKE_BACKUP_PASSPHRASE; with --without-key all but "
            "the access keys can be used. Nothing was changed."
        )
    return sealing.opened(sealed, passphrase)


def _write(path: Path, data: IO[bytes]) -> None:
    files.private_folder(path.parent)
    with files.replacing(path, 0o600) as file:
        shutil.copyfileobj(data, file)


def _checked(settings: Settings, folder: Path, allowed: Allowed) -> Contents | None:
    """What the database says of itself, once it goes with the models that would be used."""
    file = folder / home.DATABASE
    if not file.is_file():
        return None
    found = snapshot.contents(file)
    used = installed.embedder(replace(settings, home=folder)).contract
    others = {name: contract for name, contract in found.contracts.items() if contract != used}
    if others and not allowed.other_model:
        raise ContractMismatch(
            f"{_listed(others)}, but {used} is in use here; nothing was changed. Use that model "
            "(LOOKALIKE_MODEL), or give --other-model and make the vectors anew afterwards with: "
            "lookalike gallery migrate"
        )
    return found


def _listed(contracts: Mapping[str, str]) -> str:
    each = (f"{name!r} was made with {contract}" for name, contract in contracts.items())
    return "In this backup the gallery " + ", ".join(each)


def _settle() -> None:
    """Wait until all is on the disk: it may be thousands of files, so not one by one."""
    if hasattr(os, "sync"):
        os.sync()


def _put(folder: Path, place: Path) -> Path | None:
    """Put a folder in the place of the home, and that beside it; where that is now."""
    if not place.is_dir() or not any(place.iterdir()):
        files.move(folder, place)
        return None
    before = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    # Under this name first: what is deleted with an error is never the home of before.
    files.move(folder, before)
    try:
        exchange(before, place)
    except OSError:
        files.move(before, folder)
        raise
    return before
