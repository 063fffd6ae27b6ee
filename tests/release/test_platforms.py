"""Where the project installs, by what the package index had of every dependency."""

from __future__ import annotations

import re
import tomllib

import pytest

from release import pages
from release.platforms import PLATFORMS, PYTHONS, Gap, Platform, gaps
from release.wheels import FILE, Package, Published, licence_of, recorded
from tests.support import ROOT

INTEL_MAC = "macOS 15, Intel"
# What does not install as it is published. Whatever is not named here does.
_RAY = Gap("ray", "2.60.0", ("cluster",), source=False)
_ONNX_RUNTIME = Gap("onnxruntime", "1.23.2", (), source=False)
MISSING = {
    **{(INTEL_MAC, python): (_RAY,) for python in PYTHONS},
    (INTEL_MAC, "3.14"): (_ONNX_RUNTIME, _RAY),
}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda each: each.name)
def test_every_dependency_installs_where_none_is_named(platform: Platform, python: str) -> None:
    assert gaps(recorded(), platform, python) == MISSING.get((platform.name, python), ())


def test_what_was_recorded_is_what_is_pinned() -> None:
    """Else: python -m release.wheels"""
    lines = (ROOT / "constraints.txt").read_text("utf-8").lower().replace("_", "-").splitlines()
    pinned = {each.partition(" ")[0] for each in lines}
    found = {(each.name, each.version) for each in recorded().packages}
    # What the machine that wrote them down does not need is pinned nowhere.
    known = {each.partition("==")[0] for each in pinned}
    assert [each for each in found if each[0] in known and "==".join(each) not in pinned] == []


def test_every_dependency_and_extra_was_recorded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    packages = recorded().packages
    offered = set(project["optional-dependencies"]) - {"dev"}
    assert {extra for each in packages for extra in each.extras} == offered
    base = {each.name for each in packages if not each.extras}
    assert {re.split(r"[\[<>=; ]", each)[0] for each in project["dependencies"]} <= base
    for extra in offered:
        brought = {each.name for each in packages if extra in each.extras}
        wanted = project["optional-dependencies"][extra]
        # One may bring another: `lookalike[postgresql]`.
        names = {re.split(r"[\[<>=; ]", each)[0] for each in wanted} - {"lookalike"}
        assert names <= brought


def test_nothing_that_was_recorded_names_a_host() -> None:
    assert "://" not in FILE.read_text("utf-8")


def _published(*files: str, marker: str = "", python: str = ">=3.11") -> Published:
    package = Package("some", "1.0", marker, ("video",), python, "MIT", files)
    return Published("2026-11-30", (package,))


def test_wheels_of_others_and_sources_are_gaps() -> None:
    linux, arm, _, intel, windows = PLATFORMS
    published = _published(
        "some-1.0-cp312-abi3-manylinux_2_28_x86_64.whl",
        "some-1.0-cp311-cp311-macosx_10_9_universal2.whl",
        "some-1.0.tar.gz",
    )
    built = (Gap("some", "1.0", ("video",), source=True),)
    assert gaps(published, linux, "3.11") == built
    assert gaps(published, linux, "3.13") == ()
    assert gaps(published, intel, "3.11") == ()
    assert gaps(published, intel, "3.12") == built
    assert gaps(published, arm, "3.14") == built
    newer = _published("some-1.0-cp311-cp311-manylinux_2_38_x86_64.whl")
    assert gaps(newer, linux, "3.11") == (Gap("some", "1.0", ("video",), source=False),)
    elsewhere = _published("some-1.0.tar.gz", marker="sys_platform != 'win32'")
    assert gaps(elsewhere, windows, "3.11") == ()
    older = _published("some-1.0-py3-none-any.whl", python="<3.14")
    assert gaps(older, linux, "3.13") == ()
    assert len(gaps(older, linux, "3.14")) == 1


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"License-Expression": "MIT-0", "License": "something"}, "MIT-0"),
        ({"License": "x" * 1000, "Classifier": "License :: OSI Approved :: BSD License"}, "BSD"),
        ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
    ],
)
def test_licences_are_read_as_they_are_stated(stated: dict[str, str], expected: str) -> None:
    from email.message import Message

    facts = Message()
    for name, value in stated.items():
        facts[name] = value
    assert licence_of(facts).startswith(expected)


def test_pages_say_what_is_missing_and_whose_networks_they_are() -> None:
    said = pages.platforms()
    lost = "ray 2.60.0 (extra cluster): nothing"
    row = f"{lost} | {lost} | {lost} | onnxruntime 1.23.2: nothing; {lost}"
    assert f"| macOS 15, Intel | {row} |" in said
    told = pages.licences()
    assert "| mediapipe-face-mesh | `face_landmark.tflite` | Apache-2.0 |" in told
    assert "| cryptography | 48.0.1, 50.0.2 | Apache-2.0 OR BSD-3-Clause | base |" in told
