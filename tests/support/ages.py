"""Databases of before, as the versions of then made them; the first is from before migrations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from lookalike.faces.vectors import Floats

# What the vectors in them are said to be made with.
CONTRACT = "net/1"

# The tables as `create_all` made them before there were migrations.
FIRST = """
CREATE TABLE collections (
    id VARCHAR NOT NULL, contract VARCHAR NOT NULL, created DATETIME NOT NULL, PRIMARY KEY (id));
CREATE TABLE people (
    collection VARCHAR NOT NULL, id VARCHAR NOT NULL, name_ko VARCHAR, name_en VARCHAR,
    description_ko VARCHAR, description_en VARCHAR, born VARCHAR, died VARCHAR,
    groups VARCHAR NOT NULL, wikidata VARCHAR, websites VARCHAR NOT NULL,
    PRIMARY KEY (collection, id),
    FOREIGN KEY(collection) REFERENCES collections (id) ON DELETE CASCADE);
CREATE TABLE faces (
    id VARCHAR NOT NULL, collection VARCHAR NOT NULL, person VARCHAR NOT NULL,
    vector BLOB NOT NULL, author VARCHAR, licence VARCHAR, licence_url VARCHAR,
    source_url VARCHAR, created DATETIME NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(collection, person) REFERENCES people (collection, id) ON DELETE CASCADE);
CREATE INDEX ix_faces_collection ON faces (collection);
"""
STAMP = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
"""
# The tables of 0001.
SECOND = """
CREATE TABLE collections (
    id VARCHAR(255) NOT NULL, contract VARCHAR(255) NOT NULL, created DATETIME NOT NULL,
    PRIMARY KEY (id));
CREATE TABLE people (
    collection VARCHAR(255) NOT NULL, id VARCHAR(128) NOT NULL, name_ko VARCHAR, name_en VARCHAR,
    description_ko VARCHAR, description_en VARCHAR, gender VARCHAR(16), born VARCHAR(32),
    died VARCHAR(32), groups VARCHAR NOT NULL, wikidata VARCHAR(32), websites VARCHAR NOT NULL,
    PRIMARY KEY (collection, id),
    FOREIGN KEY(collection) REFERENCES collections (id) ON DELETE CASCADE);
CREATE TABLE faces (
    id VARCHAR(36) NOT NULL, collection VARCHAR(255) NOT NULL, person VARCHAR(128),
    vector BLOB NOT NULL, image_id VARCHAR(255), external_image_id VARCHAR(255),
    "left" FLOAT, top FLOAT, width FLOAT, height FLOAT, score FLOAT, size FLOAT, sharpness FLOAT,
    brightness FLOAT, yaw FLOAT, pitch FLOAT, roll FLOAT, author VARCHAR, licence VARCHAR,
    licence_url VARCHAR, source_url VARCHAR, created DATETIME NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(collection) REFERENCES collections (id) ON DELETE CASCADE,
    FOREIGN KEY(collection, person) REFERENCES people (collection, id) ON DELETE CASCADE,
    UNIQUE (collection, person, image_id));
CREATE TABLE blocked (
    "key" VARCHAR(255) NOT NULL, reason VARCHAR NOT NULL, created DATETIME NOT NULL,
    PRIMARY KEY ("key"));
INSERT INTO blocked VALUES ('name:춘향', 'asked', '2026-02-03 00:00:00');
"""
ROWS = """
INSERT INTO collections VALUES ('mine', 'net/1', '2026-01-02 03:04:05');
INSERT INTO people (collection, id, name_ko, name_en, born, groups, websites)
    VALUES ('mine', 'U1', '홍길동', 'Hong', '1500', '["활빈당"]', '["https://e.org"]');
INSERT INTO faces (id, collection, person, vector, licence, created)
    VALUES ('f1', 'mine', 'U1', x'{vector}', 'CC0', '2026-01-02 03:04:05');
"""


def unit(place: int) -> Floats:
    vector: Floats = np.eye(128, dtype=np.float32)[place]
    return vector


def database(home: Path, *scripts: str) -> Path:
    home.mkdir(exist_ok=True)
    path = home / "lookalike.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        for script in scripts:
            connection.executescript(script.format(vector=unit(3).tobytes().hex()))
        connection.commit()
    return path
