"""Of which country people are, and what they are publicly known for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("people", sa.Column("country", sa.String(2)))
    op.add_column("people", sa.Column("fields", sa.String, nullable=False, server_default="[]"))
