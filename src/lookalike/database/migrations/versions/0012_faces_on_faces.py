"""Whether the mesh of a face that is kept was rather on one: its Confidence depends on it.

It only adds (expand): of the faces that are there, and of those that the version before adds beside
this one, nobody knows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("faces", sa.Column("on_face", sa.Boolean))
