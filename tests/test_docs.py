"""Documentation that is generated is equal to the code; what the README says is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from docs import generate, house, pictures
from lookalike.faces.models.manifest import SFACE
from lookalike.scores.calibrations import calibration
from tests.support import ROOT


def test_generated_pages_are_fresh() -> None:
    for path, text in generate.pages().items():
        assert path.read_text("utf-8") == text, f"run: make docs ({path.name})"


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_module_says_for_the_map_what_it_is() -> None:
    for top in ("src", "docs", "benchmarks", "starter", "fonts", "tests"):
        for path in (ROOT / top).rglob("*.py"):
            if (top, path.name) != ("tests", "__init__.py"):
                assert 0 < len(house.said(path)) < 160, path


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make serve" in readme
    assert "make test" in readme


def test_constraints_name_no_host_and_every_dependency() -> None:
    constraints = (ROOT / "constraints.txt").read_text()
    assert "://" not in constraints
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in constraints.splitlines()}
    project = (ROOT / "pyproject.toml").read_text()
    wanted = set(re.findall(r'^    "([a-z0-9-]+)[><=]', project, re.MULTILINE))
    assert wanted <= pinned, wanted - pinned


def test_requirements_have_hashes_of_what_is_pinned_and_name_no_host() -> None:
    constraints = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {each.partition(" ")[0].lower().replace("_", "-") for each in constraints}
    files = {each.stem: each.read_text() for each in (ROOT / "requirements").glob("*.txt")}
    assert files.keys() == {"build", "networks", "serve"}
    for text in files.values():
        assert "://" not in text
        assert "index" not in text
        found = text.replace("\\\n", "").splitlines()
        assert all("--hash=sha256:" in each for each in found)
    listed = {re.split(r"[ ;]", each)[0] for each in files["serve"].splitlines() if "==" in each}
    assert listed <= pinned, listed - pinned
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[><=;]", each)[0] for each in project["dependencies"]}
    assert wanted <= {each.partition("==")[0] for each in listed}


def test_pictures_are_of_what_ships(tmp_path: Path) -> None:
    made = calibration(SFACE.contract)
    for name, draw in (("scores", pictures.scores), ("cohort", pictures.cohort)):
        draw(made).savefig(tmp_path / "new.svg")
        drawn, committed = (
            path.read_text("utf-8")
            for path in (tmp_path / "new.svg", pictures.FOLDER / f"{name}.svg")
        )
        # What is drawn, in order, and its labels; places are rounded otherwise elsewhere.
        parts = re.compile(r"<!-- .+? -->|<(?:path|use)\b")
        assert parts.findall(drawn) == parts.findall(committed)
