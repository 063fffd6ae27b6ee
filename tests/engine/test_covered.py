"""What is told of faces of which little shows, on photos of people with things drawn on."""

from __future__ import annotations

import io
from collections.abc import Mapping

import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.coverage import Hindrance
from lookalike.faces.photo import Face
from lookalike.scores.similarity import Verdict
from tests.support import coverings

WORN = [("sunglasses", "sunglasses"), ("mask", "mask"), ("hand", "covered")]


@pytest.mark.parametrize(("kind", "hindrance"), WORN)
def test_two_covered_faces_are_not_told_apart(
    engine: LocalEngine, photos: Mapping[str, bytes], kind: str, hindrance: str
) -> None:
    def seen(name: str) -> Face:
        data = coverings.covered(engine.analyzer, photos[name], kind)
        return engine.analyzer.analyze(data).faces[0]

    one, other = seen("obama.jpg"), seen("obama2.jpg")
    for face in (one, other):
        assert face.coverage is not None
        assert face.coverage.hindrances == (Hindrance(hindrance),)
        assert face.coverage.human
    score = engine.matcher.compare_faces(one, other)
    assert score.similarity > 95
    assert (score.verdict, score.enough) == (Verdict.TOO_LITTLE, False)


@pytest.mark.parametrize("kind", [kind for kind, _ in WORN])
def test_one_covered_face_is_told_from_one_that_shows(
    engine: LocalEngine, photos: Mapping[str, bytes], kind: str
) -> None:
    data = coverings.covered(engine.analyzer, photos["obama.jpg"], kind)
    covered = engine.analyzer.analyze(data).faces[0]
    plain = engine.analyzer.analyze(photos["obama2.jpg"]).faces[0]
    assert engine.matcher.compare_faces(covered, plain).verdict is Verdict.SAME_PERSON


def test_faces_that_show_are_told_as_ever(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    one, other, stranger = (
        engine.analyzer.analyze(photos[name]).faces[0]
        for name in ("obama.jpg", "obama2.jpg", "biden.jpg")
    )
    assert engine.matcher.compare_faces(one, other).verdict is Verdict.SAME_PERSON
    assert engine.matcher.compare_faces(one, stranger).verdict is not Verdict.SAME_PERSON


def test_a_tiny_face(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    data = coverings.resized(photos["astronaut.png"], (160, 160))
    (face,) = engine.analyzer.analyze(data).faces
    assert face.coverage is not None
    assert 20 < face.coverage.size < 32
    assert (face.coverage.hindrances, face.enough) == ((Hindrance.TINY,), False)


def test_two_blurred_faces_are_not_told_by(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Enlarged from 16 pixels, whatever their size is now."""
    blurred = [_enlarged(photos[name], 16) for name in ("obama.jpg", "obama2.jpg")]
    for data in blurred:
        face = engine.analyzer.analyze(data).faces[0]
        assert face.coverage is not None
        assert face.quality.size > 60
        assert Hindrance.BLURRED in face.coverage.hindrances
    (score,) = engine.compare(*blurred).scores[:1]
    assert score.enough is False
    (beside,) = engine.compare(photos["obama3.jpg"], blurred[0]).scores[:1]
    assert beside.enough is True


def _enlarged(data: bytes, size: int) -> bytes:
    """A photo whose face was made so many pixels wide, and large again."""
    picture = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    picture.thumbnail((500, 500))
    small = picture.resize((picture.width * size // 160, picture.height * size // 160))
    written = io.BytesIO()
    small.resize(picture.size, PIL.Image.Resampling.BICUBIC).save(written, "PNG")
    return written.getvalue()
