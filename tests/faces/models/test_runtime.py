"""Which library computes a network, and that it matters to the time alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import openvino
import pytest

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, SetupError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.models import runtime
from lookalike.faces.models.libraries.fastest import Fastest, fastest
from lookalike.faces.models.libraries.onnx_runtime import ONNXRuntime
from lookalike.faces.models.libraries.openvino_runtime import OpenVINO
from lookalike.faces.models.manifest import SFACE, Folders
from lookalike.faces.models.network import Batches

SHAPE = (1, 112, 112, 3)


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a machine on which nothing was timed yet."""
    for each in ("models", "openvino"):
        (tmp_path / each).symlink_to(settings.cache / each)
    return replace(settings, cache=tmp_path, runtime="fastest", precision="float32")


def opener(own: Settings) -> Fastest:
    found = runtime.create(own)
    assert isinstance(found, Fastest)
    return found


def test_the_usual_library_is_kept_unless_another_is_clearly_faster() -> None:
    assert fastest({"openvino": 10, "onnxruntime": 20}) == "openvino"
    assert fastest({"openvino": 10, "onnxruntime": 9.5}) == "openvino"
    assert fastest({"openvino": 37, "onnxruntime": 27}) == "onnxruntime"
    assert fastest({"openvino": 10}) == "openvino"


def test_both_libraries_are_timed_once_on_a_machine(own: Settings) -> None:
    first = opener(own)
    first.open(SFACE, SHAPE)
    library = first.library(SFACE)
    assert list(library.times) == ["openvino", "onnxruntime"]
    assert all(each > 0 for each in library.times.values())
    assert library.name == fastest(library.times)
    (path,) = (own.cache / "fastest").iterdir()
    before = path.read_bytes()
    again = opener(own)
    again.open(SFACE, SHAPE)
    assert again.library(SFACE) == library
    assert path.read_bytes() == before
    # What was cut short is no answer, and other threads are another question.
    path.write_bytes(before[:-1])
    opener(own).open(SFACE, SHAPE)
    assert json.loads(path.read_bytes()[32:]).keys() == library.times.keys()
    opener(replace(own, threads=2)).open(SFACE, SHAPE)
    assert len(list((own.cache / "fastest").iterdir())) == 2


def test_only_what_computes_alike_is_a_choice(own: Settings) -> None:
    """A processor without bfloat16 computes in float32, whatever is asked for."""
    found = opener(replace(own, precision="bfloat16"))
    found.open(SFACE, SHAPE)
    library = found.library(SFACE)
    alike = ["openvino", "onnxruntime"] if library.precision == "float32" else ["openvino"]
    assert list(library.times) == alike


@pytest.mark.parametrize("library", ["openvino", "onnxruntime"])
def test_the_library_that_was_the_fastest_is_used(
    own: Settings, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = {"openvino": 10.0, "onnxruntime": 1.0 if library == "onnxruntime" else 11.0}
    monkeypatch.setattr(Fastest, "_measured", lambda *_: json.dumps(times).encode())
    analyzer = Analyzer(own)
    used = analyzer.runtime.library(analyzer.embedder)
    assert (used.name, used.times) == (library, times)
    assert library == "openvino" or used.precision == "float32"


def test_a_network_that_one_library_cannot_open_runs_in_the_other(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_: object) -> None:
        raise RuntimeError("no kernel")

    chosen = opener(own)
    monkeypatch.setattr("lookalike.faces.models.libraries.onnx_runtime.ONNXRuntime.open", unable)
    chosen.open(SFACE, SHAPE)
    assert list(chosen.library(SFACE).times) == ["openvino"]
    monkeypatch.setattr("lookalike.faces.models.libraries.openvino_runtime.OpenVINO.open", unable)
    with pytest.raises(RuntimeError, match="no kernel"):
        opener(replace(own, threads=2)).open(SFACE, SHAPE)


@pytest.mark.parametrize("library", ["openvino", "onnxruntime"])
def test_batches_do_not_overwrite_each_other(own: Settings, library: str) -> None:
    """A library may give out the memory that it writes the next answer to."""
    folders = Folders.of(own)
    opened = OpenVINO(folders, "float32", 1) if library == "openvino" else ONNXRuntime(folders, 1)
    network = Batches(opened, SFACE, 112)
    crops = np.random.default_rng(1).integers(0, 256, (19, 112, 112, 3), np.uint8)
    (together,) = network(crops)
    alone = [network(each[None])[0][0] for each in crops]
    assert together == pytest.approx(np.array(alone), abs=1e-3 * float(np.abs(together).max()))


def test_the_choice_does_not_move_vectors(own: Settings, photos: Mapping[str, bytes]) -> None:
    """Of the same crop, in the arithmetic that both have."""
    crop = Analyzer(own).analyze(photos["obama.jpg"]).faces[0].crop
    both = [
        Analyzer(replace(own, runtime=each)).embed([crop])[0]
        for each in ("openvino", "onnxruntime")
    ]
    assert float(both[0] @ both[1]) == pytest.approx(1, abs=1e-5)
    assert np.abs(both[0] - both[1]).max() < 1e-3


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("gpu", "OpenVINO has no GPU here; it has CPU"),
        ("cuda", "The installed ONNX Runtime has no CUDAExecutionProvider; it has "),
        ("coreml", "The installed ONNX Runtime has no CoreMLExecutionProvider; it has "),
    ],
)
def test_a_device_that_is_not_there_is_named(
    own: Settings, device: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server; a laptop may have one of them."""
    monkeypatch.setattr(openvino.Core, "available_devices", ["CPU"])
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(SetupError) as raised:
        runtime.create(replace(own, device=device))  # type: ignore[arg-type]
    assert str(raised.value).startswith(said)
    assert "LOOKALIKE_DEVICE" in str(raised.value)


def test_a_library_without_the_device_is_refused(own: Settings) -> None:
    with pytest.raises(InvalidParameter, match="LOOKALIKE_DEVICE is cuda, which onnxruntime has"):
        runtime.create(replace(own, device="cuda", runtime="openvino"))
