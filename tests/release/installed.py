"""The wheel as its users have it: in environments of their own, far from the checkout.

By name it comes from an index on this machine that has nothing else; all it needs comes from the
registry that is set up.

Too long for `make test`, and it cuts the network as root: make test-install
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from lookalike.faces.models.manifest import NETWORKS
from release import files
from release.locks import ROOT, TOOLS
from tests.support import photos
from tests.support.serving import listening

# Bytes that the base may take, with what Python compiles of it.
MOST = 600_000_000
# The starter gallery knows him; photos of him come out of a package.
OBAMA = "Q76"
POINTS = 468
# In a network of its own, with nothing in it.
CUT = ("unshare", "--net")


@dataclass(frozen=True, slots=True)
class Installed:
    """
    Attributes:
        folder: where nothing of the checkout is; home and cache lie in it.
    """

    wheel: Path
    python: Path
    folder: Path

    def lookalike(self, *words: str) -> str:
        command = [str(self.python.with_name("lookalike")), *words]
        environ = files.outside(self.folder)
        return subprocess.check_output(command, cwd=self.folder, env=environ, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    files.built(folder, "--wheel")
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Without any extra."""
    folder = tmp_path_factory.mktemp("base")
    return Installed(wheel, files.installed(wheel, folder), folder)


def check(told: Any) -> None:
    """Hold what came of the main job to the photo that it was done with."""
    assert told["find"]["id"] == told["server"]["id"] == OBAMA
    assert told["find"]["resemblance"] > 99
    assert told["server"]["points"] == POINTS
    guess = told["server"]["guess"]
    assert guess["female"] < 0.1
    assert 30 <= guess["age_low"] < guess["age_high"] <= 70
    assert told["server"]["page"].startswith("text/html")
    assert told["examples"] > 10


def test_the_base_is_no_larger_than_it_may_be(base: Installed) -> None:
    sizes = size_by_package(base.python)
    for name in ("pip", "setuptools"):
        sizes.pop(name, None)
    total = sum(sizes.values())
    largest = sorted(sizes, key=lambda name: -sizes[name])[:12]
    print(f"{total / 1e6:.0f} MB:", *(f"{each} {sizes[each] / 1e6:.0f}," for each in largest))
    assert total <= MOST


def size_by_package(python: Path) -> dict[str, int]:
    """Bytes of the files that each package of an environment lists."""
    script = (
        "import json, os; from importlib.metadata import distributions\n"
        "print(json.dumps({each.name: sum(os.stat(path).st_size for file in each.files or ()"
        " if os.path.exists(path := each.locate_file(file))) for each in distributions()}))"
    )
    done = subprocess.run([str(python), "-I", "-c", script], check=True, capture_output=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_it_finds_and_serves_and_loads_the_networks_it_lacks(base: Installed) -> None:
    told = files.tried(base.python, base.folder)
    print(told["seconds"])
    check(told)


def test_without_a_network_it_does_the_same_after_fetching(base: Installed, tmp_path: Path) -> None:
    to = tmp_path / "networks"
    fetched = json.loads(base.lookalike("models", "fetch", "--to", str(to), "--json"))
    assert [each["name"] for each in fetched["networks"]] == [each.name for each in NETWORKS]
    # Another home and cache: nothing is there but what was fetched.
    folder = tmp_path / "cut"
    folder.mkdir()
    before = (*CUT, "env", f"LOOKALIKE_NETWORKS={to}")
    check(files.tried(base.python, folder, "--alone", before=before))
    with pytest.raises(subprocess.CalledProcessError):
        files.tried(base.python, folder_of(tmp_path, "bare"), "--alone", before=CUT)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def index(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index (PEP 503) that has the wheel and nothing else."""
    root = tmp_path_factory.mktemp("index")
    folder = root / "simple" / "lookalike"
    folder.mkdir(parents=True)
    shutil.copy(wheel, folder)
    with listening(partial(_Quiet, directory=str(root))) as port:
        yield f"http://127.0.0.1:{port}/simple/"


def folder_of(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


@pytest.fixture
def apart(tmp_path: Path) -> dict[str, str]:
    """What tools keep, kept here; and a photo."""
    (tmp_path / "obama.jpg").write_bytes(photos.load()["obama.jpg"])
    places = {f"{each}_HOME": str(tmp_path / each) for each in ("PIPX", "UV")}
    own = {"PIPX_BIN_DIR": str(tmp_path / "bin"), "UV_TOOL_DIR": str(tmp_path / "tools")}
    pins = {name: str(ROOT / "constraints.txt") for name in ("PIP_CONSTRAINT", "UV_CONSTRAINT")}
    return {**files.outside(tmp_path), **places, **own, **pins}


def found(command: list[str], environ: dict[str, str], folder: Path) -> str:
    """Whom a command says is the nearest to the photo."""
    words = [*command, "find", "obama.jpg", "--json"]
    said = subprocess.check_output(words, cwd=folder, env=environ)
    best: str = json.loads(said)["faces"][0]["people"][0]["id"]
    return best


def test_pipx_installs_it(wheel: Path, apart: dict[str, str], tmp_path: Path) -> None:
    command = [str(TOOLS / "pipx"), "install", "--quiet", str(wheel)]
    subprocess.run(command, cwd=tmp_path, env=apart, check=True)
    assert found([str(tmp_path / "bin" / "lookalike")], apart, tmp_path) == OBAMA


def test_uvx_runs_it(wheel: Path, apart: dict[str, str], tmp_path: Path) -> None:
    command = [str(TOOLS / "uvx"), "--quiet", "--from", str(wheel), "lookalike"]
    assert found(command, {**apart, "PATH": os.environ["PATH"]}, tmp_path) == OBAMA


def test_uvx_runs_it_by_its_name(index: str, apart: dict[str, str], tmp_path: Path) -> None:
    command = [str(TOOLS / "uvx"), "--quiet", "--index", index, "lookalike"]
    assert found(command, {**apart, "PATH": os.environ["PATH"]}, tmp_path) == OBAMA


def test_pip_installs_it_by_its_name(index: str, apart: dict[str, str], tmp_path: Path) -> None:
    """From that index and no other, which may have another package of the name."""
    venv.create(tmp_path / "environment", with_pip=True)
    commands = tmp_path / "environment" / "bin"
    words = ["install", "--quiet", "--report", str(tmp_path / "report.json")]
    named = f"lookalike=={files.version()}"
    pip = [str(commands / "python"), "-m", "pip", *words, "--extra-index-url", index, named]
    subprocess.run(pip, cwd=tmp_path, env=apart, check=True)
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    came = {each["metadata"]["name"]: each["download_info"]["url"] for each in report["install"]}
    assert came["lookalike"].startswith(index)
    assert found([str(commands / "lookalike")], apart, tmp_path) == OBAMA
