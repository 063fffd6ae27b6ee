"""The figures of a small set of real photos, and those recorded when the pipeline last changed.

    python -m tests.support.recorded        records them anew, into recorded_figures.json

The set: everyone in the photos that tests have, those of group photos cut out, each as they are and
spoilt in four ways. Every pair of these is compared, every spoilt photo is searched for among the
others, the faces of whole photos are compared by their boxes, and those of people whom the starter
gallery has by their rank in it. In float32, so that machines agree.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import PIL.Image
import PIL.ImageEnhance
import PIL.ImageFilter

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.evaluate import Result, embed, identify, verify
from lookalike.evaluate.metrics import FAILED, Flags, Scores
from lookalike.evaluate.protocols import identification, pairs
from tests.support import photos as packaged

FILE = Path(__file__).parent / "recorded_figures.json"

# Who is in the photos of one face; in a group photo everyone is someone else.
PEOPLE = {
    "obama.jpg": "Barack Obama",
    "obama2.jpg": "Barack Obama",
    "obama3.jpg": "Barack Obama",
    "biden.jpg": "Joe Biden",
    "astronaut.png": "Eileen Collins",
    "Tom_Hanks_54745.png": "Tom Hanks",
    "single_face.jpg": "single_face.jpg",
}
GROUPS = ("t1.jpg", "multi_face.jpg")
# They are not enrolled.
STRANGERS = tuple(f"{group}-{number}" for group in GROUPS for number in (1, 3))
# How far beyond its box a face is cut out of a group, in widths of it.
_AROUND = 0.4
# The height in pixels that photos are given, so that spoiling them does the same to each.
_HEIGHT = 400

Box = tuple[float, float, float, float]
Picture = PIL.Image.Image


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is compared.

    Attributes:
        boxes: left, top, width and height of every face of a photo, the largest first.
        ranks: the place of a photo's person in the starter gallery, of those it has.
        figures: of `verify` and `identify`, each by its key.
        failed: pictures of the set in which no face is found.
        genuine, impostor: mean cosines where both faces are found.
    """

    contract: str
    boxes: dict[str, list[Box]]
    ranks: dict[str, int]
    figures: dict[str, float]
    failed: tuple[str, ...]
    genuine: float
    impostor: float


def read() -> Recorded:
    """The figures of the file."""
    return Recorded(**json.loads(FILE.read_text("utf-8")))


def measured(settings: Settings, photos: Mapping[str, bytes]) -> Recorded:
    """The figures as they are now."""
    settings = replace(settings, runtime="onnxruntime", precision="float32")
    engine = LocalEngine(settings)
    try:
        boxes = {name: _boxes(engine, photos[name]) for name in (*PEOPLE, *GROUPS)}
        ranks = dict(_ranks(engine, photos))
        contract = engine.contract
    finally:
        engine.close()
    with TemporaryDirectory() as folder:
        shown = _written(Path(folder), photos, boxes)
        verified, cosines, same = _verified(settings, Path(folder), shown)
        found = cosines > FAILED
        identified = _identified(settings, Path(folder), shown)
    figures = [*verified.figures, *identified.figures]
    return Recorded(
        contract=contract,
        boxes=boxes,
        ranks=ranks,
        figures={each.key: round(each.estimate.value, 4) for each in figures},
        failed=verified.failed,
        genuine=round(float(cosines[found & same].mean()), 4),
        impostor=round(float(cosines[found & ~same].mean()), 4),
    )


def _boxes(engine: LocalEngine, photo: bytes) -> list[Box]:
    found = (each.box for each in engine.analyzer.analyze(photo).faces)
    return [
        (round(b.left, 1), round(b.top, 1), round(b.width, 1), round(b.height, 1)) for b in found
    ]


def _ranks(engine: LocalEngine, photos: Mapping[str, bytes]) -> list[tuple[str, int]]:
    ranks = []
    for name, person in PEOPLE.items():
        matches = engine.find(photos[name], limit=100).faces[0].matches
        names = [each.person.name.get("en") for each in matches]
        if person in names:
            ranks.append((name, names.index(person) + 1))
    return ranks


def _written(
    folder: Path, photos: Mapping[str, bytes], boxes: Mapping[str, list[Box]]
) -> dict[str, str]:
    """Write every picture of the set, and say whom each shows."""
    shown = {}
    pictures = [(name, person, _opened(photos[name])) for name, person in PEOPLE.items()]
    for name in GROUPS:
        for number, box in enumerate(boxes[name]):
            pictures.append((f"{name}-{number}", f"{name}-{number}", _cut(photos[name], box)))
    for name, person, picture in pictures:
        width = round(picture.width * _HEIGHT / picture.height)
        for how, spoil in _SPOILT.items():
            file = f"{Path(name).name}.{how}.png"
            spoil(picture.resize((width, _HEIGHT))).save(folder / file)
            shown[file] = person
    return shown


def _opened(photo: bytes) -> Picture:
    return PIL.Image.open(io.BytesIO(photo)).convert("RGB")


def _cut(photo: bytes, box: Box) -> Picture:
    left, top, width, height = box
    around = _AROUND * width
    right, bottom = left + width + around, top + height + around
    return _opened(photo).crop((left - around, top - around, right, bottom))


def _recompressed(picture: Picture) -> Picture:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=12)
    return PIL.Image.open(file)


_SPOILT: dict[str, Callable[[Picture], Picture]] = {
    "asis": lambda picture: picture,
    "small": lambda picture: picture.resize((picture.width // 6, picture.height // 6)),
    "blurred": lambda picture: picture.filter(PIL.ImageFilter.GaussianBlur(4)),
    "turned": lambda picture: picture.rotate(25, PIL.Image.Resampling.BICUBIC),
    "poor": lambda picture: _recompressed(PIL.ImageEnhance.Brightness(picture).enhance(0.4)),
}


def _table(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _verified(
    settings: Settings, folder: Path, shown: Mapping[str, str]
) -> tuple[Result, Scores, Flags]:
    """Every pair, with the cosine of each and whether it is of one person."""
    rows: list[tuple[object, ...]] = [("file1", "file2", "same", "person1", "person2")]
    for (one, person), (other, another) in combinations(shown.items(), 2):
        rows.append((one, other, int(person == another), person, another))
    protocol = pairs.table(_table(folder / "pairs.csv", rows))
    vectors = embed(protocol.photos, settings, protocol.which, folder / "vectors")
    return verify(protocol, vectors), vectors.cosines(protocol.rows), protocol.same


def _identified(settings: Settings, folder: Path, shown: Mapping[str, str]) -> Result:
    """Spoilt photos among the others."""
    rows: list[tuple[object, ...]] = [("file", "person", "role")]
    for file, person in shown.items():
        enrols = ".asis." in file and person not in STRANGERS
        rows.append((file, person, "enrol" if enrols else "probe"))
    protocol = identification.table(_table(folder / "search.csv", rows))
    vectors = embed(protocol.photos, settings, protocol.which, folder / "vectors")
    return identify(protocol, vectors)


def _lines(found: dict[str, object]) -> str:
    """As JSON, a line for each photo and figure."""
    text = json.dumps(found, indent=1)
    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)


def main() -> None:
    settings = config.load(portraits="off", cache=packaged.FOLDER.parent / "cache")
    found = measured(settings, packaged.load())
    FILE.write_text(_lines(asdict(found)) + "\n", "utf-8")
    print(f"{len(found.figures)} figures in {FILE.name}")


if __name__ == "__main__":
    main()
