"""What lies in the folder of somebody who tries what a page says, and what its words stand for."""

from __future__ import annotations

import csv
import io
import os
import pickle
import shutil
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import PIL.Image

from docs.markdown import Block
from tests.support import ROOT, networks
from tests.support.processes import LOOKALIKE

_BY_NAME = "collection = 'mine' AND name_ko {} '아일린 콜린스'"
# Where a page shortens an id, or has an address of nobody: what is there when it runs.
STANDING_FOR: Mapping[str, str] = {
    "https://…": "https://example.org/collins",
    "U1f…": f'$(held "SELECT id FROM people WHERE {_BY_NAME.format("=")}")',
    "U2a…": f'$(held "SELECT id FROM people WHERE {_BY_NAME.format("<>")}")',
    "--portrait ID": f'--portrait $(held "SELECT id FROM faces WHERE person IN '
    f'(SELECT id FROM people WHERE {_BY_NAME.format("=")}) LIMIT 1")',
    "T4b…": '$(held "SELECT id FROM takedowns LIMIT 1")',
    "/backups/": "$HOME/backups/",
    "/etc/lookalike/passphrase": "$HOME/passphrase",
    # Takes a minute.
    "evaluate search 200000": "evaluate search 2000",
}
# Of LFW's view 2: two photos of one person, and of two.
_FOLD = b"Barack_Obama\t1\t2\nBarack_Obama\t1\tJoe_Biden\t1\n"
# `serve` answers once and ends; `gallery check` ends with 3 where it found something.
_COMMANDS = {
    "lookalike": """\
        #!/bin/sh
        [ "$1" = serve ] && shift && exec {python} -m tests.docs.served "$@"
        {lookalike} "$@"
        code=$?
        [ "$1 $2 $code" = "gallery check 3" ] || exit $code
        """,
    # What it is refused is an error.
    "curl": """\
        #!/bin/sh
        exec {curl} --fail-with-body --silent --show-error "$@"
        """,
    "held": """\
        #!/bin/sh
        exec {python} -c 'import sqlite3, sys
        held = sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
        print(held.fetchone()[0])' "$LOOKALIKE_HOME/lookalike.sqlite3" "$1"
        """,
}


def commands(folder: Path) -> Path:
    """A folder of commands: `lookalike`, whatever is not to go on for ever, and `held`."""
    folder.mkdir()
    for name, text in _COMMANDS.items():
        lines = textwrap.dedent(text).format(
            python=sys.executable, lookalike=LOOKALIKE, curl=shutil.which("curl")
        )
        (folder / name).write_text(lines)
        (folder / name).chmod(0o755)
    return folder


def meant(code: str) -> str:
    """A block with what its words stand for."""
    for said, there in STANDING_FOR.items():
        code = code.replace(said, there)
    return code


def furnish(folder: Path, photos: Mapping[str, bytes], blocks: list[Block]) -> None:
    """Everything that the pages name, made of the photos of the tests."""
    collins = [_saved(photos["astronaut.png"], 95 - 5 * number) for number in range(6)]
    obama, obama2, biden = (photos[f"{name}.jpg"] for name in ("obama", "obama2", "biden"))
    people = {
        "Barack_Obama": [obama, obama2, photos["obama3.jpg"], _saved(obama, 80)],
        "Joe_Biden": [biden, *(_saved(biden, quality) for quality in (90, 80, 70))],
        "Eileen_Collins": collins[:4],
    }
    files = dict(photos)
    files |= dict(
        zip(("a.jpg", "b.jpg", "c.jpg", "collins1.jpg", "collins2.jpg"), collins[:5], strict=True)
    )
    files |= {"hat.jpg": biden, "biden1.jpg": biden, "biden2.jpg": _saved(biden, 80)}
    files |= {"photo.jpg": obama, "me.jpg": obama2, "friend.jpg": biden}
    for name, several in people.items():
        for number, data in enumerate(several, 1):
            files[f"DIR/{name}/{name}_{number:04}.jpg"] = _small(data)
            files[f"photos/{name}/{number}.jpg"] = data
            files[f"my-stars/{name}/{number}.jpg"] = data
            files[f"portraits/{name}/{number}.jpg"] = data
    files |= {f"stars/Barack_Obama/{n}.jpg": each for n, each in ((1, obama), (2, obama2))}
    stars = ("아이유_01.jpg", "아이유 (2).jpg", "아이유 - 복사본.jpg")
    files |= {f"stars/{name}": each for name, each in zip(stars, collins[3:], strict=True)}
    files |= _measured(blocks, files)
    files |= {"passphrase": b"of twelve letters at least", "model.onnx": networks.turned()}
    (folder / "backups").mkdir()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _measured(blocks: list[Block], photos: Mapping[str, bytes]) -> dict[str, bytes]:
    """What `lookalike evaluate` reads: the tables that a page shows, and photos for them."""
    files = {"people.csv": b"person,region\nBarack_Obama,US\nJoe_Biden,US\nEileen_Collins,US\n"}
    tables = {"file1": "pairs.csv", "file": "search.csv", "anchor": "judgements.csv"}
    tables |= {"name_ko": "people.csv"}
    for block in blocks:
        if block.language == "csv":
            rows = list(csv.DictReader(io.StringIO(block.text)))
            files[tables[next(iter(rows[0]))]] = block.text.encode()
            columns = ("file", "file1", "file2", "anchor", "a", "b")
            shown = {row[each] for row in rows for each in columns if each in row}
            files |= {name: photos[_like(name)] for name in sorted(shown)}
        elif block.text.startswith("0--Parade"):
            files["wider.txt"] = block.text.encode()
            files[f"DIR/{block.text.splitlines()[0]}"] = photos["t1.jpg"]
    files["DIR/pairs.txt"] = b"2\t1\n" + _FOLD * 2
    crops = [_small(photos[name], 112) for name in ("obama.jpg", "obama2.jpg", "biden.jpg")]
    files["agedb_30.bin"] = pickle.dumps(([*crops, crops[0]], [True, False]))
    files["enrolled.csv"] = b"id,photo\nobama,obama.jpg\ncollins,a.jpg\n"
    files["probes.csv"] = b"id,photo\nobama,obama2.jpg\ncollins,b.jpg\nbiden,biden.jpg\n"
    return files


def _like(name: str) -> str:
    """Of whom a photo is that a table names: the same person in the same folder."""
    return {"a/1.jpg": "obama.jpg", "a/2.jpg": "obama2.jpg"}.get(name, "biden.jpg")


def _saved(photo: bytes, quality: int) -> bytes:
    written = io.BytesIO()
    PIL.Image.open(io.BytesIO(photo)).convert("RGB").save(written, "JPEG", quality=quality)
    return written.getvalue()


def _small(photo: bytes, side: int = 0) -> bytes:
    """A photo that is looked at in no time; with `side`, a square of that side."""
    picture = PIL.Image.open(io.BytesIO(photo)).convert("RGB")
    written = io.BytesIO()
    if side:
        picture.resize((side, side)).save(written, "PNG")
    else:
        picture.thumbnail((320, 320))
        picture.save(written, "JPEG")
    return written.getvalue()


def environment(folder: Path, cache: Path, bin_folder: Path) -> dict[str, str]:
    """That of a user whose home is the folder; nothing of it leads to anybody's account."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    path = f"{bin_folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        "PATH": path,
        "PYTHONPATH": os.pathsep.join(paths),
        "HOME": str(folder),
        "COLUMNS": "120",
        "PYTHONUTF8": "1",
        "LOOKALIKE_HOME": str(folder / "home"),
        "LOOKALIKE_CACHE": str(cache),
        "LOOKALIKE_PORTRAITS": "off",
        "LOOKALIKE_THREADS": "2",
        "LOOKALIKE_RUNTIME": os.environ["LOOKALIKE_RUNTIME"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
