"""Triplets for people to judge, on contact sheets, and the key to them.

    python -m benchmarks.resemblance DATA FOLDER

`FOLDER/sheets` is for raters, `FOLDER/key.csv` is not. docs/resemblance.md says what was found.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.report import table
from benchmarks.resemblance import sheets, trial
from benchmarks.resemblance.photos import KOREAN, LFW
from benchmarks.resemblance.trial import First, Trial
from benchmarks.resemblance.triplets import Triplet, mixed, written
from lookalike.faces.image import Pixels

# Triplets of either crowd, controls and repeats.
_JUDGED, _CONTROLS, _REPEATS = 300, 60, 60
_SEED = 1014


def made(data: Path, folder: Path) -> str:
    """Writes sheets and key; how often the two orders differ."""
    prepared = trial.prepared(data, folder / "kept")
    strangers, alike = trial.compared(prepared, developing=False)
    found = trial.firsts(strangers, prepared.gallery, alike, trial.BLEND)
    triplets = [
        *trial.judged(found, _JUDGED),
        *trial.controls(prepared.taught, prepared.gallery, _CONTROLS),
    ]
    order = mixed(triplets, _REPEATS, _SEED)
    written(order, folder / "key.csv")
    drawn = list(sheets.drawn(order, _pictures(prepared), folder / "sheets"))
    return "\n\n".join([_counted(order, len(drawn)), _differing(found)])


def _pictures(prepared: Trial) -> dict[str, Pixels]:
    """The picture of everybody, by the name of the photo."""
    everybody = (prepared.taught, prepared.strangers, prepared.gallery)
    return {
        shown.name: picture
        for seen in everybody
        for shown, picture in zip(seen.photos, seen.looks.pictures, strict=True)
    }


def _counted(order: tuple[Triplet, ...], drawn: int) -> str:
    return f"{len(order)} triplets on {drawn} sheets."


def _differing(found: list[First]) -> str:
    rows = []
    for crowd in (LFW, KOREAN):
        own = [each for each in found if each.stranger.origin == crowd]
        differ = sum(each.identity != each.blend for each in own)
        rows.append((crowd, len(own), f"{differ / len(own):.1%}"))
    return table(("strangers", "people", "the orders have another first"), rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    print(made(asked.data, asked.folder))


if __name__ == "__main__":
    main()
