"""Where weights come from, and that the fix-ups change nothing that is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from lookalike.config import Settings
from lookalike.errors import ModelDamaged, ModelUnavailable
from lookalike.faces.models import graph, manifest, network, runtime
from tests.support.serving import listening


@pytest.fixture(scope="module")
def zoo() -> Iterator[str]:
    """A server with the detector's real bytes, and another file under a wrong name."""
    weights = manifest.read(manifest.YUNET.model, Path("/nonexistent"))

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(weights if self.path == "/right.onnx" else b"<html>moved</html>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Answer) as port:
        yield f"http://127.0.0.1:{port}"


def test_weights_come_from_the_package() -> None:
    for model in (manifest.YUNET.model, manifest.SFACE.model):
        assert len(manifest.read(model, Path("/nonexistent"))) > 100_000


def test_weights_come_from_the_address_when_there_is_no_package(zoo: str, tmp_path: Path) -> None:
    elsewhere = replace(manifest.YUNET.model, package="no-such-package", url=f"{zoo}/right.onnx")
    assert manifest.read(elsewhere, tmp_path) == manifest.read(manifest.YUNET.model, tmp_path)
    kept = replace(elsewhere, url="http://127.0.0.1:1/gone")
    assert manifest.read(kept, tmp_path) == manifest.read(manifest.YUNET.model, tmp_path)


def test_wrong_bytes_are_refused(zoo: str, tmp_path: Path) -> None:
    moved = replace(manifest.YUNET.model, package="no-such-package", url=f"{zoo}/wrong.onnx")
    with pytest.raises(ModelDamaged, match="published with 49f000ec"):
        manifest.read(moved, tmp_path)


def test_no_source_says_what_to_install(tmp_path: Path) -> None:
    lost = replace(manifest.YUNET.model, package="no-such-package", url="http://127.0.0.1:1/x")
    with pytest.raises(ModelUnavailable, match="pip install no-such-package"):
        manifest.read(lost, tmp_path)


def test_prepared_graphs_are_cached(tmp_path: Path) -> None:
    path = graph.prepared(manifest.YUNET.model, tmp_path, rewrite_prelu=True)
    assert isinstance(path, Path)
    before = path.stat().st_mtime_ns
    assert graph.prepared(manifest.YUNET.model, tmp_path, rewrite_prelu=True) == path
    assert path.stat().st_mtime_ns == before


def test_the_detector_computes_what_its_file_says(settings: Settings) -> None:
    """The prepared graph in a fast runtime against the published one in the slow reference."""
    published = onnx.load_from_string(manifest.read(manifest.YUNET.model, settings.cache))
    picture = np.random.default_rng(1).uniform(0, 255, (1, 3, 640, 640)).astype(np.float32)
    expected = ReferenceEvaluator(published).run(None, {"input": picture})
    opener = runtime.create("onnxruntime", cache=settings.cache, precision="float32", threads=1)
    found = opener.open(manifest.YUNET.model, (1, 3, 640, 640))(picture)
    assert len(found) == len(expected) == 12
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=2e-3)


def test_rewriting_prelu_is_exact(settings: Settings) -> None:
    faces = np.random.default_rng(2).uniform(0, 255, (3, 3, 112, 112)).astype(np.float32)
    rewritten = runtime.create(
        "onnxruntime", cache=settings.cache, precision="float32", threads=1
    ).open(manifest.SFACE.model, (network.ANY, 3, 112, 112))(faces)[0]
    plain = runtime.create("openvino", cache=settings.cache, precision="float32", threads=1).open(
        manifest.SFACE.model, (network.ANY, 3, 112, 112)
    )(faces)[0]
    assert rewritten == pytest.approx(plain, abs=1e-3 * float(np.abs(plain).max()))
