"""What the variants of benchmarks/improvements do, on real photos."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks.improvements import looks, templates
from benchmarks.improvements.looks import Seen
from benchmarks.improvements.templates import Enrolled
from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.vectors import unit


@pytest.fixture(scope="module")
def seen(analyzer: Analyzer, photos: Mapping[str, bytes]) -> Seen:
    data = photos["obama.jpg"]
    return Seen(analyzer, analyzer.analyze(data).faces[0], data, None)


def test_every_way_gives_a_vector_of_the_same_face(seen: Seen) -> None:
    for name, way in looks.WAYS.items():
        if name == looks.WITH_DLIB:
            continue  # Its network is not on this machine.
        vector = way(seen)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3), name
        assert vector @ seen.face.embedding > 0.8, name


def test_the_mirrored_mean_does_not_know_left_from_right(seen: Seen) -> None:
    turned = np.ascontiguousarray(seen.face.crop[:, ::-1])
    one, other = seen.analyzer.recogniser.vectors(np.stack([seen.face.crop, turned]))
    assert looks.ships(seen) @ unit(one + other) == pytest.approx(1, abs=1e-3)
    assert looks.mesh(seen) @ one == pytest.approx(1, abs=1e-3)


def test_portraits_that_agree_weigh_more(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    vectors = np.array([engine.portrait(photos[f"{name}.jpg"]) for name in ("obama", "obama2")])
    stranger = engine.portrait(photos["biden.jpg"])
    owners = np.array([0, 0, 0, 1])
    quality = np.array([[40, 200, 0.9, 5, 5]] * 4, np.float32)
    gallery = Enrolled(np.concatenate([vectors, [stranger], [stranger]]), owners, quality)
    probe = engine.portrait(photos["obama3.jpg"])[None]
    plain, weighted = (
        ranking(probe, gallery)[0] for ranking in (templates.mean, templates.by_agreement)
    )
    assert weighted[0] > plain[0] > plain[1]
    assert templates.best(probe, gallery)[0, 0] == pytest.approx((vectors @ probe[0]).max())
    assert templates.by_quality(probe, gallery)[0] == pytest.approx(plain, abs=1e-5)
    assert templates.learned(probe, gallery)[0] == pytest.approx(plain, abs=0.05)
