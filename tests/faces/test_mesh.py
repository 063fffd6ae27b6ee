"""The mesh of a face, on real photos through MediaPipe's network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import ModelDamaged
from lookalike.faces.align import template
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import Image, Pixels, decode
from lookalike.faces.mesh import Mesh, MeshReader
from lookalike.faces.models import manifest, runtime
from lookalike.faces.models.converters import tflite
from lookalike.faces.models.converters.flatbuffer import root
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import MESH, Folders
from lookalike.faces.models.network import Runtime
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats

ALONE = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "single_face.jpg")
# Points of MediaPipe's canonical face model.
FOREHEAD, CHIN, LEFT_CHEEK, RIGHT_CHEEK, NOSE = 10, 152, 234, 454, 1


def seen(engine: LocalEngine, pixels: Pixels) -> Face:
    """The largest face of a picture that lies as it should."""
    height, width = pixels.shape[:2]
    whole = Image(np.ascontiguousarray(pixels), width, height, "PNG")
    return engine.analyzer.analyze_frame(whole).faces[0]


def mesh_of(face: Face) -> Mesh:
    assert face.mesh is not None
    return face.mesh


def pixels_of(engine: LocalEngine, data: bytes) -> Pixels:
    return decode(data, engine.limits, 896).pixels


def smaller(pixels: Pixels, factor: float) -> Pixels:
    scaled = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.uint8)


def mirrored(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:, ::-1])


def detected(points: Floats) -> Detections:
    boxes = np.concatenate([points.min(axis=0), np.ptp(points, axis=0)])[None]
    return Detections(boxes.astype(np.float32), points[None], np.ones(1, np.float32))


def test_a_mesh_lies_on_its_face(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    for name in ALONE:
        face = seen(engine, pixels_of(engine, photos[name]))
        mesh, box = mesh_of(face), face.box
        assert mesh.points.shape == (468, 3)
        assert mesh.presence > 20
        x, y, depth = mesh.points.T
        assert x[LEFT_CHEEK] < x[NOSE] < x[RIGHT_CHEEK]
        assert y[FOREHEAD] < y[NOSE] < y[CHIN]
        assert depth[NOSE] == depth.min() or depth[NOSE] < np.quantile(depth, 0.05)
        assert np.ptp(x) == pytest.approx(box.width, rel=0.25)
        middle = (box.left + box.width / 2, box.top + box.height / 2)
        off = (x.min() + x.max()) / 2 - middle[0], (y.min() + y.max()) / 2 - middle[1]
        assert np.hypot(*off) < 0.15 * box.height


def test_its_landmarks_are_those_of_the_face(
    engine: LocalEngine, analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    """Near those of the detector, which recognisers were trained with, and better."""
    pixels = pixels_of(engine, photos["astronaut.png"])
    first = analyzer.detector.detect_upright(pixels).largest(1)
    face = seen(engine, pixels)
    assert face.landmarks.array == pytest.approx(mesh_of(face).landmarks)
    off = np.linalg.norm(face.landmarks.array - first.landmarks[0], axis=1)
    assert 0 < off.max() < 0.1 * face.box.width


def test_a_mirrored_photo_gives_the_mirrored_mesh_and_the_same_vector(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    for name in ALONE:
        pixels = pixels_of(engine, photos[name])
        one, other = seen(engine, pixels), seen(engine, mirrored(pixels))
        back = other.landmarks.array[[1, 0, 2, 4, 3]] * [-1, 1] + [pixels.shape[1] - 1, 0]
        # A template that leans moves them by half a pixel of 112.
        assert np.abs(one.landmarks.array - back).max() < 0.04 * one.box.width
        assert one.embedding @ other.embedding > 0.97


def test_a_smaller_photo_gives_nearly_the_same_vector(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    found = []
    for name in ALONE:
        pixels = pixels_of(engine, photos[name])
        whole = seen(engine, pixels).embedding
        found += [whole @ seen(engine, smaller(pixels, each)).embedding for each in (0.93, 0.8)]
    assert np.mean(found) > 0.985
    assert np.min(found) > 0.96


def test_a_cat_has_no_mesh_of_a_human(engine: LocalEngine, analyzer: Analyzer) -> None:
    (cat,) = analyzer.detector.detect(skimage.data.chelsea()).landmarks
    (face,) = engine.analyzer.analyze(
        cv2.imencode(".png", skimage.data.chelsea()[..., ::-1])[1].tobytes()
    ).faces
    assert mesh_of(face).presence < -2
    # So its landmarks are the detector's.
    assert face.landmarks.array == pytest.approx(cat)


def test_where_no_face_is_landmarks_stay(settings: Settings) -> None:
    reader = MeshReader(opener(settings, "openvino"))
    grey = np.full((400, 400, 3), 127, np.uint8)
    points = (template(112) + 100).astype(np.float32)
    (mesh,) = reader.read(grey, detected(points))
    assert mesh.presence < 0
    assert mesh.landmarks == pytest.approx(points)
    nobody = Detections(*(np.zeros(each, np.float32) for each in ((0, 4), (0, 5, 2), 0)))
    assert reader.read(grey, nobody) == ()


@pytest.mark.parametrize("points", [[[150, 150]] * 5, [[9e3, 9e3]] * 5, template(112) - 9e3])
def test_landmarks_that_no_face_has_are_no_accident(settings: Settings, points: Floats) -> None:
    reader = MeshReader(opener(settings, "openvino"))
    pixels = np.full((300, 300, 3), 127, np.uint8)
    (mesh,) = reader.read(pixels, detected(np.array(points, np.float32)))
    assert np.isfinite(mesh.points).all()
    assert np.isfinite(mesh.landmarks).all()


def opener(settings: Settings, name: str) -> Runtime:
    return runtime.create(replace(settings, runtime=name, precision="float32"))  # type: ignore[arg-type]


def test_both_runtimes_see_what_the_published_file_says(
    settings: Settings, photos: Mapping[str, bytes]
) -> None:
    """The network that was converted once, and MediaPipe's own file in OpenVINO."""
    import openvino

    core = openvino.Core()
    path = manifest.fetched(MESH.model, Folders.of(settings), settings.cache / "published")
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    published = core.compile_model(core.read_model(path), "CPU", options)
    face = cv2.resize(skimage.data.astronaut()[0:200, 130:330], (192, 192))
    both = np.stack([face, face[:, ::-1]])
    batch = both.astype(np.float32) / np.float32(255)
    expected = [published([each[None]]).to_tuple() for each in batch]
    for name in ("openvino", "onnxruntime"):
        points, flags = opener(settings, name).open(MESH, (2, 192, 192, 3))(both)
        for row, (told, flag) in enumerate(expected):
            assert points[row].ravel() == pytest.approx(told.ravel(), abs=0.01)
            assert flags[row].ravel() == pytest.approx(flag.ravel(), abs=0.01)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ModelDamaged, match="no TensorFlow Lite network"):
        tflite.converted(b"TFL3 but not really")


@pytest.mark.parametrize("length", [8, 100, 5_000, 2_000_000])
def test_what_was_cut_short_is_refused(settings: Settings, length: int) -> None:
    data = manifest.read(MESH.model, Folders.of(settings))
    with pytest.raises(ModelDamaged):
        tflite.converted(data[:length])


def test_an_operation_that_is_not_known_is_named(settings: Settings) -> None:
    data = manifest.read(MESH.model, Folders.of(settings))
    # The file's codes of operations are few; 34 is Pad, 25 would be Softmax.
    codes = root(data).tables(1)
    (pad,) = (each for each in codes if each.number(0, "b") == 34)
    at = data.index(bytes([34]), pad.at, pad.at + 16)
    changed = data[:at] + bytes([25]) + data[at + 1 :]
    with pytest.raises(ModelDamaged, match=r"operation 25, which is not known here; known: 0, 3"):
        tflite.converted(changed)
