"""Collections, people, faces, and who is blocked."""

from __future__ import annotations

from alembic import op

from lookalike.gallery.schema import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    # The first revision is the schema itself; those after it will say what they change.
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    METADATA.drop_all(op.get_bind())
