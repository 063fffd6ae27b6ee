"""Milliseconds of every step on photos with one face, on one core, beside OpenCV's own pipeline.

    python -m benchmarks.speed

The photos are made from the portrait in the face_recognition package: enlarged to 1 and 12
megapixels, with a camera's noise, so that they are as hard to decode as photos are. Ours is what
`lookalike evaluate speed` measures. OpenCV
decodes with `imdecode`, detects with `FaceDetectorYN` on the picture scaled as ours is, and
embeds with `FaceRecognizerSF`, on the same weights. It embeds the crop alone; ours and its mirror
image, so ours is also given without that.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import PIL.Image

from benchmarks.report import machine, median_ms, on_one_core, table
from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.evaluate import time_steps
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import FINE
from lookalike.faces.models.graph import prepared
from lookalike.faces.models.manifest import SFACE, YUNET, Folders
from tests.support import photos

SIZES = {"1 megapixel": (1152, 864), "12 megapixels": (4000, 3000)}
_STEPS = ("decode", "detect", "mesh", "align", "embed", "match", "all")


def photo(size: tuple[int, int]) -> bytes:
    """A JPEG of that size with one face of a quarter of its height, and noise."""
    width, height = size
    person = PIL.Image.open(io.BytesIO(photos.load()["obama.jpg"])).convert("RGB")
    person = person.resize((round(height * person.width / person.height), height))
    picture = PIL.Image.new("RGB", size, (110, 120, 130))
    picture.paste(person, ((width - person.width) // 2, 0))
    noise = np.random.default_rng(5).normal(0, 9, (height, width, 3))
    noisy = np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)
    written = io.BytesIO()
    PIL.Image.fromarray(noisy).save(written, "JPEG", quality=88)
    return written.getvalue()


def opencv(settings: Settings) -> Callable[[bytes], object]:
    """OpenCV's own pipeline from bytes to vector."""
    cv2.setNumThreads(1)
    folders = Folders.of(settings)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for each in (YUNET, SFACE):
            files.append(str(Path(folder) / f"{each.model.name}.onnx"))
            Path(files[-1]).write_bytes(prepared(each.model, folders, rewrite_prelu=True))
        detector = cv2.FaceDetectorYN.create(files[0], "", (FINE, FINE), 0.7)
        recognizer = cv2.FaceRecognizerSF.create(files[1], "")

    def run(data: bytes) -> object:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        scale = min(1.0, FINE / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        detector.setInputSize((small.shape[1], small.shape[0]))
        faces = detector.detect(small)[1]
        return recognizer.feature(recognizer.alignCrop(small, faces[0]))

    return run


def _mirror_ms(analyzer: Analyzer, data: bytes) -> float:
    """What the mirror image of a face costs."""
    crop = analyzer.analyze(data).faces[0].crop
    both = median_ms(analyzer.recogniser.embed, [crop])
    return both - median_ms(analyzer.recogniser.vectors, crop[np.newaxis])


def section() -> str:
    settings = config.load()
    analyzer = Analyzer(settings)
    engine = LocalEngine(settings, analyzer=analyzer)
    theirs = opencv(settings)
    rows = []
    for name, size in SIZES.items():
        data = photo(size)
        found = time_steps(engine, name, data)
        whole = found.figure("all").estimate.value
        mirrored = _mirror_ms(analyzer, data)
        other = median_ms(theirs, data)
        cells = [f"{found.figure(each).estimate.value:.1f}" for each in _STEPS]
        alone = f"{whole - mirrored:.1f}"
        ratios = f"{other / whole:.2f}", f"{other / (whole - mirrored):.2f}"
        rows.append((name, f"{len(data) / 1e6:.1f} MB", *cells, alone, f"{other:.1f}", *ratios))
    engine.close()
    ours = ("without the mirror image", "OpenCV", "OpenCV / ours", "without the mirror image")
    header = ("photo", "file", *_STEPS, *ours)
    return table(header, rows)


def main() -> None:
    on_one_core()
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
