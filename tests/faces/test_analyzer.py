"""Detection, alignment, embedding and quality, on real photos through the real networks."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import PIL.Image
import pytest
from skimage.transform import SimilarityTransform, warp

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.align import TEMPLATE, align, similarity_transform
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.detect import _merge
from lookalike.faces.image import resized
from lookalike.faces.models.decoders import Detections
from lookalike.faces.photo import Face
from lookalike.faces.quality import pose, pose_of_mesh


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


def jpeg(picture: PIL.Image.Image, **options: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", **{"quality": 92, **options})
    return written.getvalue()


def only(faces: tuple[Face, ...]) -> Face:
    (face,) = faces
    return face


def test_six_faces_largest_first(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    photo = engine.analyzer.analyze(photos["t1.jpg"])
    assert (photo.width, photo.height, len(photo.faces)) == (1280, 886, 6)
    areas = [face.box.width * face.box.height for face in photo.faces]
    assert areas == sorted(areas, reverse=True)
    assert all(60 < face.box.width < 140 for face in photo.faces)


def test_landmarks_lie_within_their_box(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    for name in ("t1.jpg", "multi_face.jpg", "obama.jpg"):
        for face in engine.analyzer.analyze(photos[name]).faces:
            marks = face.landmarks
            assert marks.left_eye.x < marks.right_eye.x
            assert marks.mouth_left.x < marks.mouth_right.x
            assert marks.left_eye.y < marks.nose.y < marks.mouth_left.y
            for point in (marks.left_eye, marks.right_eye, marks.nose):
                assert face.box.left < point.x < face.box.left + face.box.width
                assert face.box.top < point.y < face.box.top + face.box.height


def test_a_face_that_fills_twelve_megapixels(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    near = opened(photos["obama.jpg"]).crop((330, 90, 720, 610)).resize((3000, 4000))
    face = only(engine.analyzer.analyze(jpeg(near)).faces)
    assert face.box.width > 1500
    known = only(engine.analyzer.analyze(photos["obama.jpg"]).faces)
    assert float(face.embedding @ known.embedding) > 0.8


def test_small_faces_in_a_group(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    """Faces of 20 px, on a canvas of a megapixel."""
    portrait = opened(photos["astronaut.png"])
    width = only(engine.analyzer.analyze(photos["astronaut.png"]).faces).box.width
    small = portrait.resize((round(512 * 20 / width),) * 2, PIL.Image.Resampling.LANCZOS)
    group = PIL.Image.new("RGB", (1152, 864), (90, 100, 110))
    places = [(x, y) for x in range(60, 1000, 240) for y in range(60, 700, 200)]
    for place in places:
        group.paste(small, place)
    found = engine.analyzer.analyze(jpeg(group)).faces
    assert len(found) == len(places)
    assert all(16 < face.box.width < 26 for face in found)


def test_small_faces_of_a_large_photo_are_cut_from_a_finer_decode(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    known = only(engine.analyzer.analyze(photos["obama.jpg"]).faces)
    far = PIL.Image.new("RGB", (4000, 3000), (120, 120, 120))
    person = opened(photos["obama.jpg"])
    far.paste(person.resize((person.width // 2, person.height // 2)), (1500, 1000))
    face = only(engine.analyzer.analyze(jpeg(far)).faces)
    assert 100 < face.box.width < 140
    assert float(face.embedding @ known.embedding) > 0.9


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_quarter_turns_without_exif(
    engine: LocalEngine, photos: Mapping[str, bytes], turns: int
) -> None:
    upright = opened(photos["obama.jpg"])
    turned = PIL.Image.fromarray(np.rot90(np.asarray(upright), turns))
    known = only(engine.analyzer.analyze(photos["obama.jpg"]).faces)
    face = only(engine.analyzer.analyze(jpeg(turned)).faces)
    assert float(face.embedding @ known.embedding) > 0.95
    roll = (0, -90, 180, 90)[turns]
    assert abs((face.quality.pose.roll - roll + 180) % 360 - 180) < 10
    # The box turns with the picture.
    eyes = (face.landmarks.left_eye, face.landmarks.right_eye)
    assert all(0 < eye.x < turned.width and 0 < eye.y < turned.height for eye in eyes)


def test_boxes_are_given_in_the_full_photo(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    small = only(engine.analyzer.analyze(photos["obama.jpg"]).faces)
    large = opened(photos["obama.jpg"])
    large = large.resize((large.width * 3, large.height * 3), PIL.Image.Resampling.LANCZOS)
    face = only(engine.analyzer.analyze(jpeg(large)).faces)
    for one, other in (
        (face.box.left, small.box.left),
        (face.box.top, small.box.top),
        (face.box.width, small.box.width),
    ):
        assert one / 3 == pytest.approx(other, abs=12)


def test_no_face_is_an_empty_tuple(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    assert engine.analyzer.analyze(photos["free-mountain-vector-01.jpg"]).faces == ()
    assert engine.analyzer.analyze(jpeg(PIL.Image.new("RGB", (640, 480), "navy"))).faces == ()


def test_embeddings_have_length_one(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    for face in engine.analyzer.analyze(photos["multi_face.jpg"]).faces:
        assert face.embedding.shape == (128,)
        assert face.embedding.dtype == np.float32
        assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)


def test_a_face_embeds_the_same_alone_and_in_a_batch(
    analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    pixels = np.asarray(opened(photos["astronaut.png"]))
    crops = [align(pixels, TEMPLATE + np.float32(40 * step), 112) for step in range(11)]
    embedding = analyzer.recogniser
    together = embedding.embed(crops)
    assert together.shape == (11, 128)
    for crop, vector in zip(crops, together, strict=True):
        assert float(embedding.embed([crop])[0] @ vector) > 0.999


def test_runtimes_and_precisions_agree(
    engine: LocalEngine, settings: Settings, photos: Mapping[str, bytes]
) -> None:
    exact = Analyzer(replace(settings, runtime="onnxruntime"))
    float32 = Analyzer(replace(settings, precision="float32"))
    for name in ("obama.jpg", "t1.jpg"):
        expected = exact.analyze(photos[name]).faces
        for other in (float32, engine.analyzer):
            found = other.analyze(photos[name]).faces
            assert len(found) == len(expected)
            for one in expected:
                two = min(found, key=lambda each: abs(each.box.left - one.box.left))
                assert one.box.left == pytest.approx(two.box.left, abs=0.03 * one.box.width)
                assert float(one.embedding @ two.embedding) > 0.97


def test_alignment_is_the_least_squares_similarity(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    face = only(engine.analyzer.analyze(photos["astronaut.png"]).faces)
    marks = face.landmarks
    points = np.array(
        [(p.x, p.y) for p in (marks.left_eye, marks.right_eye, marks.nose)]
        + [(p.x, p.y) for p in (marks.mouth_left, marks.mouth_right)],
        np.float32,
    )
    expected = SimilarityTransform.from_estimate(points, TEMPLATE)
    assert similarity_transform(points, 112) == pytest.approx(expected.params[:2], abs=1e-2)
    pixels = np.asarray(opened(photos["astronaut.png"]))
    reference = warp(pixels, expected.inverse, output_shape=(112, 112), preserve_range=True)
    crop = align(pixels, points, 112)
    assert np.abs(crop.astype(float) - reference).mean() < 2


def test_alignment_of_a_large_face_does_not_alias() -> None:
    stripes = np.zeros((2000, 2000, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = align(stripes, TEMPLATE * 8 + 400, 112)
    assert np.abs(crop.astype(int) - 127).max() <= 2


def test_resizing_averages() -> None:
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(resized(stripes, 90, 90).astype(int) - 127).max() <= 1


def test_pose_mirrors(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    for name in ("t1.jpg", "multi_face.jpg"):
        picture = opened(photos[name])
        mirrored = engine.analyzer.analyze(
            jpeg(picture.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT))
        )
        for face in engine.analyzer.analyze(photos[name]).faces:
            left = picture.width - face.box.left - face.box.width
            twin = min(mirrored.faces, key=lambda other: abs(other.box.left - left))
            assert twin.quality.pose.yaw == pytest.approx(-face.quality.pose.yaw, abs=9)
            assert twin.quality.pose.roll == pytest.approx(-face.quality.pose.roll, abs=6)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0, 0, 0), (30, 0, 0), (-20, 15, 10)])
def test_pose_of_the_mean_face(yaw: float, pitch: float, roll: float) -> None:
    """The mean face turned by known angles, seen from afar."""
    from lookalike.faces.quality import _FACE_3D, _mean_face

    y, p, r = np.radians([-yaw, -pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    turn = about_z @ about_y @ about_x
    whole = pose_of_mesh((_mean_face() @ turn.T * 12 + 200).astype(np.float32))
    assert (whole.yaw, whole.pitch, whole.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)
    turned = _FACE_3D @ turn.T
    found = pose((turned[:, :2] * 12 + 200).astype(np.float32))
    assert (abs(found.yaw), abs(found.pitch)) == pytest.approx((abs(yaw), abs(pitch)), abs=6)
    if yaw == 0:
        assert found.roll == pytest.approx(roll, abs=1)
    assert np.sign(round(found.yaw)) == np.sign(yaw)


@pytest.mark.parametrize("roll", [-45, 30, 45])
def test_a_photo_that_is_tilted_changes_the_roll_alone(
    engine: LocalEngine, photos: Mapping[str, bytes], roll: int
) -> None:
    for name in ("obama.jpg", "astronaut.png"):
        picture = opened(photos[name])
        whole = engine.analyzer.analyze(photos[name]).faces[0]
        middle = (whole.box.left + whole.box.width / 2, whole.box.top + whole.box.height / 2)
        # Pillow turns anticlockwise.
        tilted = jpeg(picture.rotate(-roll, center=middle, resample=PIL.Image.Resampling.BICUBIC))
        before, after = whole.quality.pose, engine.analyzer.analyze(tilted).faces[0].quality.pose
        assert after.roll == pytest.approx(before.roll + roll, abs=5)
        assert after.yaw == pytest.approx(before.yaw, abs=5)
        assert after.pitch == pytest.approx(before.pitch, abs=5)


def test_quality_falls_with_blur_and_darkness(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    from PIL import ImageEnhance, ImageFilter

    picture = opened(photos["obama.jpg"])
    sharp = only(engine.analyzer.analyze(photos["obama.jpg"]).faces).quality
    blurred = only(
        engine.analyzer.analyze(jpeg(picture.filter(ImageFilter.GaussianBlur(6)))).faces
    ).quality
    dark = only(
        engine.analyzer.analyze(jpeg(ImageEnhance.Brightness(picture).enhance(0.3))).faces
    ).quality
    assert blurred.sharpness < sharp.sharpness / 2
    assert dark.brightness == pytest.approx(sharp.brightness * 0.3, abs=4)
    assert sharp.score > 0.9


def test_merging_keeps_the_surest_of_overlapping_boxes() -> None:
    boxes = np.array([[0, 0, 100, 100], [5, 5, 100, 100], [30, 30, 20, 20], [300, 0, 50, 50]])
    scores = np.array([0.8, 0.9, 0.85, 0.7], np.float32)
    marks = np.zeros((4, 5, 2), np.float32)
    kept = _merge([Detections(boxes.astype(np.float32), marks, scores)])
    assert kept.scores.tolist() == pytest.approx([0.9, 0.7])


def test_at_most_the_asked_number_of_faces(settings: Settings, photos: Mapping[str, bytes]) -> None:
    few = Analyzer(replace(settings, max_faces=2))
    assert len(few.analyze(photos["t1.jpg"]).faces) == 2
