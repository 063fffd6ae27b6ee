"""The first tables. They are made, and those made before there were migrations adopted, by 0002."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    # It once ran `create_all`, which left older tables as they were: 0002 cannot trust it either.
    pass
