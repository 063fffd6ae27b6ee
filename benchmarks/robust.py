"""Odd and hostile files: each gets an answer or a clear error, in time and in memory.

    python -m benchmarks.robust ../shared/data/robust ../shared/cases

Beside the files of the folders, those kinds that users hit and that can be made on the spot are
made of a portrait: without an end marker, cut, broken where it does not matter, a scan a thousand
times over, turned, tiny, drawn, not human.
"""

from __future__ import annotations

import argparse
import io
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import psutil
import skimage.data

from benchmarks.coverings import KINDS
from benchmarks.report import machine, table
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.errors import LookalikeError
from lookalike.faces.image import FINE, Pixels, decode
from lookalike.faces.photo import Face
from tests.support import photos

_NO_PHOTOS = {".csv", ".md", ".py"}
_ORIENTATION = 0x0112


def section(folders: Sequence[Path]) -> str:
    engine = LocalEngine(config.load())
    engine.analyzer.warm()
    process = psutil.Process()
    before = process.memory_info().rss
    rows = []
    for name, data in (*_files(folders), *_made(engine)):
        began = time.perf_counter()
        said = _said(engine, data)
        took = (time.perf_counter() - began) * 1000
        grown = (process.memory_info().rss - before) / 2**20
        rows.append((name, said, f"{took:.0f}", f"{grown:+.0f}"))
    engine.close()
    return table(("file", "answer", "ms", "memory since the start, MiB"), rows)


def _said(engine: LocalEngine, data: bytes) -> str:
    try:
        photo = engine.analyzer.analyze(data)
    except LookalikeError as error:
        return f"{error.code}: {error}"
    faces = f"{len(photo.faces)} faces in {photo.width} x {photo.height}"
    return ", ".join([faces, *_remarks(photo.faces[0])] if photo.faces else [faces])


def _remarks(face: Face) -> Iterator[str]:
    shown = face.coverage
    if shown and not shown.human:
        yield "perhaps not human"
    elif shown and not shown.enough:
        yield "too little of it shows"


def _files(folders: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix not in _NO_PHOTOS:
                yield path.name, path.read_bytes()


def _made(engine: LocalEngine) -> Iterator[tuple[str, bytes]]:
    """Names and bytes."""
    data = photos.load()["obama.jpg"]
    portrait = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    portrait.thumbnail((600, 600))
    plain, progressive = _saved(portrait, "JPEG"), _saved(portrait, "JPEG", progressive=True)
    yield "(made) JPEG without its end marker", plain[:-2]
    yield "(made) progressive JPEG without its end marker", progressive[:-2]
    yield "(made) the same with a phone's trailer", plain[:-2] + b"\x00" * 500 + b"SEFH"
    yield "(made) JPEG cut in the middle", plain[: len(plain) // 2]
    yield "(made) JPEG with its last scan 1,000 times", _bomb(progressive)
    yield "(made) PNG with a wrong checksum in a text", _with_broken_text(_saved(portrait, "PNG"))
    yield "(made) PNG cut in the middle", _saved(portrait, "PNG")[:50_000]
    exif = PIL.Image.Exif()
    exif[_ORIENTATION] = 6
    on_its_side = portrait.transpose(PIL.Image.Transpose.ROTATE_90)
    yield "(made) JPEG that EXIF turns", _saved(on_its_side, "JPEG", exif=exif)
    yield "(made) JPEG on its side that nothing turns", _saved(on_its_side, "JPEG")
    yield "(made) a face of 20 px", _saved(portrait.resize((48, 60)), "PNG")
    yield "(made) a cat", _saved(PIL.Image.fromarray(skimage.data.chelsea()), "PNG")
    yield "(made) a drawing", _saved(PIL.Image.fromarray(_drawing(np.asarray(portrait))), "PNG")
    pixels = decode(plain, engine.limits, FINE).pixels
    mesh = engine.analyzer.analyze(plain).faces[0].mesh
    assert mesh is not None
    for kind, draw in KINDS.items():
        drawn = draw(pixels, mesh.points, np.random.default_rng(7))
        yield f"(made) a face behind {kind}", _saved(PIL.Image.fromarray(drawn), "JPEG")


def _saved(picture: PIL.Image.Image, format: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def _bomb(progressive: bytes) -> bytes:
    last = progressive.rindex(b"\xff\xda")
    return progressive[:-2] + progressive[last:-2] * 1000 + b"\xff\xd9"


def _with_broken_text(png: bytes) -> bytes:
    """A text chunk behind the header, whose checksum is wrong."""
    name, content = b"tEXt", b"Comment\x00hello"
    wrong = (zlib.crc32(name + content) ^ 1).to_bytes(4)
    end = 8 + 25
    return png[:end] + len(content).to_bytes(4) + name + content + wrong + png[end:]


def _drawing(photo: Pixels) -> Pixels:
    """The same in a few colours, without any texture."""
    smooth = cv2.pyrMeanShiftFiltering(photo, 20, 40)
    return np.asarray(smooth // 48 * 48 + 24, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="*")
    print(machine(), section(parser.parse_args().folders), sep="\n\n")


if __name__ == "__main__":
    main()
