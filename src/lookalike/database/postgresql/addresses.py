"""Addresses of PostgreSQL -> engines: how a process connects, and how often at a time."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from lookalike.errors import InvalidParameter, StoreUnavailable

_SCHEME, _DRIVER = "postgresql", "postgresql+psycopg"
# Connections that stay open while nobody needs them.
_KEPT = 5
# How long to wait for one that is free.
_PATIENCE_S = 20.0
# What a host is called among the sessions of a server, before the revision of its tables.
NAME = "lookalike"


def url_of(address: str, setting: str) -> URL:
    """
    Raises:
        InvalidParameter: the address, of the setting so called, is none of PostgreSQL.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != _SCHEME:
        raise InvalidParameter(
            f"{setting} must be like postgresql://user:password@host/name, or empty."
        )
    return url


def engine_of(url: URL, connections: int, name: str) -> Engine:
    """What connects. Everything that the address says after its `?` is libpq's: `sslmode`,
    `sslrootcert`, `connect_timeout` and so on.

    Args:
        connections: most at a time.
        name: among the sessions that the server lists.

    Raises:
        StoreUnavailable: the driver is not there.
    """
    # A statement that was prepared is on one connection of a pooler's, and not on the next one.
    options = {"prepare_threshold": None, "application_name": name}
    kept = min(_KEPT, connections)
    try:
        return create_engine(
            url.set(drivername=_DRIVER),
            connect_args=options,
            pool_pre_ping=True,
            pool_size=kept,
            max_overflow=connections - kept,
            pool_timeout=_PATIENCE_S,
        )
    except ModuleNotFoundError:
        raise StoreUnavailable(
            "PostgreSQL needs its driver: pip install 'lookalike[postgresql]'"
        ) from None
