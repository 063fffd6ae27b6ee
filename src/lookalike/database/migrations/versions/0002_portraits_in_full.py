"""Portraits with thumbnails and dates, external ids, and whom a blocked name belongs to.

The tables are made afresh and filled from whatever was there, column by column: nothing yet, the
tables of 0001, or those of a time before migrations, which 0001 stamped but did not change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

METADATA = sa.MetaData()

sa.Table(
    "collections",
    METADATA,
    sa.Column("id", sa.String(255), primary_key=True),
    sa.Column("contract", sa.String(255), nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
)

sa.Table(
    "people",
    METADATA,
    sa.Column("collection", sa.String(255), primary_key=True),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("name_ko", sa.String),
    sa.Column("name_en", sa.String),
    sa.Column("description_ko", sa.String),
    sa.Column("description_en", sa.String),
    sa.Column("gender", sa.String(16)),
    sa.Column("born", sa.String(32)),
    sa.Column("died", sa.String(32)),
    sa.Column("groups", sa.String, nullable=False),
    sa.Column("wikidata", sa.String(32)),
    sa.Column("websites", sa.String, nullable=False),
    sa.Column("external_ids", sa.String, nullable=False, server_default="[]"),
    sa.ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
)

sa.Table(
    "faces",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("collection", sa.String(255), nullable=False),
    sa.Column("person", sa.String(128)),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("image_id", sa.String(255)),
    sa.Column("external_image_id", sa.String(255)),
    *(sa.Column(name, sa.Float) for name in ("left", "top", "width", "height")),
    *(sa.Column(name, sa.Float) for name in ("score", "size", "sharpness", "brightness")),
    *(sa.Column(name, sa.Float) for name in ("yaw", "pitch", "roll")),
    sa.Column("author", sa.String),
    sa.Column("licence", sa.String),
    sa.Column("licence_url", sa.String),
    sa.Column("source_url", sa.String),
    sa.Column("fetched_at", sa.DateTime),
    sa.Column("thumbnail", sa.LargeBinary),
    sa.Column("created", sa.DateTime, nullable=False),
    sa.ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
    sa.ForeignKeyConstraint(
        ["collection", "person"], ["people.collection", "people.id"], ondelete="CASCADE"
    ),
    sa.UniqueConstraint("collection", "person", "image_id"),
)

sa.Table(
    "blocked",
    METADATA,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("wikidata", sa.String(32)),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
)


def upgrade() -> None:
    there = sa.inspect(op.get_bind()).get_table_names()
    parents_first = METADATA.sorted_tables
    before = [table.name for table in parents_first if table.name in there]
    for name in before:
        op.rename_table(name, f"old_{name}")
    METADATA.create_all(op.get_bind(), checkfirst=False)
    for name in before:
        _copy(name)
    for name in reversed(before):
        op.drop_table(f"old_{name}")


def _copy(name: str) -> None:
    """The rows of the old table, in the columns that both have."""
    old = sa.Table(f"old_{name}", sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)
    new = METADATA.tables[name]
    shared = [column.name for column in new.columns if column.name in old.columns]
    rows = sa.select(*(old.columns[each] for each in shared))
    op.execute(sa.insert(new).from_select(shared, rows))
