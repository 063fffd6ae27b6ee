"""What a backup holds comes back as it was, and what is no whole backup of ours changes nothing."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
import stat
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.backup import exchange, making, restoring, sealing
from lookalike.backup import home as kept
from lookalike.backup.restoring import Allowed
from lookalike.config import Settings
from lookalike.errors import (
    BackupUnusable,
    Conflict,
    ContractMismatch,
    InvalidParameter,
    LookalikeError,
    NotFound,
    SecretsUnreadable,
    StoreUnavailable,
)
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.store import Store
from lookalike.rekognition.access.keys import Keys
from tests.support import ages, backups
from tests.support.backups import enrol, held, settings_of
from tests.support.commands import Commands

REPLACE = Allowed(replace=True)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that a test guesses at once."""
    monkeypatch.setattr(sealing, "_COST", 2**4)


@pytest.fixture
def filled(home: Path) -> Settings:
    return backups.filled(home)


@pytest.fixture
def file(tmp_path: Path, filled: Settings) -> Path:
    """A backup of it."""
    made = tmp_path / "backups" / "all.backup"
    making.make(filled, made)
    return made


@pytest.fixture
def other(tmp_path: Path) -> Settings:
    """Settings of another home, which is not there yet."""
    return settings_of(tmp_path / "other" / "home")


def refused(settings: Settings, file: Path, allowed: Allowed = REPLACE) -> LookalikeError:
    """Why it is not restored; nothing is changed, and nothing left over."""
    before = held(settings.home)
    beside = sorted(settings.home.parent.glob("*"))
    with pytest.raises(LookalikeError) as error:
        restoring.restore(settings, file, allowed)
    assert held(settings.home) == before
    assert sorted(settings.home.parent.glob("*")) == beside
    return error.value


def test_all_comes_back_for_its_owner_alone(filled: Settings, file: Path, other: Settings) -> None:
    done = restoring.restore(other, file, Allowed())
    assert done.contents is not None
    assert (set(done.contents.contracts), done.contents.keys) == ({"mine"}, 1)
    assert (done.key, done.before) == (True, None)
    assert held(other.home) == held(filled.home)
    names = {each.relative_to(other.home).as_posix() for each in other.home.rglob("*")}
    assert not names & backups.MOMENTARY.keys()
    for each in (other.home, *other.home.rglob("*"), file):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)
    one, two = Keys(filled), Keys(other)
    (key,) = one.all()
    assert one.find(key.id) == two.find(key.id)
    one.close()
    two.close()
    assert list(file.parent.iterdir()) == [file]


def test_a_backup_is_a_tar_that_says_what_it_is(file: Path) -> None:
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert names[:2] == ["lookalike-backup.json", "secret.key.sealed"]
    assert names[2:4] == ["lookalike.sqlite3", "counts.sqlite3"]
    assert len([each for each in names if each.endswith("/result.json")]) == 2


def test_nobody_reads_the_key_without_the_passphrase(
    filled: Settings, file: Path, other: Settings
) -> None:
    assert (filled.home / "secret.key").read_bytes() not in file.read_bytes()
    wrong = replace(other, backup_passphrase="correct horse battery stapler")
    error = refused(wrong, file)
    assert isinstance(error, SecretsUnreadable)
    assert "passphrase is not the one" in str(error)
    error = refused(replace(other, backup_passphrase=""), file)
    assert isinstance(error, InvalidParameter)
    assert "--passphrase-file, or set LOOKALIKE_BACKUP_PASSPHRASE" in str(error)


def test_without_a_passphrase_a_home_with_a_key_is_not_backed_up(
    filled: Settings, tmp_path: Path
) -> None:
    for passphrase, why in (
        ("", "give --passphrase-file, or set LOOKALIKE_BACKUP_PASSPHRASE"),
        ("eleven char", "12 at least"),
    ):
        with pytest.raises(InvalidParameter, match=why):
            making.make(replace(filled, backup_passphrase=passphrase), tmp_path / "all")
    (filled.home / "secret.key").unlink()
    made = making.make(replace(filled, backup_passphrase=""), tmp_path / "all")
    assert not made.key


def test_who_forgot_the_passphrase_loses_access_keys_alone(file: Path, other: Settings) -> None:
    forgotten = replace(other, backup_passphrase="")
    assert not restoring.restore(forgotten, file, Allowed(without_key=True)).key
    keys = Keys(other)
    with pytest.raises(SecretsUnreadable):
        keys.check()
    keys.delete(keys.all()[0].id)
    assert keys.check() == 0
    keys.close()
    store = Store(other.home, SFACE.contract)
    assert store.people("mine").keys() == {"U1"}
    store.close()


def test_every_byte_counts(file: Path, other: Settings, tmp_path: Path) -> None:
    data = file.read_bytes()
    places = {*range(0, 2000, 97), *range(0, len(data), len(data) // 40), len(data) - 1}
    for place in places:
        spoiled = bytearray(data)
        spoiled[place] ^= 0x10
        file.write_bytes(spoiled)
        assert isinstance(refused(other, file), BackupUnusable), place
    for length in (0, 10, 1024, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:length])
        assert isinstance(refused(other, file), BackupUnusable), length
    file.write_bytes(data + b"\0")
    assert isinstance(refused(other, file), BackupUnusable)
    file.write_bytes(data)
    assert restoring.restore(other, file, Allowed()).key


def test_what_is_no_backup_is_called_that(other: Settings, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 1000)
    assert str(refused(other, path)) == (f"{path} is no backup of Lookalike; nothing was changed.")


def forged(path: Path, *entries: tuple[tarfile.TarInfo, bytes], about: bytes = b"") -> Path:
    """A backup by somebody else, whole as ours are."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        stated = about or b'{"format": 1, "made": "", "version": "", "tables": null}'
        for entry, data in ((tarfile.TarInfo("lookalike-backup.json"), stated), *entries):
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    path.write_bytes(made.getvalue() + hashlib.sha256(made.getvalue()).digest())
    return path


def link(name: str, kind: bytes) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, "/etc/passwd"
    return made


@pytest.mark.parametrize(
    "entry",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("models/../../outside"),
        tarfile.TarInfo("/tmp/outside"),
        tarfile.TarInfo("."),
        link("models", tarfile.SYMTYPE),
        link("models/hard", tarfile.LNKTYPE),
        link("models/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda each: each.name,
)
def test_nothing_is_written_outside_the_home(
    entry: tarfile.TarInfo, other: Settings, tmp_path: Path
) -> None:
    error = refused(other, forged(tmp_path / "forged", (entry, b"")))
    assert isinstance(error, BackupUnusable)
    assert repr(entry.name) in str(error)


@pytest.mark.parametrize("about", [b"{", b"[1]", b"7", b'{"format": 1}', b'{"format": 1, "x": 2}'])
def test_what_says_nothing_of_itself_is_refused(
    about: bytes, other: Settings, tmp_path: Path
) -> None:
    error = refused(other, forged(tmp_path / "forged", about=about))
    assert isinstance(error, BackupUnusable)


def test_a_newer_format_is_refused(other: Settings, tmp_path: Path) -> None:
    error = refused(other, forged(tmp_path / "newer", about=b'{"format": 2, "more": true}'))
    assert isinstance(error, BackupUnusable)
    assert "is of format 2, and this Lookalike knows 1: update it" in str(error)


def test_newer_tables_are_refused(filled: Settings, other: Settings, tmp_path: Path) -> None:
    ages.database(filled.home, "UPDATE alembic_version SET version_num = '9999'")
    making.make(filled, tmp_path / "newer")
    error = refused(other, tmp_path / "newer")
    assert isinstance(error, StoreUnavailable)
    assert "their tables are at 9999" in str(error)


@pytest.mark.parametrize(
    "scripts",
    [
        (ages.FIRST, ages.ROWS),
        (ages.FIRST, ages.ROWS, ages.STAMP),
        (ages.SECOND, ages.ROWS, ages.STAMP),
    ],
)
def test_older_tables_come_back_as_they_were_and_follow_when_used(
    scripts: tuple[str, ...], home: Path, other: Settings, tmp_path: Path
) -> None:
    before = backups.rows(ages.database(home, *scripts))
    making.make(settings_of(home), tmp_path / "old")
    assert backups.rows(home / kept.DATABASE) == before, "a backup brings nothing up to date"
    error = refused(other, tmp_path / "old")
    assert isinstance(error, ContractMismatch)
    assert "'mine' was made with net/1, but sface-2021dec" in str(error)
    restoring.restore(other, tmp_path / "old", Allowed(other_model=True))
    assert backups.rows(other.home / kept.DATABASE) == before
    store = Store(other.home, ages.CONTRACT)
    hong = store.people("mine")["U1"]
    assert (hong.name.get("ko"), hong.born, hong.groups) == ("홍길동", "1500", ("활빈당",))
    assert store.portraits(hong)[0].vector.tolist() == ages.unit(3).tolist()
    store.close()


def test_a_home_that_holds_something_is_kept_beside(filled: Settings, file: Path) -> None:
    before = held(filled.home)
    enrol(filled.home, "U2")
    (filled.home / "more.txt").write_text("mine")
    after = held(filled.home)
    error = refused(filled, file, Allowed())
    assert isinstance(error, Conflict)
    assert "Give --replace" in str(error)
    done = restoring.restore(filled, file, REPLACE)
    assert done.before is not None
    assert done.before.name.startswith("home.before-")
    assert held(filled.home) == before
    assert held(done.before) == after


def test_an_empty_home_is_filled(file: Path, other: Settings) -> None:
    other.home.mkdir(parents=True)
    assert restoring.restore(other, file, Allowed()).before is None
    assert list(other.home.parent.iterdir()) == [other.home]


def test_a_home_in_use_is_left_alone(filled: Settings, file: Path) -> None:
    store = Store(filled.home, SFACE.contract)
    error = refused(filled, file)
    assert isinstance(error, Conflict)
    assert "has" in str(error)
    assert "open; nothing was changed. Stop it" in str(error)
    store.close()
    restoring.restore(filled, file, REPLACE)


@pytest.mark.parametrize("damage", [b"", b"garbage " * 1000, None])
def test_a_database_that_is_damaged_or_lost_stops_nobody(
    damage: bytes | None, filled: Settings, file: Path
) -> None:
    before = held(filled.home)
    path = filled.home / kept.DATABASE
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
        with pytest.raises(StoreUnavailable):
            making.make(filled, file.with_name("damaged"))
        assert list(file.parent.iterdir()) == [file]
    restoring.restore(filled, file, REPLACE)
    assert held(filled.home) == before


@pytest.fixture(params=[errno.ENOSYS, errno.EINVAL])
def no_exchange(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_at_once", lambda one, other: request.param)


@pytest.mark.usefixtures("no_exchange")
def test_where_folders_cannot_be_exchanged_they_are_moved(filled: Settings, file: Path) -> None:
    test_a_home_that_holds_something_is_kept_beside(filled, file)
    assert len(list(filled.home.parent.glob("home*"))) == 2


def test_an_exchange_that_fails_changes_nothing(
    filled: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_at_once", lambda one, other: errno.EBUSY)
    error = refused(filled, file)
    assert isinstance(error, StoreUnavailable)
    assert "Device or resource busy" in str(error)


def test_a_disk_that_is_full_leaves_nothing(
    filled: Settings, file: Path, other: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    monkeypatch.setattr(tarfile, "copyfileobj", full)
    error = refused(other, file)
    assert isinstance(error, StoreUnavailable)
    assert "No space left on device" in str(error)
    assert not other.home.parent.exists() or not list(other.home.parent.iterdir())
    data = file.read_bytes()
    with pytest.raises(StoreUnavailable, match="No space left on device"):
        making.make(filled, file, replace=True)
    assert file.read_bytes() == data
    assert list(file.parent.iterdir()) == [file]


def test_a_mounted_home_is_refused_with_what_to_do(file: Path) -> None:
    with pytest.raises(InvalidParameter, match="LOOKALIKE_HOME to a folder in it"):
        restoring.restore(settings_of(Path("/")), file, REPLACE)


def test_postgresql_is_for_pg_dump(filled: Settings, file: Path) -> None:
    settings = replace(filled, database="postgresql://host/name")
    for call in (
        lambda: making.make(settings, file.with_name("more")),
        lambda: restoring.restore(settings, file, REPLACE),
    ):
        with pytest.raises(InvalidParameter, match="pg_dump"):
            call()


def test_a_file_that_is_there_is_replaced_only_when_asked(filled: Settings, file: Path) -> None:
    data = file.read_bytes()
    with pytest.raises(Conflict, match="is there already"):
        making.make(filled, file)
    assert file.read_bytes() == data
    enrol(filled.home, "U2")
    making.make(filled, file, replace=True)
    restoring.restore(filled, file, REPLACE)
    store = Store(filled.home, SFACE.contract)
    assert store.people("mine").keys() == {"U1", "U2"}
    store.close()


def test_where_there_is_nothing_nothing_is_made(other: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is nothing to back up"):
        making.make(other, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_result_that_is_removed_meanwhile_is_left_out(filled: Settings) -> None:
    results = sorted((filled.home / "results").iterdir())
    found = []
    for name, file in kept.others(filled):
        found.append(name)
        assert file.read()
        if name.startswith(f"results/{results[0].name}"):
            shutil.rmtree(results[0], ignore_errors=True)
            shutil.rmtree(results[1], ignore_errors=True)
    assert [each for each in found if each.startswith("results")] == [
        f"results/{results[0].name}/{each}" for each in ("result.json", "tall.jpg", "wide.jpg")
    ]


def test_the_commands(filled: Settings, tmp_path: Path, home: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(f"{backups.PASSPHRASE}\n")
    run = Commands(tmp_path, filled)
    lost = run("backup", "all.backup")
    assert lost.returncode == 1
    assert "give --passphrase-file, or set LOOKALIKE_BACKUP_PASSPHRASE" in lost.stderr
    made = run("backup", "all.backup", "--passphrase-file", str(passphrase))
    size = (tmp_path / "all.backup").stat().st_size
    assert made.stdout == f"all.backup: 1 gallery, 1 access key; {size:,} bytes.\n"
    assert (made.returncode, made.stderr) == (0, "")
    again = run("restore", "all.backup", "--passphrase-file", str(passphrase))
    assert again.returncode == 1
    assert "Give --replace to keep that beside it" in again.stderr
    done = run("restore", "all.backup", "--replace", "--passphrase-file", str(passphrase))
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{home}: 1 gallery, 1 access key; of 20")
    assert second.startswith(f"What was there before is in {home}.before-")
    assert run("keys", "list").returncode == 0
