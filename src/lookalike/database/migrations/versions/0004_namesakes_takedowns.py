"""Names as they are compared, and takedowns one by one, so that each can be undone.

Takedowns of before are known by their blocked keys alone: those of one moment are one takedown's.
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TAKEDOWNS = sa.Table(
    "takedowns",
    sa.MetaData(),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(128), nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("wikidata", sa.String(32)),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("portraits", sa.Integer),
    sa.Column("removed", sa.String, nullable=False),
    sa.Column("keys", sa.String, nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
    sa.Column("undone", sa.DateTime),
)


def upgrade() -> None:
    TAKEDOWNS.create(op.get_bind())
    _keep_takedowns()
    for language in ("ko", "en"):
        op.add_column("people", sa.Column(f"folded_{language}", sa.String))
    _fold_names()
    for language in ("ko", "en"):
        op.create_index(
            f"ix_people_folded_{language}", "people", ["collection", f"folded_{language}"]
        )


def _keep_takedowns() -> None:
    database = op.get_bind()
    blocked = sa.Table("blocked", sa.MetaData(), autoload_with=database)
    together = defaultdict(list)
    for row in database.execute(sa.select(blocked).order_by(blocked.c.key)):
        together[row.created].append(row)
    rows = [_takedown(each) for each in together.values()]
    if rows:
        database.execute(sa.insert(TAKEDOWNS), rows)


def _takedown(blocked: list[Any]) -> dict[str, object]:
    keys = [row.key for row in blocked]
    parts = [key.partition(":") for key in keys]
    ids = [value for kind, _, value in parts if kind != "name"]
    names = [value for kind, _, value in parts if kind == "name"]
    return {
        "id": f"T{uuid.uuid4().hex[:15]}",
        "person": ids[-1] if ids else "",
        "name": " · ".join(names),
        "wikidata": next((row.wikidata for row in blocked if row.wikidata), None),
        "reason": blocked[0].reason,
        "removed": "[]",
        "keys": json.dumps(keys, ensure_ascii=False),
        "created": blocked[0].created,
    }


def _fold_names() -> None:
    database = op.get_bind()
    people = sa.Table("people", sa.MetaData(), autoload_with=database, resolve_fks=False)
    changed = sa.update(people).where(
        people.c.collection == sa.bindparam("of"), people.c.id == sa.bindparam("whom")
    )
    changed = changed.values(folded_ko=sa.bindparam("ko"), folded_en=sa.bindparam("en"))
    names = sa.select(people.c.collection, people.c.id, people.c.name_ko, people.c.name_en)
    rows = [
        {
            "of": row.collection,
            "whom": row.id,
            "ko": _folded(row.name_ko),
            "en": _folded(row.name_en),
        }
        for row in database.execute(names).all()
    ]
    if rows:
        database.execute(changed, rows)


def _folded(name: str | None) -> str | None:
    """As `gallery.spelling.folded` folded names when this was written."""
    if name is None:
        return None
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(name.casefold().split())
