"""A Containerfile as its steps, and those steps done without a container engine, elsewhere."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction, such as `RUN`, and what follows it on its line."""

    name: str
    value: str

    @property
    def listed(self) -> list[str]:
        """The JSON list that it gives as a command."""
        found: list[str] = json.loads(self.value[self.value.index("[") :])
        return found


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows a `FROM`, which is its first step."""

    steps: tuple[Step, ...]

    def values(self, name: str) -> list[str]:
        return [each.value for each in self.steps if each.name == name]

    def the(self, name: str) -> Step:
        """The only step of that name."""
        (found,) = (each for each in self.steps if each.name == name)
        return found

    @property
    def environment(self) -> dict[str, str]:
        pairs = (pair for value in self.values("ENV") for pair in shlex.split(value))
        return dict(pair.split("=", 1) for pair in pairs)

    @property
    def copied(self) -> Iterator[tuple[list[str], str, str]]:
        """What is copied, where to, and from which stage (empty: the checkout)."""
        for value in self.values("COPY"):
            words = shlex.split(value)
            stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--") else ""
            yield words[:-1], words[-1], stage


def stages(text: str) -> list[Stage]:
    """Those of a Containerfile; what stands before the first is left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    steps = [Step(*line.split(maxsplit=1)) for line in joined if line.strip()]
    begins = [number for number, each in enumerate(steps) if each.name == "FROM"]
    return [
        Stage(tuple(steps[begin:end]))
        for begin, end in zip(begins, [*begins[1:], None], strict=True)
    ]


def build(stage: Stage, checkout: Path, root: Path, environ: Mapping[str, str]) -> None:
    """Do the steps of a stage with `root` in the place of `/`."""
    at = root
    for step in stage.steps:
        if step.name == "WORKDIR":
            at = root / step.value.lstrip("/")
            at.mkdir(parents=True, exist_ok=True)
        elif step.name == "COPY":
            *sources, to = shlex.split(step.value)
            for each in sources:
                _copy(checkout / each, at / to, each)
        elif step.name == "RUN":
            subprocess.run(
                within(step.value, root),
                shell=True,
                cwd=at,
                env=environ,
                check=True,
                timeout=PATIENCE_S,
            )


def within(command: str, root: Path) -> str:
    """A command with `root` before the folders that an image has and this machine has not."""
    return re.sub(r"(?<![\w.])/(?=(opt|data|cache)\b)", f"{root}/", command)


def _copy(source: Path, to: Path, name: str) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, to / name if to.is_dir() else to)
