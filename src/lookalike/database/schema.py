"""Every table: collections, people, faces, standings, takedowns, keys, tokens, jobs, changes.

A gallery is a Rekognition collection, a person is a user of it, a portrait is a face. Vectors lie
in the row of their face, so that one transaction holds both. `migrations/` brings a database here.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    false,
    text,
    true,
)

METADATA = MetaData()

# Of SQLite any integer has 64 bits, but only one so called counts by itself.
_LONG = BigInteger().with_variant(Integer, "sqlite")

COLLECTIONS = Table(
    "collections",
    METADATA,
    Column("id", String(255), primary_key=True),
    Column("contract", String(255), nullable=False),
    Column("tags", String, nullable=False, server_default="{}"),  # a JSON object
    # Searched when no collection is named, as those that the Rekognition API makes are not.
    Column("open", Boolean, nullable=False, server_default=true()),
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
    Column("groups", String, nullable=False),  # a JSON list, as are websites and fields
    Column("wikidata", String(32)),
    Column("websites", String, nullable=False),
    Column("external_ids", String, nullable=False, server_default="[]"),
    Column("country", String(2)),
    Column("fields", String, nullable=False, server_default="[]"),
    # The names as they are compared, by which namesakes are found; see `gallery/spelling.py`.
    Column("folded_ko", String),
    Column("folded_en", String),
    ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
    Index("ix_people_folded_ko", "collection", "folded_ko"),
    Index("ix_people_folded_en", "collection", "folded_en"),
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
    *(Column(name, Integer) for name in ("image_width", "image_height")),
    *(Column(name, Float) for name in ("left", "top", "width", "height")),
    *(Column(name, Float) for name in ("score", "size", "sharpness", "brightness")),
    *(Column(name, Float) for name in ("yaw", "pitch", "roll")),
    Column("on_face", Boolean),  # see `faces/quality.py`; None: from before it was kept
    Column("author", String),
    Column("licence", String),
    Column("licence_url", String),
    Column("source_url", String),
    Column("fetched_at", DateTime),
    Column("thumbnail", LargeBinary),
    Column("appearance", LargeBinary),  # see `faces/appearance`
    Column(
        "shown", Boolean, nullable=False, server_default=false()
    ),  # by a page, as its owner says
    Column("created", DateTime, nullable=False),
    ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(
        ["collection", "person"], ["people.collection", "people.id"], ondelete="CASCADE"
    ),
    Index("ix_faces_person", "collection", "person"),
    Index("ix_faces_image", "collection", "image_id"),
    Index("ix_faces_id", "collection", "id"),
    # Without a look at the faces of which few are shown, or none.
    Index(
        "ix_faces_shown",
        "person",
        sqlite_where=text("shown = 1"),
        postgresql_where=text("shown"),
    ),
)

# What standing was fitted to for collections when somebody was imported; see
# `engine/kept_standings.py`. No face, and nobody, can be told from it.
STANDINGS = Table(
    "standings",
    METADATA,
    Column("collection", String(255), primary_key=True),  # empty: all that are open
    Column("crowd", String(255), primary_key=True),  # the order, and who alone is searched
    Column("contract", String(255), nullable=False),
    Column("tenths", Integer, nullable=False),  # how many people there were, to a tenth
    Column("times", Float, nullable=False),  # how many times as many as were looked at
    Column("matches", String, nullable=False),  # JSON
)

# What was committed, in order, so that every process brings its index up to date by what changed:
# a person, a face of nobody, a whole collection (neither is named) or the blocklist (nothing is).
CHANGES = Table(
    "changes",
    METADATA,
    Column("number", _LONG, primary_key=True, autoincrement=True),
    Column("collection", String(255)),
    Column("person", String(128)),
    Column("face", String(36)),
    # Any number, which the same change has in no other history of this database.
    Column("stamp", Integer, nullable=False, server_default="0"),
    # SQLite would give the number of a deleted last row again.
    sqlite_autoincrement=True,
)

# People who asked to be left out; see `gallery/removals/blocklist.py`.
BLOCKED = Table(
    "blocked",
    METADATA,
    Column("key", String(255), primary_key=True),
    Column("wikidata", String(32)),
    Column("reason", String, nullable=False),
    Column("created", DateTime, nullable=False),
)

# What each takedown did and which keys it blocked, so that it can be undone; `undone`: when it was.
TAKEDOWNS = Table(
    "takedowns",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("name", String, nullable=False),
    Column("wikidata", String(32)),
    Column("reason", String, nullable=False),
    Column("portraits", Integer),  # None: from before takedowns were kept
    Column("removed", String, nullable=False),  # a JSON list of pairs: collection and id
    Column("keys", String, nullable=False),  # a JSON list
    Column("created", DateTime, nullable=False),
    Column("undone", DateTime),
)

# Access keys of the Rekognition API. The secret must be had to check a signature, so it is
# encrypted, not hashed.
KEYS = Table(
    "access_keys",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("description", String, nullable=False),
    Column("policy", String, nullable=False),  # JSON: allowed actions and resources
    Column("rate", Float),  # requests a second, or None: without limit
    Column("enabled", Boolean, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("expires", DateTime),  # of a session that was made by command, else None
)

# Roles of the Rekognition API, which holders of access keys may take on for a time.
ROLES = Table(
    "access_roles",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("description", String, nullable=False),
    Column("policy", String, nullable=False),  # JSON, as of a key
    Column("keys", String, nullable=False),  # JSON: ids of the keys that may, with wildcards
    Column("created", DateTime, nullable=False),
)

# What was answered to a ClientRequestToken, so that the same call again changes nothing.
TOKENS = Table(
    "request_tokens",
    METADATA,
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("request", String(64), nullable=False),  # sha256 of the parameters
    Column("answer", String, nullable=False),  # JSON
    Column("created", DateTime, nullable=False),
)

# Videos to look at, and what was seen in them.
JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("operation", String(64), nullable=False),
    Column("request", String, nullable=False),  # JSON
    Column("status", String(16), nullable=False),
    Column("message", String),  # why it failed
    Column("video", String),  # JSON: codec, duration, frame rate and size
    Column("results", LargeBinary),  # compressed JSON
    Column("worker", String(255)),  # who is at it
    Column("created", DateTime, nullable=False),
    Column("alive", DateTime),  # when that worker last said so
    Column("ended", DateTime),
    Index("ix_jobs_status", "status"),
)
