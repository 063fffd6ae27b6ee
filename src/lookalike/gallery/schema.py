"""The tables of the user's own galleries, for SQLite and PostgreSQL alike.

A gallery is a Rekognition collection, a person is a user of it, a portrait is a face. Vectors lie
in the row of their face, so that one transaction holds both. `migrations/` brings a database here.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData()

COLLECTIONS = Table(
    "collections",
    METADATA,
    Column("id", String(255), primary_key=True),
    Column("contract", String(255), nullable=False),
    Column("created", DateTime, nullable=False),
)

PEOPLE = Table(
    "people",
    METADATA,
    Column("collection", String(255), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("name_ko", String),
    Column("name_en", String),
    Column("description_ko", String),
    Column("description_en", String),
    Column("gender", String(16)),
    Column("born", String(32)),
    Column("died", String(32)),
    Column("groups", String, nullable=False),  # a JSON list, as are the websites
    Column("wikidata", String(32)),
    Column("websites", String, nullable=False),
    Column("external_ids", String, nullable=False, server_default="[]"),
    ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
)

FACES = Table(
    "faces",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("collection", String(255), nullable=False),
    Column("person", String(128)),  # a face of a Rekognition collection may have no user
    Column("vector", LargeBinary, nullable=False),
    Column("image_id", String(255)),
    Column("external_image_id", String(255)),
    *(Column(name, Float) for name in ("left", "top", "width", "height")),
    *(Column(name, Float) for name in ("score", "size", "sharpness", "brightness")),
    *(Column(name, Float) for name in ("yaw", "pitch", "roll")),
    Column("author", String),
    Column("licence", String),
    Column("licence_url", String),
    Column("source_url", String),
    Column("fetched_at", DateTime),
    Column("thumbnail", LargeBinary),
    Column("created", DateTime, nullable=False),
    ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(
        ["collection", "person"], ["people.collection", "people.id"], ondelete="CASCADE"
    ),
    UniqueConstraint("collection", "person", "image_id"),
)

# People who asked to be left out; see `blocklist.py`.
BLOCKED = Table(
    "blocked",
    METADATA,
    Column("key", String(255), primary_key=True),
    Column("wikidata", String(32)),
    Column("reason", String, nullable=False),
    Column("created", DateTime, nullable=False),
)
