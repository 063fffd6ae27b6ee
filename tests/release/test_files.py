"""What is said of a release."""

from __future__ import annotations

import re

import pytest

from lookalike.faces.models.manifest import MESH, NETWORKS
from release import files
from tests.support import ROOT

_CHANGELOG = """# Changelog

## 0.2.0 (unreleased)

- New.

## 0.1.0

- First, of
  two lines.
"""


def test_notes_are_what_the_changelog_says_of_a_version() -> None:
    assert files.notes(_CHANGELOG, "0.1.0") == "# Lookalike 0.1.0\n\n- First, of\n  two lines.\n"
    assert files.notes(_CHANGELOG, "0.2.0") == "# Lookalike 0.2.0\n\n- New.\n"
    with pytest.raises(SystemExit, match=r"says nothing of 0\.1\."):
        files.notes(_CHANGELOG, "0.1.")


def test_the_version_stands_in_one_place_and_first_in_the_changelog() -> None:
    number = files.version()
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == number
    said = re.compile(rf'(?:version|VERSION)\w* = "{re.escape(number)}"')
    paths = [*(ROOT / "src").rglob("*.py"), ROOT / "pyproject.toml"]
    assert [each.name for each in paths if said.search(each.read_text("utf-8"))] == [
        "pyproject.toml"
    ]


def test_networks_are_components_with_licence_and_digest() -> None:
    (mesh,) = (files.network(each) for each in NETWORKS if each is MESH.model)
    assert mesh["type"] == "machine-learning-model"
    assert mesh["hashes"] == [{"alg": "SHA-256", "content": MESH.model.sha256}]
    assert mesh["licenses"] == [{"license": {"id": "Apache-2.0"}}]


def test_an_environment_of_a_trial_knows_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOOKALIKE_NETWORKS", "somewhere")
    monkeypatch.setenv("PYTHONPATH", "src")
    found = files.outside(ROOT)
    assert "LOOKALIKE_NETWORKS" not in found
    assert "PYTHONPATH" not in found
    assert found["LOOKALIKE_HOME"] == str(ROOT / "home")
