"""The figures of `lookalike evaluate`, as Markdown.

    python -m benchmarks.evaluation verification|identification|portraits|stability ../shared/data
        [--runtime onnxruntime]

Runs the commands that it prints, in a folder of its own, and keeps vectors beside the models.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import machine, table
from lookalike import config
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.gallery.spelling import folded

# As `lookalike evaluate --json` prints them.
Json = dict[str, Any]

_OPEN = ("fnir_at_80", "fpir_at_80")
_ROUNDS = 20
_STRANGERS = 99


@dataclass(slots=True)
class Commands:
    """Runs `lookalike evaluate` in a folder, and remembers how."""

    data: Path
    folder: Path
    runtime: str
    said: list[str] = field(default_factory=list)

    def run(self, *args: str | Path) -> str:
        command = Path(sys.executable).parent / "lookalike"
        environment = {**os.environ, "LOOKALIKE_RUNTIME": self.runtime}
        words = [str(each) for each in args]
        done = subprocess.run(
            [str(command), "evaluate", *words],
            cwd=self.folder,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said.append(self._as_typed(words))
        return done.stdout

    def figures(self, *args: str | Path) -> Json:
        cache = config.load().cache / "benchmarks"
        found: Json = json.loads(self.run(*args, "--cache", cache, "--json"))
        self.said[-1] = self._as_typed([str(each) for each in args])
        return found

    def _as_typed(self, words: list[str]) -> str:
        usual = self.runtime == config.Settings().runtime
        setting = "" if usual else f"LOOKALIKE_RUNTIME={self.runtime} "
        return setting + shlex.join(["lookalike", "evaluate", *words])


def verification(commands: Commands) -> str:
    found = commands.figures("lfw", commands.data / "lfw", "--all-strangers")
    return _figures(found)


def identification(commands: Commands) -> str:
    portraits = commands.data / "wiki_portraits"
    tables = (portraits / "names.csv", portraits / "probes_from_lfw.csv", "protocol.csv")
    probes = ("--probe-file", "lfw_path", "--probe-photos", commands.data)
    commands.run("protocol", "tables", *tables, "--person", "qid", *probes)
    return _figures(commands.figures("identify", "protocol.csv", "--face", "central"))


def portraits(commands: Commands) -> str:
    """One, three or five portraits a person, by their mean and by the best of them."""
    celebs = commands.data / "celebs"
    _write_regions(celebs, commands.folder / "people.csv")
    rows: list[tuple[object, ...]] = []
    for count in (1, 3, 5):
        for name, left_out in (("closed", "0"), ("open", "0.33")):
            split = ("--portraits", str(count), "--left-out", left_out, "--rounds", str(_ROUNDS))
            out = f"{name}-{count}.csv"
            commands.run("protocol", "folder", celebs, out, *split, "--people", "people.csv")
        for several in ("mean", "best"):
            how = ("--several", several, "--by", "region")
            closed, opened = (
                commands.figures("identify", f"{name}-{count}.csv", *how)
                for name in ("closed", "open")
            )
            rows += _portrait_rows(count, several, closed, opened)
    header = ("portraits", "scored by", "people", "rank 1", "rank 5", "FNIR at 80", "FPIR at 80")
    return table(header, rows)


def stability(commands: Commands) -> str:
    """99 strangers of LFW against the starter: by change, as `evaluate stability` prints it."""
    _write_strangers(commands.data / "lfw" / "lfw-deepfunneled", commands.folder / "strangers.csv")
    found = commands.figures("stability", "strangers.csv")
    (by_change,) = found["groups"]
    parts = [*((each["name"], each["figures"]) for each in by_change["groups"])]
    parts.append(("all", found["figures"]))
    names = (each["name"].lower() for each in found["figures"])
    rows = [(name, *map(_measured, figures)) for name, figures in parts]
    return table(("sent again", *names), rows)


def _write_strangers(lfw: Path, to: Path) -> None:
    """The first photo of each of so many people of LFW whose name nobody in the starter has, in the
    order of the sha256 of their folders' names."""
    shipped = starter.load(SFACE.contract).people
    known = {folded(name) for person in shipped for name in person.name.known}
    folders = (each for each in lfw.iterdir() if each.is_dir())
    strangers = [each for each in folders if folded(each.name.replace("_", " ")) not in known]
    strangers.sort(key=lambda folder: hashlib.sha256(folder.name.encode()).hexdigest())
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file",))
        writer.writerows((min(each.glob("*.jpg")),) for each in strangers[:_STRANGERS])


def _measured(figure: Json) -> str:
    if not figure["unit"]:
        return _with_interval(figure["estimate"])
    value, low, high = (figure["estimate"][name] for name in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _write_regions(celebs: Path, to: Path) -> None:
    """The folders of Korean idols begin with KR_."""
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("person", "region"))
        for each in sorted(path.name for path in celebs.iterdir() if path.is_dir()):
            writer.writerow((each, "Korean idols" if each.startswith("KR_") else "the others"))


def _portrait_rows(
    count: int, several: str, closed: Json, opened: Json
) -> Iterator[tuple[object, ...]]:
    parts = [("all", closed["figures"], opened["figures"])]
    for one, other in zip(
        closed["groups"][0]["groups"], opened["groups"][0]["groups"], strict=True
    ):
        parts.append((one["name"], one["figures"], other["figures"]))
    for name, ranked, searched in parts:
        chosen = [_by_key(ranked)[key] for key in ("rank_1", "rank_5")]
        chosen += [_by_key(searched)[key] for key in _OPEN]
        people = f"{name} ({chosen[0]['people']})"
        yield (count, several, people, *(_with_interval(each["estimate"]) for each in chosen))


def _by_key(figures: list[Json]) -> dict[str, Json]:
    return {each["key"]: each for each in figures}


def _with_interval(estimate: Json) -> str:
    low, high = (f"{100 * estimate[name]:.1f}" for name in ("low", "high"))
    return f"{estimate['value']:.1%} ({low} to {high})"


def _figures(found: Json) -> str:
    rows = []
    for each in found["figures"]:
        value, low, high = (each["estimate"][name] for name in ("value", "low", "high"))
        interval = f"{low:.2%} to {high:.2%}"
        at = "" if each["at"] is None else f"{each['at']:.3f}"
        rows.append((each["name"], f"{value:.2%}", interval, at))
    counts = [f"{count:,} {name.replace('_', ' ')}" for name, count in found["counts"].items()]
    shown = table((found["contract"], "", "95 % interval", "at cosine"), rows)
    return f"{shown}\n\n{', '.join(counts).capitalize()}."


_SECTIONS: dict[str, Callable[[Commands], str]] = {
    "verification": verification,
    "identification": identification,
    "portraits": portraits,
    "stability": stability,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("section", choices=_SECTIONS)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runtime", default=config.load().runtime)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        commands = Commands(given.data.resolve(), Path(folder), given.runtime)
        body = _SECTIONS[given.section](commands)
    said = "\n".join(commands.said).replace(str(commands.data), "DATA")
    print(machine(), f"```sh\n{said}\n```", body, sep="\n\n")


if __name__ == "__main__":
    main()
