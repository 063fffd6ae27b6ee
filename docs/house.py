"""The house: the layers that imports are kept to, and the map, which is `map.md`.

tests/test_layers.py holds the code to `LAYERS`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "lookalike"

# From the first step to the last, at the top and inside the folders there. What stands in a row may
# import what is in the rows before it, not what is beside it. A module belongs to the longest name
# in the rows that is its own or a folder's of it, or else to `*`. At the top a module may stand in
# a row that is not its folder's.
LAYERS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "": (
            "errors files processes",
            "amazon config extras",
            "cache",
            "database faces",
            "backup gallery",
            "scores site",
            "engine",
            "aws",
            "answers engine.opener evaluate gate video",
            "api watch",
            "rekognition web",
            "server",
            "launch",
            "cluster",
            "cli",
        ),
        "api": ("photo results", "questions", "galleries", "*", "opening"),
        "api.questions": ("question values looking", "photos", "galleries"),
        "api.results": ("result", "people", "notebook faces", "photos"),
        "backup": ("exchange home sealing archive", "making", "restoring"),
        "cli": (
            "terminal",
            "context given failing",
            "answering",
            "*",
            "access evaluate gallery hosts",
            "__init__",
        ),
        "cli.access": ("policies", "*"),
        "cluster": (
            "asking nodes plan",
            "looking shards",
            "engine",
            "*",
            "application",
            "running",
            "bulk",
        ),
        "database": (
            "clock schema version",
            "migrations presence waiting",
            "postgresql",
            "*",
            "shared snapshot",
        ),
        "evaluate": ("*", "protocols", "calibration reports", "__init__"),
        "faces": (
            "repair vectors",
            "geometry image",
            "models",
            "*",
            "appearance traits",
            "photo",
            "pictures",
            "analyzer",
            "apart",
            "models.selftest",
        ),
        "gallery": (
            "spelling",
            "people",
            "removals index",
            "starter",
            "*",
            "enrolment roster",
            "store",
            "gallery check reembedding",
            "sources",
            "wikimedia",
        ),
        "gate": (
            "rate_limit refusal proxies spool",
            "budget names shares",
            "origins",
            "*",
        ),
        "rekognition": (
            "arns wire",
            "access faces services",
            "*",
            "operations",
            "calls sts video_jobs",
            "endpoint",
            "late_endpoint video_work",
        ),
        "scores": ("similarity", "explain face_shape look", "features standing", "calibrations"),
        "watch": ("addresses board logs refusals", "meters traces", "requests", "watching"),
        "web": (
            "*",
            "imports openapi sharing site",
            "services takedown",
            "admission offers",
            "admin api comparisons operating pages sharing.api",
        ),
        "web.operating": ("health", "state", "gauges", "api"),
    }
)

# What stands beside the package, in the order in which one comes to it.
_BESIDE = ("docs", "examples", "benchmarks", "starter", "fonts", "release", "tests")
_SAID = {".py", ".js", ".mjs", ".css", ".ipynb", ".md"}

_HEAD = """# The map

Every module with the first sentence of what it says of itself, folder by folder in the order in
which data flows. Imports go the same way; `tests/test_layers.py` keeps them to it:

{flow}

This page is generated: `python -m docs.generate`.
"""


def place(folder: str, name: str) -> tuple[int, str]:
    """In which row of a folder's layers a name within the folder is, and what has it there."""
    rows = {each: row for row, names in enumerate(LAYERS.get(folder, ())) for each in names.split()}
    parts = name.split(".")
    begun = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    found = next((each for each in begun if each in rows), "*")
    return rows.get(found, 0), found


def flow() -> str:
    """The layers at the top in one direction, as CONTRIBUTING.md shows them."""
    rows = ([name for name in row.split() if "." not in name] for row in LAYERS[""])
    text = " <- ".join(", ".join(row) for row in rows if row)
    return textwrap.fill(text, 100, initial_indent="    ", subsequent_indent=" " * 8)


def page() -> str:
    """`map.md`."""
    parts = [_HEAD.format(flow=flow()), "## The package", *_described(PACKAGE)]
    for folder in sorted(_folders(PACKAGE), key=_order):
        parts += _section(folder, PACKAGE)
    parts += ["", "## Beside the package"]
    for top in _BESIDE:
        for folder in (ROOT / top, *sorted(_folders(ROOT / top))):
            parts += _section(folder, ROOT)
    return "\n".join([*parts, ""])


def _folders(root: Path) -> Iterator[Path]:
    """Every folder below of which there is something to say; templates go by their pages."""
    for path in root.rglob("*"):
        if path.is_dir() and path.name != "templates" and _described(path):
            yield path


def _order(folder: Path) -> tuple[int, str, int, Path]:
    """Folders at the top in the order of the layers, each with those in it, in that order."""
    top, *rest = folder.relative_to(PACKAGE).parts
    inside = place(top, ".".join(rest))[0] if rest else -1
    return place("", top)[0], top, inside, folder


def _section(folder: Path, root: Path) -> Iterator[str]:
    name = folder.relative_to(root).as_posix()
    yield from ("", f"### [{name}/]({_link(folder)}/)")
    yield from _described(folder)


def _described(folder: Path) -> list[str]:
    """What a folder says of itself, and each of its files; tests go by the name of the tested."""
    files = [
        f"- [{path.name}]({_link(path)}): {said(path)}"
        for path in sorted(folder.iterdir())
        if path.suffix in _SAID and not path.stem.startswith(("__init__", "test_"))
    ]
    about = folder / "__init__.py"
    words = said(about) if about.is_file() else ""
    return [*(["", words] if words else []), *(["", *files] if files else [])]


def _link(path: Path) -> str:
    return Path(os.path.relpath(path, ROOT / "docs")).as_posix()


def said(path: Path) -> str:
    """The first sentence of what a file says of itself, on one line; of a text, its title."""
    text = path.read_text("utf-8")
    match path.suffix:
        case ".py":
            text = ast.get_docstring(ast.parse(text)) or ""
        case ".ipynb":
            text = json.loads(text)["cells"][0]["source"][0].lstrip("# ")
        case ".md":
            text = text.partition("\n")[0].lstrip("# ")
        case _:
            found = re.search(r"/\*+(.+?)\*/", text, re.DOTALL)
            text = re.sub(r"^ \*", "", found[1], flags=re.MULTILINE) if found else ""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", paragraph, maxsplit=1)[0]
