"""Which portraits their owner lets a page show, from their thumbnails.

Of portraits of before nobody said so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    shown = sa.Column("shown", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("faces", shown)
    # Few are shown, or none: that is known without a look at the faces.
    op.create_index(
        "ix_faces_shown",
        "faces",
        ["person"],
        sqlite_where=sa.text("shown = 1"),
        postgresql_where=sa.text("shown"),
    )
