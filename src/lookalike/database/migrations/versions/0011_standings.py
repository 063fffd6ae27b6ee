"""What standing was fitted to for collections of one's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("collection", sa.String(255), primary_key=True),
        sa.Column("crowd", sa.String(255), primary_key=True),
        sa.Column("contract", sa.String(255), nullable=False),
        sa.Column("tenths", sa.Integer, nullable=False),
        sa.Column("times", sa.Float, nullable=False),
        sa.Column("matches", sa.String, nullable=False),
    )
