"""Tables that PostgreSQL alone has: what one machine keeps in files of its home, and what orders
the log of changes. Migration 0009 makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

SHARED = MetaData()

# `changes` of `schema.py`, with the transaction that wrote each; see `log.py`.
LOG = Table(
    "changes",
    MetaData(),
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("collection", String(255)),
    Column("person", String(128)),
    Column("face", String(36)),
    Column("stamp", Integer),
    Column("xid", BigInteger),
)

# What all hosts have to agree on, by name; see `agreed.py`.
AGREED = Table(
    "agreed",
    SHARED,
    Column("name", String(64), primary_key=True),
    Column("value", String, nullable=False),
)

# How often names (access keys, addresses of visitors) may do something: tokens, and when they were
# counted. Nothing is lost with it, so it goes into no log; after a crash it is empty.
RATES = Table(
    "rates",
    SHARED,
    Column("name", String(300), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("admitted", Float, nullable=False),  # 1 where the last time was
    Column("counted", DateTime, nullable=False),
    Index("ix_rates_counted", "counted"),
    prefixes=["UNLOGGED"],
)

# Results that somebody shared, and their cards; see `web/sharing/shared_results.py`.
RESULTS = Table(
    "shared_results",
    SHARED,
    Column("id", String(22), primary_key=True),
    Column("facts", String, nullable=False),  # JSON
    Column("size", Integer, nullable=False),  # bytes of its cards and facts
    Column("expires", DateTime, nullable=False),
)
CARDS = Table(
    "shared_cards",
    SHARED,
    Column("result", String(22), primary_key=True),
    Column("shape", String(16), primary_key=True),
    Column("picture", LargeBinary, nullable=False),
    ForeignKeyConstraint(["result"], ["shared_results.id"], ondelete="CASCADE"),
)

# How often a site was used; see `web/site/counts.py`.
COUNTS = Table(
    "counts",
    SHARED,
    Column("day", Date, primary_key=True),
    Column("event", String(16), primary_key=True),
    Column("about", String(255), primary_key=True),
    Column("count", BigInteger, nullable=False, server_default=text("0")),
)

# Imports from a browser, until they were looked at; see `web/imports`.
IMPORTS = Table(
    "imports",
    SHARED,
    Column("id", String(32), primary_key=True),
    Column("done", Integer),  # photos that were looked at, of how many; None: it has not begun
    Column("total", Integer),
    Column("created", DateTime, nullable=False),
)
IMPORT_FILES = Table(
    "import_files",
    SHARED,
    Column("import_id", String(32), primary_key=True),
    Column("name", String(2300), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
)

# Portraits that were found, or why they were not; see `gallery/wikimedia/portrait_cache.py`.
PORTRAITS = Table(
    "portraits",
    SHARED,
    Column("name", String(300), primary_key=True),  # of the file that it is on one machine
    Column("data", LargeBinary, nullable=False),
)
