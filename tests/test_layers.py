"""Imports point one way: each step of the data flow knows only the steps before it."""

from __future__ import annotations

import ast
from pathlib import Path

import lookalike

ROOT = Path(lookalike.__file__).parent

# From the first step to the last. A module may import its own layer and those above it here.
LAYERS = (
    ("errors", "config", "processes"),
    ("faces",),
    ("gallery",),
    ("cohort",),
    ("similarity", "calibrations"),
    ("matching", "explain", "notes"),
    ("engine", "work"),
    ("aws", "comparing"),
    ("video",),
    ("evaluate",),
    ("rekognition", "web"),
    ("server",),
    ("terminal",),
    ("cli_gallery", "cli_keys", "cli_results"),
    (
        "cli_build",
        "cli_calibrate",
        "cli_check",
        "cli_evaluate",
        "cli_migrate",
        "cli_models",
        "cli_push",
        "cli_report",
    ),
    ("cli",),
)
DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}


def imported(path: Path) -> set[str]:
    """First-level modules of the package that a file imports, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lookalike"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {each.name for each in node.names}
        if isinstance(node, ast.Import):
            names = [each.name.split(".") for each in node.names]
            found |= {parts[1] for parts in names if parts[0] == "lookalike" and len(parts) > 1}
    return found


def test_every_module_has_a_layer() -> None:
    names = {path.stem for path in ROOT.iterdir() if not path.name.startswith("_")}
    assert names - {"py"} == DEPTH.keys()


def test_imports_point_one_way() -> None:
    wrong = []
    for path in ROOT.rglob("*.py"):
        own = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        wrong += [
            f"{path.relative_to(ROOT)} imports {other}"
            for other in imported(path)
            if DEPTH[other] > DEPTH[own]
        ]
    assert wrong == []


def test_the_page_and_rekognition_do_not_know_each_other() -> None:
    for one, other in (("web", "rekognition"), ("rekognition", "web")):
        for path in (ROOT / one).rglob("*.py"):
            assert other not in imported(path), path
