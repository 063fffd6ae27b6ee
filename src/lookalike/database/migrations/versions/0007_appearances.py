"""How faces look, for the order of look-alikes.

Of faces of before it is not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("faces", sa.Column("appearance", sa.LargeBinary))
