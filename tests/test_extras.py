"""What is not installed is named, with the extra that it comes with; nothing else needs it."""

from __future__ import annotations

import io
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from lookalike import extras
from lookalike.answers.problems import problem
from lookalike.aws.client import Client
from lookalike.config import Settings
from lookalike.errors import ExtraMissing
from lookalike.faces.models import runtime
from lookalike.faces.models.manifest import YUNET
from lookalike.rekognition.wire.faults import fault_of
from lookalike.video.frames import VideoLimits, check_header, opened
from tests.support import ROOT

PROJECT: Mapping[str, Any] = MappingProxyType(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
)
MP4 = b"\0\0\0\x18ftypisom"


def without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, extras.EXTRAS[name].module, None)


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;]", each)[0].strip() for each in requirements}


def test_extras_are_those_of_the_project_and_none_of_the_base() -> None:
    offered = PROJECT["optional-dependencies"]
    assert set(extras.EXTRAS) == set(offered) - {"dev"}
    base = names(PROJECT["dependencies"])
    assert not [name for name in extras.EXTRAS if base & names(offered[name])]
    everything = ",".join(sorted(extras.EXTRAS))
    assert f"lookalike[{everything}]" in offered["dev"]


@pytest.mark.parametrize("name", sorted(extras.EXTRAS))
def test_what_is_missing_is_named_with_its_extra(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert extras.there(name)
    extras.check(name)
    without(monkeypatch, name)
    assert not extras.there(name)
    with pytest.raises(ExtraMissing, match=rf"pip install 'lookalike\[{name}\]'"):
        extras.check(name)


def test_videos_are_refused_before_a_job_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "video")
    with pytest.raises(ExtraMissing, match="needs av, which is for stored videos") as raised:
        check_header(MP4)
    fault = fault_of(raised.value)
    assert (fault.code, fault.message) == ("UnknownOperationException", str(raised.value))
    told = problem(raised.value)
    assert (told.status, told.type) == (501, "urn:lookalike:problem:extra-missing")
    with pytest.raises(ExtraMissing), opened(io.BytesIO(MP4), VideoLimits(1, 1)):
        pass


def test_without_boto3_amazon_cannot_be_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "aws")
    with pytest.raises(ExtraMissing, match="needs boto3"):
        Client(settings)


def test_without_openvino_networks_run_in_onnx_runtime(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "openvino")
    opened = runtime.create(replace(settings, runtime="fastest"))
    assert str(opened.library(YUNET)) == "onnxruntime float32"
    for asked in ({"runtime": "openvino"}, {"device": "gpu"}):
        with pytest.raises(ExtraMissing, match=r"lookalike\[openvino\]"):
            runtime.create(replace(settings, **asked))  # type: ignore[arg-type]
