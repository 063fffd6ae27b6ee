"""The files of a release: built, checked, installed and tried, each in an environment of its own.

python -m release.files      into dist/: wheel, source, notes and bill of materials

Needs the tools of release/tools.txt, and photos of people (tests/support/photos.py): make release
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lookalike.faces.models.manifest import NETWORKS, Model
from release.locks import ROOT, TOOLS
from tests.support import photos

DIST = ROOT / "dist"
JOURNEY = Path(__file__).parent / "journey.py"
# Photos of the package's examples, and what they are called where they come from.
_PHOTOS = {
    "biden.jpg": "biden.jpg",
    "collins.png": "astronaut.png",
    "landscape.jpg": "free-mountain-vector-01.jpg",
    "obama.jpg": "obama.jpg",
    "obama2.jpg": "obama2.jpg",
    "people/Eileen Collins/collins.png": "astronaut.png",
    "people/Joe Biden/biden.jpg": "biden.jpg",
}


def main() -> None:
    shutil.rmtree(DIST, ignore_errors=True)
    built(DIST)
    files = sorted(DIST.iterdir())
    tool("twine", "check", "--strict", *map(str, files))
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            python = installed(file, Path(folder))
            print(file.name, json.dumps(tried(python, Path(folder))), flush=True)
            if file.suffix == ".whl":
                _write_bill(python)
    name = f"lookalike-{version()}-notes.md"
    (DIST / name).write_text(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), version()), "utf-8")


def version() -> str:
    """It stands in pyproject.toml and nowhere else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    number: str = project["version"]
    return number


def notes(changelog: str, number: str) -> str:
    """What the changelog says of a version.

    Raises:
        SystemExit: it says nothing of it.
    """
    parts = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    found = next((each for each in parts if re.match(rf"{re.escape(number)}\s", each)), None)
    if found is None:
        raise SystemExit(f"CHANGELOG.md says nothing of {number}.")
    return f"# Lookalike {number}\n\n{found.partition(chr(10))[2].strip()}\n"


def installed(file: Path, folder: Path) -> Path:
    """The Python of an environment into which a file was installed as it is published."""
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    constraints = str(ROOT / "constraints.txt")
    command = [str(python), "-m", "pip", "install", "--quiet", "--constraint", constraints]
    subprocess.run([*command, str(file)], check=True, cwd=folder, env=outside(folder))
    return python


def tried(python: Path, folder: Path, *words: str, before: tuple[str, ...] = ()) -> Any:
    """What came of the main job.

    Args:
        words: more for `journey.py`.
        before: a command that the Python is started with.
    """
    there, known = folder / "photos", photos.load()
    for name, source in _PHOTOS.items():
        path = there / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(known[source])
    command = [*before, str(python), "-I", str(JOURNEY), str(there), *words]
    done = subprocess.run(
        command, check=True, cwd=folder, env=outside(folder), stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def outside(folder: Path) -> Mapping[str, str]:
    """An environment in which nothing leads into the checkout or to what others have kept."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("LOOKALIKE_", "PYTHON"))}
    own = {"LOOKALIKE_HOME": str(folder / "home"), "LOOKALIKE_CACHE": str(folder / "cache")}
    return {**ours, **own, "LOOKALIKE_PORTRAITS": "off"}


def _write_bill(python: Path) -> None:
    """What is installed with the wheel, and the networks, as a bill of materials (CycloneDX)."""
    path = DIST / f"lookalike-{version()}.cdx.json"
    pip = [str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools"]
    subprocess.run(pip, check=True)
    words = ["--output-reproducible", "--sv", "1.6", "--pyproject", "pyproject.toml"]
    tool("cyclonedx-py", "environment", *words, "-o", str(path), str(python))
    bill = json.loads(path.read_text("utf-8"))
    bill["components"] += [network(each) for each in NETWORKS]
    path.write_text(json.dumps(bill, indent=2) + "\n", "utf-8")


def network(model: Model) -> dict[str, Any]:
    """A network as a component of a bill."""
    return {
        "type": "machine-learning-model",
        "bom-ref": f"network:{model.name}",
        "name": model.name,
        "hashes": [{"alg": "SHA-256", "content": model.sha256}],
        "licenses": [{"license": {"id": model.licence}}],
        "properties": [{"name": "lookalike:file", "value": model.file}],
    }


def built(folder: Path, *kinds: str) -> None:
    """Makes wheel and source, or the kinds that are named: `--wheel`."""
    tool("pyproject-build", "--outdir", str(folder), *kinds)


def tool(name: str, *words: str, **environ: str) -> None:
    """Runs one of those that `release/tools.txt` lists."""
    command = [str(TOOLS / name), *words]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **environ})


if __name__ == "__main__":
    main()
