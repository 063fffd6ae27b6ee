"""What the Rekognition API needs: faces of nobody, tags, keys, tokens, jobs; a log of changes.

The table of faces is made afresh, because a user may have two faces of one image there, and SQLite
cannot drop a constraint.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

METADATA = sa.MetaData()

# Named by the foreign keys of the faces.
sa.Table("collections", METADATA, sa.Column("id", sa.String(255), primary_key=True))
sa.Table(
    "people",
    METADATA,
    sa.Column("collection", sa.String(255), primary_key=True),
    sa.Column("id", sa.String(128), primary_key=True),
)

FACES = sa.Table(
    "faces",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("collection", sa.String(255), nullable=False),
    sa.Column("person", sa.String(128)),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("image_id", sa.String(255)),
    sa.Column("external_image_id", sa.String(255)),
    *(sa.Column(name, sa.Integer) for name in ("image_width", "image_height")),
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
)

NEW = (
    sa.Table(
        "changes",
        METADATA,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("collection", sa.String(255)),
        sa.Column("person", sa.String(128)),
        sa.Column("face", sa.String(36)),
        sqlite_autoincrement=True,
    ),
    sa.Table(
        "access_keys",
        METADATA,
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("rate", sa.Float),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    ),
    sa.Table(
        "request_tokens",
        METADATA,
        sa.Column("operation", sa.String(64), primary_key=True),
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    ),
    sa.Table(
        "jobs",
        METADATA,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.String),
        sa.Column("video", sa.String),
        sa.Column("results", sa.LargeBinary),
        sa.Column("worker", sa.String(255)),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("alive", sa.DateTime),
        sa.Column("ended", sa.DateTime),
    ),
)


def upgrade() -> None:
    tags = sa.Column("tags", sa.String, nullable=False, server_default="{}")
    op.add_column("collections", tags)
    is_open = sa.Column("open", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("collections", is_open)
    op.rename_table("faces", "old_faces")
    METADATA.create_all(op.get_bind(), tables=[FACES, *NEW])
    old = sa.Table("old_faces", sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)
    shared = [column.name for column in FACES.columns if column.name in old.columns]
    rows = sa.select(*(old.columns[each] for each in shared))
    op.execute(sa.insert(FACES).from_select(shared, rows))
    op.drop_table("old_faces")
    op.create_index("ix_faces_person", "faces", ["collection", "person"])
    op.create_index("ix_faces_image", "faces", ["collection", "image_id"])
    op.create_index("ix_faces_id", "faces", ["collection", "id"])
    op.create_index("ix_jobs_status", "jobs", ["status"])
