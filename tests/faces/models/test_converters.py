"""Networks of other formats compute as ONNX what they are published to."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import onnx
import pytest
import skimage.data
from onnx.reference import ReferenceEvaluator

from lookalike.config import Settings
from lookalike.errors import ModelDamaged
from lookalike.faces.models import manifest, runtime
from lookalike.faces.models.converters import lite0, pytorch
from lookalike.faces.models.manifest import LITE0, Folders
from lookalike.faces.vectors import Floats

# Of ImageNet's 1000.
_EGYPTIAN_CAT, _TABBY, _TIGER_CAT = 285, 281, 282
_ROCKET, _SPACE_SHUTTLE = 657, 812


def _fed(picture: Floats) -> Floats:
    square = cv2.resize(picture[:, -min(picture.shape[:2]) :], (224, 224))
    return np.asarray((square[None].transpose(0, 3, 1, 2) - np.float32(127)) / np.float32(128))


@pytest.fixture(scope="module")
def published(settings: Settings) -> bytes:
    return manifest.read(LITE0.model, Folders.of(settings))


def test_the_general_network_knows_a_cat_and_a_rocket(published: bytes) -> None:
    import openvino

    named = lite0.converted(published, names=True)
    onnx.checker.check_model(onnx.load_from_string(named))
    core = openvino.Core()
    network = core.compile_model(core.read_model(named), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    cat, rocket = (
        int(network([_fed(picture)])[2].argmax())
        for picture in (skimage.data.chelsea(), skimage.data.rocket())
    )
    assert cat in (_EGYPTIAN_CAT, _TABBY, _TIGER_CAT)
    assert rocket in (_ROCKET, _SPACE_SHUTTLE)


def test_both_runtimes_see_what_the_written_graph_says(
    settings: Settings, published: bytes
) -> None:
    picture = skimage.data.astronaut()[:224, 100:324]
    batch = np.stack([picture, picture[:, ::-1]])
    graph = onnx.load_from_string(lite0.converted(published))
    fed = ((batch.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    expected = list(map(np.asarray, ReferenceEvaluator(graph).run(None, {"picture": fed[:1]})))
    assert [each.shape for each in expected] == [(1, 112, 14, 14), (1, 192, 7, 7)]
    for name in ("openvino", "onnxruntime"):
        chosen = replace(settings, runtime=name, precision="float32")
        found = runtime.create(chosen).open(LITE0, (2, 224, 224, 3))(batch)
        for one, other in zip(found, expected, strict=True):
            assert one[:1] == pytest.approx(other, abs=2e-3)


@pytest.mark.parametrize("data", [b"", b"cos\nsystem\n(S'true'\ntR.", b"no pickle"])
def test_weights_run_nothing(data: bytes) -> None:
    with pytest.raises(ModelDamaged, match="no weights of PyTorch"):
        pytorch.weights(data)
