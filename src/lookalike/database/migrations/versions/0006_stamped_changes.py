"""Stamps of changes, by which files that were made of another history are known.

Changes of before have none, and are taken for those of this history.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    stamp = sa.Column("stamp", sa.Integer, nullable=False, server_default="0")
    op.add_column("changes", stamp)
