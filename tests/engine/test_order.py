"""In which order look-alikes are: by identity, or by the whole look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from lookalike.engine.interface import Match
from lookalike.engine.local import LocalEngine, Matcher
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import Appearance
from lookalike.gallery.people import Who
from lookalike.scores.similarity import Score

_STRANGERS = ("astronaut.png", "single_face.jpg")


def _ids(matches: tuple[Match[Score], ...]) -> list[str]:
    return [each.person.id for each in matches]


@pytest.mark.parametrize("name", _STRANGERS)
def test_the_nearest_are_put_into_another_order(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    """The same hundred people, each with the same numbers."""
    (plain,) = engine.find(photos[name], limit=100).faces
    (ranked,) = engine.find(photos[name], limit=100, order="look").faces
    assert (plain.order, ranked.order) == ("identity", "look")
    assert _ids(plain.matches) != _ids(ranked.matches)
    assert {each.person.id: each.score for each in plain.matches} == {
        each.person.id: each.score for each in ranked.matches
    }
    # Two orders that agree in part.
    places = [_ids(plain.matches).index(each) for each in _ids(ranked.matches)]
    assert 0.2 < np.corrcoef(places, range(100))[0, 1] < 0.95
    few = engine.find(photos[name], limit=3, order="look").faces[0]
    assert _ids(few.matches) == _ids(ranked.matches)[:3]


def test_beyond_the_hundred_nearest_identity_goes_on(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    plain, ranked = (
        engine.find(photos["astronaut.png"], limit=110, order=order).faces[0].matches
        for order in ("identity", "look")
    )
    assert _ids(ranked)[100:] == _ids(plain)[100:]
    assert _ids(ranked)[:100] != _ids(plain)[:100]


@pytest.mark.parametrize("name", ["obama3.jpg", "obama_partial_face.jpg", "biden.jpg"])
def test_whoever_is_the_same_person_comes_first(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    plain, ranked = (
        engine.find(photos[name], limit=5, order=order).faces[0].matches
        for order in ("identity", "look")
    )
    assert plain[0].score.similarity >= 80
    assert ranked[0] == plain[0]
    assert all(each.score.similarity < 80 for each in ranked[1:])


def test_a_filter_keeps_the_order(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    women = engine.find(
        photos["astronaut.png"], limit=20, who=Who(gender="female"), order="look"
    ).faces[0]
    assert women.order == "look"
    assert {each.person.gender for each in women.matches} == {"female"}
    similarities = [each.score.similarity for each in women.matches]
    assert similarities != sorted(similarities, reverse=True)


def test_whoever_looks_the_same_is_put_first(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Among the nearest, whose appearance is that of the probe."""
    (face,) = engine.find(photos["astronaut.png"], limit=100).faces
    for match in face.matches[10:60:25]:
        (look,) = engine.gallery.appearances([match.person])
        assert look is not None
        first = engine.matcher.rank(face.face.embedding, 1, look=look)[0]
        assert first.person == match.person


def test_nothing_is_changed_where_the_settings_or_the_model_know_no_looks(
    engine: LocalEngine, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = engine.find(photos["astronaut.png"], limit=10)
    by_identity = Analyzer(replace(engine.settings, order="identity"))
    monkeypatch.setattr(engine, "analyzer", by_identity)
    off = engine.find(photos["astronaut.png"], limit=10, order="look").faces[0]
    assert (off.order, _ids(off.matches)) == ("identity", _ids(plain.faces[0].matches))
    monkeypatch.undo()
    uncalibrated = replace(engine.calibration, cohort=None)
    monkeypatch.setattr(engine, "matcher", Matcher(engine.gallery, uncalibrated))
    assert engine.find(photos["astronaut.png"], limit=1, order="look").faces[0].order == "identity"


def test_whoever_has_no_appearance_counts_as_ordinary(
    engine: LocalEngine, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody has one, identity decides."""
    (face,) = engine.find(photos["astronaut.png"], limit=10).faces
    monkeypatch.setattr(engine.gallery, "appearances", lambda people: (None,) * len(people))
    random = np.random.default_rng(0).normal(size=205).astype(np.float32)
    ranked = engine.matcher.rank(face.face.embedding, 10, look=Appearance.of(random))
    assert _ids(ranked) == _ids(face.matches)
