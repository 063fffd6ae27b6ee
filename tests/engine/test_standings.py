"""Where the best match of a face stands, in the starter and in galleries of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike.engine.interface import Order, Probe, probe
from lookalike.engine.local import LocalEngine, Matcher
from lookalike.gallery import starter
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Who
from lookalike.gallery.portraits import Portrait
from tests.support.standings import fitted, whole

_STRANGERS = ("astronaut.png", "single_face.jpg")


def _share(engine: LocalEngine, photo: bytes, who: Who = EVERYONE, order: Order = "look") -> float:
    standing = engine.find(photo, limit=1, who=who, order=order).faces[0].standing
    assert standing is not None
    return standing.share


@pytest.mark.parametrize("order", ["identity", "look"])
def test_nobody_is_more_alike_than_the_person_themself(
    engine: LocalEngine, photos: Mapping[str, bytes], order: Order
) -> None:
    assert _share(engine, photos["obama.jpg"], order=order) > 0.99
    # Among others he is as anybody.
    assert _share(engine, photos["obama.jpg"], Who(origin="korean"), order) < 0.99


@pytest.mark.parametrize("name", _STRANGERS)
def test_strangers_stand_elsewhere_in_every_crowd(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    crowds = (EVERYONE, Who(gender="female"), Who(origin="korean"), Who(group="BTS"))
    shares = [_share(engine, photos[name], who) for who in crowds]
    assert all(0 < each < 1 for each in shares)
    assert len(set(shares)) == len(crowds)


def test_it_does_not_depend_on_how_many_are_shown(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    few, many = (engine.find(photos["astronaut.png"], limit=each).faces[0] for each in (1, 100))
    assert few.standing == many.standing
    assert few.standing is not None


def test_there_is_none_where_nobody_is_or_nothing_tells(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    found = engine.find(photos["astronaut.png"], limit=1, who=Who(group="nobody at all"))
    assert (found.faces[0].matches, found.faces[0].standing) == ((), None)
    bare = Matcher(engine.gallery, replace(engine.calibration, cohort=None))
    (ranking,) = engine.ranked([_probe(engine, photos)], 1)
    assert ranking.standing is not None
    assert bare.ranked(_probe(engine, photos), 1).standing is None


def _probe(engine: LocalEngine, photos: Mapping[str, bytes]) -> Probe:
    return probe(engine.faces(photos["astronaut.png"], "photo").faces[0])


@pytest.fixture
def own(engine: LocalEngine, tmp_path: Path) -> Iterator[Gallery]:
    """A gallery with a collection of 200 of the starter's people."""
    gallery = Gallery.open(replace(engine.settings, home=tmp_path), engine.analyzer.embedder)
    shipped = starter.load(engine.contract)
    for person, vector in zip(shipped.people[::6], shipped.vectors[::6], strict=True):
        gallery.store.add(replace(person, collection="mine"), [Portrait(vector)])
    yield gallery
    gallery.close()


def test_a_gallery_of_ones_own_is_fitted_when_it_is_searched(
    engine: LocalEngine, photos: Mapping[str, bytes], own: Gallery
) -> None:
    matcher = Matcher(own, engine.calibration)
    people = own.collection("mine").people
    assert people > 150
    drawn = own.drawn(50, "mine")
    assert drawn.of == people
    assert len(drawn.people) == len(drawn.vectors) <= 50
    for name in _STRANGERS:
        face = engine.faces(photos[name], "photo").faces[0]
        ranking = matcher.ranked(probe(face), 3, "mine")
        assert ranking.standing is not None
        assert 0 < ranking.standing.share < 1
        assert {each.person.collection for each in ranking.matches} == {"mine"}


@pytest.mark.parametrize("order", ["identity", "look"])
def test_what_an_import_fitted_is_what_a_search_would_have(
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    own: Gallery,
    monkeypatch: pytest.MonkeyPatch,
    order: Order,
) -> None:
    (looked_at,) = engine.faces(photos["astronaut.png"], "photo", appearances=True).faces
    asked = probe(looked_at)
    if order == "identity":
        asked = replace(asked, appearance=None)
    searched = [
        Matcher(own, engine.calibration).ranked(asked, 1, collection).standing
        for collection in ("mine", None)
    ]
    assert None not in searched
    Matcher(own, engine.calibration).keep_standings("mine")
    fresh = Matcher(own, engine.calibration)
    with monkeypatch.context() as patched:
        patched.setattr(Gallery, "drawn", _not_again)
        kept = [fresh.ranked(asked, 1, collection).standing for collection in ("mine", None)]
    assert kept == searched


def _not_again(*_: object) -> None:
    raise AssertionError("it was fitted anew")


def test_a_gallery_that_grew_is_fitted_anew_and_one_that_is_gone_is_forgotten(
    engine: LocalEngine, photos: Mapping[str, bytes], own: Gallery, tmp_path: Path
) -> None:
    Matcher(own, engine.calibration).keep_standings("mine")
    shipped = starter.load(engine.contract)
    for person, vector in zip(shipped.people[1::12], shipped.vectors[1::12], strict=True):
        own.store.add(replace(person, collection="mine"), [Portrait(vector)])
    grown = Matcher(own, engine.calibration).ranked(_probe(engine, photos), 1, "mine")
    assert grown.standing is not None
    assert fitted(tmp_path) == whole("mine")
    Matcher(own, engine.calibration).keep_standings("mine")
    again = Matcher(own, engine.calibration).ranked(_probe(engine, photos), 1, "mine")
    assert again.standing == grown.standing
    own.store.delete("mine")
    assert fitted(tmp_path) == {("", "identity"), ("", "look")}
