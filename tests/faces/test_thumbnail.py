"""Thumbnails: small, upright, and nearly as good as the photo for embedding again."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import PhotoError
from lookalike.faces.align import template
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.photo import Face
from lookalike.faces.pictures import thumbnail
from tests.support import coverings

PEOPLE = ("obama.jpg", "biden.jpg", "astronaut.png", "Tom_Hanks_54745.png", "single_face.jpg")


def cut(engine: LocalEngine, data: bytes) -> tuple[Face, bytes]:
    """The largest face of a photo, and its thumbnail."""
    face = engine.analyzer.analyze(data).faces[0]
    small = engine.analyzer.with_thumbnail(face, data).thumbnail
    assert small is not None
    return face, small


def turned(data: bytes, degrees: float, **options: object) -> bytes:
    picture = PIL.Image.open(io.BytesIO(data)).convert("RGB").rotate(degrees, expand=True)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=95, **options)
    return written.getvalue()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_face_embeds_nearly_the_same_from_its_thumbnail(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes], name: str
) -> None:
    face, small = cut(engine, photos[name])
    vector = analyzer.embed_thumbnail(small)
    assert vector.shape == (128,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert float(vector @ face.embedding) > 0.98


@pytest.mark.parametrize("name", PEOPLE)
def test_a_thumbnail_shows_what_covers_a_face(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes], name: str
) -> None:
    face, small = cut(engine, photos[name])
    shown = analyzer.thumbnail_coverage(small)
    assert face.coverage is not None
    assert shown.human
    assert max(shown.sunglasses, shown.mask) < 0.5
    assert shown.presence == pytest.approx(face.coverage.presence, abs=7)
    _, masked = cut(engine, coverings.covered(engine.analyzer, photos[name], "mask"))
    assert analyzer.thumbnail_coverage(masked).mask > 0.5


def test_a_photo_is_looked_at_for_a_thumbnail_only_when_asked(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    assert engine.analyzer.analyze(photos["obama.jpg"]).faces[0].thumbnail is None


@pytest.mark.parametrize("name", PEOPLE)
def test_thumbnails_are_small_squares_with_the_face_in_the_middle(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    _, small = cut(engine, photos[name])
    picture = PIL.Image.open(io.BytesIO(small))
    assert picture.format == "JPEG"
    assert picture.width == picture.height <= 320
    assert len(small) < 45_000
    (face,) = engine.analyzer.analyze(small).faces
    marks = face.landmarks
    found = np.array([(p.x, p.y) for p in (marks.left_eye, marks.right_eye, marks.nose)])
    expected = template(picture.width, thumbnail.MARGIN)[:3]
    assert np.abs(found - expected).max() < 0.05 * picture.width


@pytest.mark.parametrize("degrees", [0, 30, 90, 180])
def test_a_thumbnail_is_upright_however_the_photo_is_turned(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes], degrees: float
) -> None:
    face, small = cut(engine, turned(photos["obama.jpg"], degrees))
    (again,) = engine.analyzer.analyze(small).faces
    assert abs(again.quality.pose.roll) < 5
    assert float(analyzer.embed_thumbnail(small) @ face.embedding) > 0.98


def test_a_photo_that_says_how_it_lies_is_turned_once(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    face, small = cut(engine, turned(photos["obama.jpg"], 90, exif=exif))
    assert abs(face.quality.pose.roll) < 10
    assert float(analyzer.embed_thumbnail(small) @ face.embedding) > 0.98
    assert not PIL.Image.open(io.BytesIO(small)).getexif()


def test_a_small_face_is_not_blown_up(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    photo = engine.analyzer.analyze(photos["multi_face.jpg"])
    face = min(photo.faces, key=lambda each: each.box.width)
    small = engine.analyzer.with_thumbnail(face, photos["multi_face.jpg"]).thumbnail
    assert small is not None
    assert PIL.Image.open(io.BytesIO(small)).width < 6 * face.box.width


def test_a_face_of_a_large_photo_does_not_alias(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    picture = PIL.Image.open(io.BytesIO(photos["astronaut.png"])).convert("RGB")
    written = io.BytesIO()
    picture.resize((4000, 4000)).save(written, "JPEG", quality=95)
    face, small = cut(engine, written.getvalue())
    assert PIL.Image.open(io.BytesIO(small)).width == thumbnail.SIDE
    assert float(analyzer.embed_thumbnail(small) @ face.embedding) > 0.98


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0", b"GIF89a", b"\0" * 300_000])
def test_what_is_no_thumbnail_is_refused(analyzer: Analyzer, data: bytes) -> None:
    with pytest.raises(PhotoError):
        analyzer.embed_thumbnail(data)


def test_a_photo_is_no_thumbnail(analyzer: Analyzer, photos: Mapping[str, bytes]) -> None:
    for name in ("obama.jpg", "astronaut.png"):
        with pytest.raises(PhotoError):
            analyzer.embed_thumbnail(photos[name])
