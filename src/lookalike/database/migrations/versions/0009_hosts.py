"""What several hosts share, in PostgreSQL alone: nothing changes in SQLite.

It only adds (expand): whoever runs the version before goes on beside it. Its inserts into the log
carry the id of their transaction by the default of the column, and as long as it runs all writers
take turns, as it expects; `lookalike hosts contract` ends that.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_SHARED = sa.MetaData()

sa.Table(
    "agreed",
    _SHARED,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)

sa.Table(
    "rates",
    _SHARED,
    sa.Column("name", sa.String(300), primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),
    sa.Column("admitted", sa.Float, nullable=False),
    sa.Column("counted", sa.DateTime, nullable=False),
    sa.Index("ix_rates_counted", "counted"),
    prefixes=["UNLOGGED"],
)

sa.Table(
    "shared_results",
    _SHARED,
    sa.Column("id", sa.String(22), primary_key=True),
    sa.Column("facts", sa.String, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("expires", sa.DateTime, nullable=False),
)
sa.Table(
    "shared_cards",
    _SHARED,
    sa.Column("result", sa.String(22), primary_key=True),
    sa.Column("shape", sa.String(16), primary_key=True),
    sa.Column("picture", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["result"], ["shared_results.id"], ondelete="CASCADE"),
)

sa.Table(
    "counts",
    _SHARED,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("event", sa.String(16), primary_key=True),
    sa.Column("about", sa.String(255), primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
)

sa.Table(
    "imports",
    _SHARED,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("done", sa.Integer),
    sa.Column("total", sa.Integer),
    sa.Column("created", sa.DateTime, nullable=False),
)
sa.Table(
    "import_files",
    _SHARED,
    sa.Column("import_id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(2300), primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
)

sa.Table(
    "portraits",
    _SHARED,
    sa.Column("name", sa.String(300), primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.alter_column("changes", "number", type_=sa.BigInteger())
    op.execute("ALTER SEQUENCE changes_number_seq AS bigint")
    op.add_column("changes", sa.Column("xid", sa.BigInteger, nullable=False, server_default="0"))
    # After the column, so that what is there is of the past.
    default = sa.text("pg_current_xact_id()::text::bigint")
    op.alter_column("changes", "xid", server_default=default)
    op.create_index("ix_changes_xid", "changes", ["xid", "number"])
    _SHARED.create_all(op.get_bind())
