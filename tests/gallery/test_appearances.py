"""How one's own people look: seen when they are added, kept with their portrait, gone with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from tests.support.commands import Commands
from tests.support.homes import Home

SOMEBODY, OTHER = (Person(each, "mine", Text(each)) for each in ("Somebody", "Other"))


@pytest.fixture
def mine(tmp_path: Path, settings: Settings) -> Home:
    return Home(tmp_path, config.load({}, home=tmp_path / "home", cache=settings.cache))


@pytest.fixture
def engine_of_mine(mine: Home, analyzer: Analyzer) -> Iterator[LocalEngine]:
    opened = LocalEngine(mine.settings, gallery=mine.gallery(), analyzer=analyzer)
    yield opened
    opened.gallery.close()


def kept(home: Home) -> list[bytes | None]:
    with closing(sqlite3.connect(home.settings.home / "lookalike.sqlite3")) as database:
        return [row[0] for row in database.execute("SELECT appearance FROM faces ORDER BY id")]


def look(seed: int) -> Appearance:
    return Appearance.of(np.random.default_rng(seed).normal(size=205).astype(np.float32))


def vector(*weights: float) -> Floats:
    """A face of which the first numbers are known; strangers have cosines of 0.1 or 0.2."""
    rest = np.sqrt(1 - sum(each**2 for each in weights))
    return np.array([*weights, rest, *[0.0] * (127 - len(weights))], np.float32)


def test_whoever_is_added_or_imported_has_an_appearance(
    mine: Home, tmp_path: Path, photos: Mapping[str, bytes]
) -> None:
    (tmp_path / "folder").mkdir()
    for path in ("obama.jpg", "folder/Joe Biden.jpg"):
        (tmp_path / path).write_bytes(photos[Path(path).name.replace("Joe B", "b")])
    mine("add", "Barack Obama", "obama.jpg")
    mine("import", "folder")
    gallery = mine.gallery()
    people = gallery.people("mine")
    looks = gallery.appearances(people)
    assert len(people) == 2
    assert all(each is not None for each in looks)
    for person, found in zip(people, looks, strict=True):
        (portrait,) = gallery.portraits(person.id, person.collection)
        assert portrait.appearance is not None
        assert found is not None
        assert found.outline == pytest.approx(portrait.appearance.outline, abs=1e-4)
    mine("export", "mine", "mine.zip")
    mine("import", "mine.zip", "--collection", "again")
    again = gallery.appearances(gallery.people("again"))
    for one, other in zip(looks, again, strict=True):
        assert one
        assert other
        assert one.numbers == pytest.approx(other.numbers, abs=1e-3)
    gallery.close()


def test_nothing_is_kept_where_the_order_of_looks_is_off(
    mine: Home, tmp_path: Path, photos: Mapping[str, bytes]
) -> None:
    (tmp_path / "obama.jpg").write_bytes(photos["obama.jpg"])
    off = Commands(mine.folder, mine.settings, {"LOOKALIKE_ORDER": "identity"})
    assert off("gallery", "add", "Barack Obama", "obama.jpg").returncode == 0
    assert kept(mine) == [None]


def test_appearances_are_ranked_by_and_go_with_the_portrait(
    engine_of_mine: LocalEngine, mine: Home
) -> None:
    engine, store = engine_of_mine, engine_of_mine.gallery.store
    # Both are about as alike by identity.
    probe = vector(0.1, 0.1)
    store.add(SOMEBODY, [Portrait(vector(1.0), appearance=look(0))])
    store.add(OTHER, [Portrait(vector(0.01, 0.9999), appearance=look(1))])

    def first(like: Appearance) -> str:
        return engine.matcher.rank(probe, 1, "mine", look=like)[0].person.id

    assert first(look(0)) == "Somebody"
    assert first(look(1)) == "Other"
    (portrait,) = store.portraits(SOMEBODY)
    store.add(SOMEBODY, [Portrait(vector(1.0), image_id="2", appearance=look(2))])
    (mean,) = engine.gallery.appearances([SOMEBODY])
    assert mean is not None
    assert mean.outline @ look(2).outline == pytest.approx(0.7, abs=0.1)
    store.remove_portrait(SOMEBODY, portrait.id)
    (left,) = engine.gallery.appearances([SOMEBODY])
    assert left is not None
    assert left.outline == pytest.approx(look(2).outline, abs=1e-3)
    engine.gallery.takedown("Somebody")
    assert engine.gallery.appearances([SOMEBODY, OTHER])[0] is None
    assert len(kept(mine)) == 1


def test_whoever_was_added_before_has_none(engine_of_mine: LocalEngine) -> None:
    engine_of_mine.gallery.store.add(SOMEBODY, [Portrait(vector(1.0))])
    assert engine_of_mine.gallery.appearances([SOMEBODY]) == (None,)
