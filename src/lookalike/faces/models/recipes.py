"""Models that are known by name: where their files are, and how they are fed.

The sha256 are those of the files' Git LFS entries (OpenCV Zoo), else those that independent
projects pin which load the same addresses (of OpenCV Zoo's file of 2026, four). InsightFace feeds
its recognisers (pixel - 127.5) / 127.5 and its detectors (pixel - 127.5) / 128, both in RGB
(python-package, `arcface_onnx.py` and `scrfd.py`); what ships says how OpenCV Zoo's are fed. In
which order AuraFace's colours are, public projects disagree: the self-test compares both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lookalike.errors import InvalidParameter
from lookalike.faces.models.manifest import SFACE, YUNET, ZOO, Embedder, Entry, Finder, Model

_INSIGHTFACE = "https://github.com/deepinsight/insightface/releases/download/v0.7"
# The revision of the repository that the sha256 was taken from.
_AURAFACE = "af6d057c9b0ec4071d4c49c80e3539258798b609"
_RESEARCH = "InsightFace models: non-commercial research purposes only"


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    Attributes:
        entry: complete but for the name that its owner gives it.
    """

    name: str
    about: str
    entry: Entry


def known() -> tuple[Recipe, ...]:
    """Every recipe."""
    return (*_zoo(), _auraface(), *_insightface())


def recipe(name: str) -> Recipe:
    """One by name.

    Raises:
        InvalidParameter: there is none.
    """
    found = {each.name: each for each in known()}
    if name not in found:
        raise InvalidParameter(f"recipe: {name!r}; there are: {', '.join(found)}.")
    return found[name]


def _zoo() -> tuple[Recipe, ...]:
    sface, yunet = "face_recognition_sface_2021dec.onnx", "face_detection_yunet_2023mar.onnx"
    # Exported anew with a free height and width (opencv_zoo, pull request 310), 229,738 bytes.
    yunet_2026 = "face_detection_yunet_2026may.onnx"
    return (
        Recipe(
            "sface-float32",
            "OpenCV Zoo: what ships, before its weights were quantised",
            replace(
                SFACE,
                model=Model(
                    name="sface-float32",
                    file=sface,
                    package="",
                    url=f"{ZOO}/face_recognition_sface/{sface}",
                    sha256="0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
                    licence="Apache-2.0",
                ),
            ),
        ),
        Recipe(
            "yunet-float32",
            "OpenCV Zoo: what ships, before its weights were quantised",
            replace(
                YUNET,
                model=Model(
                    name="yunet-float32",
                    file=yunet,
                    package="",
                    url=f"{ZOO}/face_detection_yunet/{yunet}",
                    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                    licence="MIT",
                ),
            ),
        ),
        Recipe(
            "yunet-2026may",
            "OpenCV Zoo: yunet-float32, for pictures of any size",
            replace(
                YUNET,
                model=Model(
                    name="yunet-2026may",
                    file=yunet_2026,
                    package="",
                    url=f"{ZOO}/face_detection_yunet/{yunet_2026}",
                    sha256="ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0",
                    licence="MIT",
                ),
            ),
        ),
    )


def _auraface() -> Recipe:
    # Other files of that address are InsightFace's own, of its licence: this one alone is theirs.
    model = Model(
        name="auraface-v1",
        file="glintr100.onnx",
        package="",
        url=f"https://huggingface.co/fal/AuraFace-v1/resolve/{_AURAFACE}/glintr100.onnx",
        sha256="a7933ea5330113b01c9b60351d8f4c33003f145d8470ac5f0e52ee2effe25c60",
        licence="Apache-2.0",
    )
    return Recipe("auraface-v1", "fal.ai: ResNet100, for commercial use", _arcface(model))


def _insightface() -> tuple[Recipe, ...]:
    return tuple(
        Recipe(name, f"InsightFace: {about}", made(_research(archive, file, sha256)))
        for name, archive, file, sha256, about, made in (
            (
                "buffalo_s",
                "buffalo_s",
                "w600k_mbf.onnx",
                "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
                "MobileFaceNet, small and fast",
                _arcface,
            ),
            (
                "buffalo_s-detector",
                "buffalo_s",
                "det_500m.onnx",
                "5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a",
                "SCRFD 500MF, small and fast",
                _scrfd,
            ),
            (
                "buffalo_l",
                "buffalo_l",
                "w600k_r50.onnx",
                "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
                "ResNet50",
                _arcface,
            ),
            (
                "buffalo_l-detector",
                "buffalo_l",
                "det_10g.onnx",
                "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91",
                "SCRFD 10GF, large and thorough",
                _scrfd,
            ),
            (
                "antelopev2",
                "antelopev2",
                "glintr100.onnx",
                "4ab1d6435d639628a6f3e5008dd4f929edf4c4124b1a7169e1048f9fef534cdf",
                "ResNet100, strong and slow",
                _arcface,
            ),
            (
                "antelopev2-detector",
                "antelopev2",
                "scrfd_10g_bnkps.onnx",
                "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91",
                "SCRFD 10GF, the same file as buffalo_l's",
                _scrfd,
            ),
        )
    )


def _research(archive: str, file: str, sha256: str) -> Model:
    """A file in one of InsightFace's zip files."""
    return Model(
        name=archive,
        file=file,
        package="",
        url=f"{_INSIGHTFACE}/{archive}.zip",
        sha256=sha256,
        licence=_RESEARCH,
        member=file,
        commercial=False,
    )


def _arcface(model: Model) -> Embedder:
    return Embedder(model, size=112, dimension=512, preprocessing=1, mean=127.5, std=127.5)


def _scrfd(model: Model) -> Finder:
    return Finder(model, layout="scrfd", mean=127.5, std=128.0)
