"""How real faces look, and that it is told of nobody where it cannot be."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.config import Settings
from lookalike.errors import ModelUnavailable
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance import appearance, components, reader
from lookalike.faces.appearance.appearance import Appearance, unpacked
from lookalike.faces.appearance.components import Components, Measurement
from lookalike.faces.image import FINE, decode
from lookalike.faces.models.manifest import LITE0
from lookalike.faces.vectors import Floats, unit

_OBAMAS = ("obama.jpg", "obama2.jpg", "obama3.jpg")
_OTHERS = ("biden.jpg", "astronaut.png", "Tom_Hanks_54745.png")


def _look(analyzer: Analyzer, data: bytes) -> Appearance:
    found = analyzer.analyze(data, appearances=True).faces[0].appearance
    assert found is not None
    return found


@pytest.fixture(scope="module")
def looks(analyzer: Analyzer, photos: Mapping[str, bytes]) -> dict[str, Appearance]:
    return {name: _look(analyzer, photos[name]) for name in (*_OBAMAS, *_OTHERS)}


@pytest.mark.parametrize(("of", "more"), [("shape", 0.2), ("outline", 0.05)])
def test_photos_of_one_person_look_more_alike_than_those_of_two(
    looks: Mapping[str, Appearance], of: str, more: float
) -> None:
    def cosine(one: str, other: str) -> float:
        return float(getattr(looks[one], of) @ getattr(looks[other], of))

    same = [cosine(*pair) for pair in combinations(_OBAMAS, 2)]
    others = [cosine(*pair) for pair in product(_OBAMAS, _OTHERS)]
    assert np.mean(same) > np.mean(others) + more
    for name in looks:
        assert cosine(name, name) == pytest.approx(1, abs=1e-5)


def test_a_mirrored_photo_looks_the_same(
    analyzer: Analyzer, photos: Mapping[str, bytes], looks: Mapping[str, Appearance]
) -> None:
    turned = io.BytesIO()
    ImageOps.mirror(Image.open(io.BytesIO(photos["biden.jpg"]))).save(turned, "PNG")
    mirrored = _look(analyzer, turned.getvalue())
    assert mirrored.outline @ looks["biden.jpg"].outline > 0.97


def test_what_is_beside_the_head_does_not_count(
    analyzer: Analyzer, photos: Mapping[str, bytes], looks: Mapping[str, Appearance]
) -> None:
    photo = Image.open(io.BytesIO(photos["biden.jpg"])).convert("RGB")
    (face,) = analyzer.analyze(photos["biden.jpg"]).faces
    left, width = round(face.box.left), round(face.box.width)
    for start, end in ((0, left - width), (left + 2 * width, photo.width)):
        photo.paste((20, 160, 60), (max(start, 0), 0, max(start, end), photo.height))
    changed = io.BytesIO()
    photo.save(changed, "PNG")
    assert _look(analyzer, changed.getvalue()).outline @ looks["biden.jpg"].outline > 0.95


def test_where_rather_no_face_is_nothing_is_told(
    analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    image = decode(photos["biden.jpg"], analyzer.limits, FINE)
    (face,) = analyzer.analyze_frame(image).faces
    assert face.mesh
    mesh = face.mesh.scaled(image.scale)
    assert analyzer._networks.appearances.read(image.pixels, mesh)
    none = replace(mesh, presence=-1.0)
    assert analyzer._networks.appearances.read(image.pixels, none) is None


@pytest.mark.parametrize("url", ["", "damaged"])
def test_without_its_network_nothing_is_told_and_nothing_loaded(
    settings: Settings,
    photos: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str,
) -> None:
    analyzer = Analyzer(settings)
    # The others are open.
    analyzer.analyze(photos["biden.jpg"])
    if url:

        def damaged(*_: object) -> None:
            raise ModelUnavailable("it is damaged")

        monkeypatch.setattr(analyzer.runtime, "open", damaged)
    else:
        gone = replace(
            LITE0.model, package="no-such-package", file="none", url="http://127.0.0.1:1"
        )
        monkeypatch.setattr(reader, "LITE0", replace(LITE0, model=gone))
    for _ in range(2):
        (face,) = analyzer.analyze(photos["biden.jpg"], appearances=True).faces
        assert face.appearance is None
    assert [each.getMessage() for each in caplog.records] == (
        ["Look-alikes keep the order of identity. it is damaged"] if url else []
    )


def test_the_network_is_opened_by_the_first_who_asks(
    settings: Settings, photos: Mapping[str, bytes]
) -> None:
    analyzer = Analyzer(settings)
    (face,) = analyzer.analyze(photos["biden.jpg"]).faces
    assert (face.appearance, analyzer._networks.appearances._opened) == (None, None)
    (face,) = analyzer.analyze(photos["biden.jpg"], appearances=True).faces
    assert face.appearance is not None


def test_an_appearance_comes_back_as_it_was_kept(looks: Mapping[str, Appearance]) -> None:
    kept = looks["obama.jpg"].packed()
    assert len(kept) == 411
    again = unpacked(kept)
    assert again is not None
    assert again.numbers == pytest.approx(looks["obama.jpg"].numbers, abs=1e-3)
    assert np.linalg.norm(again.shape) == pytest.approx(1, abs=1e-6)
    other = bytes([appearance.VERSION + 1]) + kept[1:]
    endless = kept[:1] + np.full(205, np.inf, "<f2").tobytes()
    assert [unpacked(each) for each in (None, b"", kept[:-1], other, endless)] == [None] * 5


def test_of_several_photos_the_mean_counts(looks: Mapping[str, Appearance]) -> None:
    several = [looks[name] for name in _OBAMAS]
    found = appearance.mean(several)
    assert found is not None
    assert found.outline == pytest.approx(
        unit(np.mean([each.outline for each in several], axis=0)), abs=1e-6
    )
    assert appearance.mean([]) is None


def test_what_is_fitted_comes_back_from_its_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fitted") / components.FILE
    random = np.random.default_rng(0)

    def drawn(*sides: int) -> Floats:
        return random.normal(size=sides).astype(np.float32)

    fitted = Components(
        drawn(468, 3),
        *(Measurement(drawn(m), drawn(m, k)) for m, k in ((1404, 5), (40, 4), (9, 3))),
    )
    fitted.save(path)
    again = components.opened(path)
    assert again.mean_shape == pytest.approx(fitted.mean_shape)
    for name in ("shape", "parts", "wholes"):
        one, other = getattr(fitted, name), getattr(again, name)
        assert other.mean == pytest.approx(one.mean, abs=2e-3)
        assert other.axes == pytest.approx(one.axes, abs=float(np.abs(one.axes).max()) / 200)


def test_what_ships_is_small_and_of_the_sizes_that_are_kept() -> None:
    shipped = components.opened()
    assert shipped.shape.axes.shape == (468 * 3, appearance.OF_SHAPE)
    assert shipped.parts.axes.shape[0] == 112 * 14 * 14
    assert shipped.wholes.axes.shape[0] == 192 * 7 * 7
    ends = shipped.parts.axes.shape[1] + shipped.wholes.axes.shape[1]
    assert ends == appearance.OF_OUTLINE
