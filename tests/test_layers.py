"""Imports point one way: each step of the data flow knows only the steps before it."""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import Path

import lookalike

ROOT = Path(lookalike.__file__).parent

# From the first step to the last. A module may import its own layer and those above it here. It is
# of the layer that names it, else its folder, as far down as one is named.
LAYERS = (
    ("errors", "config", "processes"),
    ("faces.vectors", "faces.geometry", "faces.image"),
    ("faces.models",),
    ("faces",),
    ("faces.models.selftest",),
    ("gallery.people", "site", "database"),
    ("gallery",),
    ("gallery.sources", "gallery.starter.build"),
    ("gallery.wikimedia",),
    ("scores",),
    ("engine",),
    ("aws",),
    ("engine.opener", "answers", "video"),
    ("evaluate",),
    ("rekognition.wire", "rekognition.arns"),
    ("rekognition.access",),
    ("rekognition", "web"),
    ("server",),
    ("cli",),
)
DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}


def modules() -> dict[str, Path]:
    """Every module but the package itself, by its name within it."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def layer(module: str) -> str:
    """What names the layer of a module: itself, or the nearest folder of it that does."""
    while module not in DEPTH:
        module, _, _ = module.rpartition(".")
        assert module, "it has no layer"
    return module


def imported(path: Path, known: Collection[str]) -> set[str]:
    """The modules of the package that a file imports, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lookalike"):
            base = (node.module or "").partition(".")[2]
            names = (f"{base}.{each.name}".lstrip(".") for each in node.names)
            found |= {name if name in known else base for name in names}
    return found


def test_every_module_has_a_layer() -> None:
    assert {layer(each) for each in modules()} == DEPTH.keys()


def test_imports_point_one_way() -> None:
    known = modules()
    wrong = [
        f"{module} imports {other}"
        for module, path in known.items()
        for other in imported(path, known)
        if DEPTH[layer(other)] > DEPTH[layer(module)]
    ]
    assert wrong == []


def test_the_page_and_rekognition_do_not_know_each_other() -> None:
    known = modules()
    for module, path in known.items():
        front, _, _ = module.partition(".")
        other = {"web": "rekognition", "rekognition": "web"}.get(front)
        assert other not in {each.partition(".")[0] for each in imported(path, known)}, module
