"""`lookalike doctor`: what works on a machine, and what it says of what does not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from lookalike.config import Settings
from lookalike.faces.models import manifest
from lookalike.faces.models.manifest import LITE0
from tests.support.commands import Commands

# Where nothing listens.
_NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def cli(tmp_path: Path, settings: Settings) -> Commands:
    own = {"LOOKALIKE_PORTRAITS": "off", "COLUMNS": "80"}
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), own)


def found(cli: Commands, code: int = 0) -> dict[str, tuple[str, str]]:
    """State and words of each check, by its name."""
    done = cli("doctor", "--json")
    assert done.returncode == code, done.stderr
    return {each["name"]: (each["state"], each["said"]) for each in json.loads(done.stdout)}


def test_what_works_is_said_of_every_part(cli: Commands) -> None:
    checks = found(cli)
    assert list(checks) == [
        "versions",
        "extras",
        "models",
        "order",
        "runtime",
        "cache",
        "home",
        "database",
        "network",
    ]
    assert {state for state, _ in checks.values()} == {"works"}
    assert checks["versions"][1].startswith(f"lookalike {version('lookalike')}, Python 3.")
    assert checks["extras"][1].startswith("installed: aws, cluster, evaluate, openvino, ")
    assert checks["models"][1].startswith(
        "yunet-2023mar, sface-2021dec and mediapipe-face-mesh have the sha256"
    )
    assert checks["order"][1] == "by the whole look, which efficientnet-lite0 sees"
    arithmetic = r"openvino (float32|bfloat16)"
    assert re.fullmatch(
        rf"opened in \d+\.\d seconds: yunet-2023mar in {arithmetic}, "
        rf"sface-2021dec in {arithmetic}, mediapipe-face-mesh in {arithmetic}",
        checks["runtime"][1],
    )
    assert checks["home"][1] == f"{cli.folder / 'home'} will be made when it is needed"
    assert "1157 in the starter gallery" in checks["database"][1]
    assert not (cli.folder / "home" / "models").exists()


def test_without_its_network_the_order_is_that_of_identity(
    cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.environment["LOOKALIKE_ORDER"] = "identity"
    assert found(cli)["order"] == ("works", "by the face alone: LOOKALIKE_ORDER is identity")
    del cli.environment["LOOKALIKE_ORDER"]
    lost = replace(LITE0.model, package="no-such-package", file="none.pth")
    monkeypatch.setattr(manifest, "LITE0", replace(LITE0, model=lost))
    state, said = found(cli)["order"]
    assert state == "limited"
    assert "efficientnet-lite0, which sees shape and hair, is not there" in said
    assert "`lookalike models fetch`" in said
    damaged = replace(LITE0.model, sha256="0" * 64)
    monkeypatch.setattr(manifest, "LITE0", replace(LITE0, model=damaged))
    state, said = found(cli)["order"]
    assert state == "limited"
    assert f"has sha256 {LITE0.model.sha256}" in said


def test_what_was_timed_is_said(cli: Commands, settings: Settings) -> None:
    cache = cli.folder / "cache"
    cache.mkdir()
    for each in ("models", "openvino"):
        (cache / each).symlink_to(settings.cache / each)
    cli.environment["LOOKALIKE_CACHE"] = str(cache)
    cli.environment["LOOKALIKE_RUNTIME"] = "fastest"
    cli.environment["LOOKALIKE_PRECISION"] = "float32"
    said = found(cli)["runtime"][1]
    assert said.count("(openvino ") == 3
    assert said.count(" ms; onnxruntime ") == 3
    assert len(list((cache / "fastest").iterdir())) == 3


def test_lines_fit_the_terminal_and_begin_with_the_state(cli: Commands) -> None:
    cli.environment["LOOKALIKE_HOME"] = "home"
    lines = cli("doctor").stdout.splitlines()
    assert [line.split()[:2] for line in lines if not line.startswith(" ")] == [
        ["works", name] for name in found(cli)
    ]
    # What is longer is one path, which is copied.
    assert all(len(line) <= 80 or len(line.split()) <= 3 for line in lines)


def test_folders_that_cannot_be_written_are_named_with_their_setting(cli: Commands) -> None:
    (cli.folder / "file").write_text("where a folder should be")
    for name in ("home", "cache"):
        cli.environment[f"LOOKALIKE_{name.upper()}"] = str(cli.folder / "file" / name)
    checks = found(cli)
    for name in ("home", "cache"):
        state, said = checks[name]
        assert state == "limited"
        assert f"file/{name} cannot be written (Not a directory)" in said
        assert f"Set LOOKALIKE_{name.upper()}" in said
    assert {checks[each][0] for each in ("models", "runtime", "database")} == {"works"}
    assert (cli.folder / "file").read_text() == "where a folder should be"


def test_no_network_is_no_reason_not_to_answer(
    cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.environment["LOOKALIKE_PORTRAITS"] = "on"
    monkeypatch.setenv("HTTPS_PROXY", _NOWHERE)
    monkeypatch.delenv("NO_PROXY", raising=False)
    state, said = found(cli)["network"]
    assert state == "limited"
    assert "https://commons.wikimedia.org/ does not answer" in said
    assert "LOOKALIKE_PORTRAITS=off" in said


def test_a_model_that_is_not_there_is_exit_code_1(cli: Commands) -> None:
    cli.environment["LOOKALIKE_MODEL"] = "strong"
    checks = found(cli, code=1)
    for name in ("models", "runtime", "database"):
        state, said = checks[name]
        assert state == "broken"
        assert said.startswith("There is no model 'strong'")
    assert checks["home"][0] == "works"


def test_a_database_that_is_damaged_is_exit_code_1(cli: Commands) -> None:
    (cli.folder / "home").mkdir()
    (cli.folder / "home" / "lookalike.sqlite3").write_bytes(b"no database" * 999)
    state, said = found(cli, code=1)["database"]
    assert state == "broken"
    assert "file is not a database" in said
