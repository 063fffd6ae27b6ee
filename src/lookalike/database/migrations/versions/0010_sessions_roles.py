"""Access keys that end by themselves, and roles that keys may take on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("access_keys", sa.Column("expires", sa.DateTime))
    op.create_table(
        "access_roles",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("keys", sa.String, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
