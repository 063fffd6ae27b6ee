"""What shows on the faces of real photos, over the whole way from their bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.faces.analyzer import Analyzer
from lookalike.faces.traits import classifiers
from lookalike.faces.traits.classifiers import Classifiers, features
from lookalike.faces.traits.traits import Trait, Traits
from tests.support import coverings


def shown(analyzer: Analyzer, photo: bytes) -> Traits:
    traits = analyzer.analyze(photo, traits=True).faces[0].traits
    assert traits is not None
    return traits


def there(traits: Traits) -> set[Trait]:
    return {trait for trait, likely in traits.likely.items() if likely > 0.5}


@pytest.mark.parametrize("name", ["obama.jpg", "astronaut.png"])
def test_portraits_smile_with_open_eyes_and_without_glasses(
    analyzer: Analyzer, photos: Mapping[str, bytes], name: str
) -> None:
    traits = shown(analyzer, photos[name])
    assert there(traits) == {Trait.EYES_OPEN, Trait.MOUTH_OPEN, Trait.SMILE, Trait.HAPPY}
    assert traits.likely.keys() == set(Trait)
    # Into the camera.
    assert abs(traits.gaze.yaw) < 10


def test_sunglasses_are_told(analyzer: Analyzer, photos: Mapping[str, bytes]) -> None:
    worn = coverings.covered(analyzer, photos["obama.jpg"], "sunglasses")
    assert Trait.SUNGLASSES in there(shown(analyzer, worn))


def test_nothing_is_told_unless_it_is_asked_for(
    analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    photo = analyzer.analyze(photos["t1.jpg"])
    assert [each.traits for each in photo.faces] == [None] * 6
    assert photo.timings.traits == 0


def test_a_mirrored_face_looks_to_the_other_side(
    analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    picture, mirrored = PIL.Image.open(io.BytesIO(photos["t1.jpg"])).convert("RGB"), io.BytesIO()
    picture.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT).save(mirrored, "PNG")
    others = analyzer.analyze(mirrored.getvalue(), traits=True).faces
    aside = 0
    for face in analyzer.analyze(photos["t1.jpg"], traits=True).faces:
        left = picture.width - face.box.left - face.box.width
        twin = min(others, key=lambda other: abs(other.box.left - left))
        assert face.traits is not None
        assert twin.traits is not None
        if abs(face.traits.gaze.yaw) > 20:
            aside += 1
            assert face.traits.gaze.yaw * twin.traits.gaze.yaw < 0
    assert aside >= 1


def test_features_are_means_of_two_by_two_cells() -> None:
    parts = np.zeros((2, 112, 14, 14), np.float32)
    parts[1, 3, 0:2, 2:4] = [[1, 2], [3, 6]]
    found = features(parts, 0.25)
    assert len(found) == 2 * 112 * 49 + 1
    assert found[-1] == 0.25
    assert found[112 * 49 + 3 * 49 + 1] == 3
    assert np.count_nonzero(found) == 2


def test_what_ships_is_read_as_it_was_saved(tmp_path: Path) -> None:
    ours = classifiers.opened()
    assert ours.weights.shape == (len(Trait), 2 * 112 * 49 + 1)
    path = tmp_path / "classifiers.npz"
    ours.save(path)
    again: Classifiers = classifiers.opened(path)
    assert np.allclose(again.weights, ours.weights, atol=1e-3 * np.abs(ours.weights).max())
    assert np.array_equal(again.constants, ours.constants)
