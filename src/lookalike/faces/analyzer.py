"""Bytes -> every face of a photo with its embedding: joins the steps of this package."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.faces.align import align, transform
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.appearance.reader import AppearanceReader
from lookalike.faces.attributes import AttributeReader, Attributes
from lookalike.faces.coverage import Coverage, CoverageReader
from lookalike.faces.detect import Detector
from lookalike.faces.embed import FaceEmbedder
from lookalike.faces.geometry import Box, Landmarks
from lookalike.faces.image import FINE, FINER, Image, Limits, Pixels, decode, reduced
from lookalike.faces.mesh import Mesh, MeshReader
from lookalike.faces.models import installed, runtime
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import Embedder, Finder, Folders
from lookalike.faces.models.network import Library, Runtime
from lookalike.faces.photo import Clock, Face, Photo
from lookalike.faces.pictures import thumbnail
from lookalike.faces.pictures.square import face_square
from lookalike.faces.quality import measure
from lookalike.faces.traits.reader import TraitReader
from lookalike.faces.traits.traits import Traits
from lookalike.faces.vectors import Floats

# How sure the mesh has to be of a face that is followed, as its network says it: half of what it is
# at the median of people (`coverage.py`), and far more than of none.
_FOLLOWED = 18.0


class Analyzer:
    """Opens the networks once, with the first photo; see `Faces`. Calls from several threads take
    turns."""

    # A network fills the cores that a worker is given; decoding may run beside it.
    at_once = 2

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            SetupError: a model that was chosen is not there, or a device beside the processor. What
                else is wrong with networks shows when they are opened; see `installed.check`.
        """
        self.embedder: Embedder = installed.embedder(settings)
        self.finder: Finder = installed.finder(settings)
        self.limits = Limits.of(settings)
        self._settings = settings
        self._max_faces = settings.max_faces
        self._looks_wanted = settings.order == "look"
        self._attributes: AttributeReader | None = None
        self._traits: TraitReader | None = None
        self._told: Callable[[Photo], None] | None = None
        self._turn = threading.Lock()
        self._opening = threading.Lock()
        self._opened: _Networks | None = None
        if settings.device != "cpu":
            # Only a library knows whether it is there.
            self.runtime.library(self.embedder)

    @property
    def _networks(self) -> _Networks:
        with self._opening:
            if self._opened is None:
                self._opened = _Networks.open(self._settings, self.finder, self.embedder)
            return self._opened

    @property
    def detector(self) -> Detector:
        """What finds faces; not for several threads at once."""
        return self._networks.detector

    @property
    def recogniser(self) -> FaceEmbedder:
        """What embeds crops; not for several threads at once."""
        return self._networks.recogniser

    @property
    def runtime(self) -> Runtime:
        """What opens networks."""
        return self._networks.runtime

    @property
    def library(self) -> Library:
        """What computes the embedder."""
        return self.runtime.library(self.embedder)

    @property
    def ready(self) -> bool:
        """Whether a photo would be looked at now: always."""
        return True

    def close(self) -> None:
        """Nothing is to be ended."""

    def warm(self) -> None:
        """Open the networks now instead of with the first photo."""
        with self._turn:
            self.detector.warm()
            self._networks.meshes.warm()
            self.recogniser.embed([np.zeros((self.embedder.size,) * 2 + (3,), np.uint8)])

    def watch(self, told: Callable[[Photo], None]) -> None:
        """Tell of every photo that was looked at; see `Faces`."""
        self._told = told

    def analyze(
        self,
        data: bytes,
        limits: Limits | None = None,
        *,
        appearances: bool = False,
        traits: bool = False,
    ) -> Photo:
        """Find, align, embed and judge every face of a photo; see `Faces`."""
        decoded = _decoded(data, limits or self.limits)
        with self._turn:
            (photo,) = self._embedded([self._look(decoded, appearances=appearances, traits=traits)])
        if self._told is not None:
            self._told(photo)
        return photo

    def analyze_all(
        self, photos: Sequence[Request], begin: Callable[[int], None]
    ) -> list[Photo | PhotoError]:
        """The same of several, with the faces of all in one batch; or why one cannot be used.

        Args:
            begin: told the place of each photo before it is looked at.
        """
        looked: dict[int, _Looked] = {}
        failed: dict[int, PhotoError] = {}
        with self._turn:
            for place, each in enumerate(photos):
                begin(place)
                try:
                    decoded = _decoded(each.data, each.limits or self.limits)
                    looked[place] = self._look(
                        decoded, appearances=each.appearances, traits=each.traits
                    )
                except PhotoError as error:
                    failed[place] = error
            found = dict(zip(looked, self._embedded(list(looked.values())), strict=True))
        return [found.get(place) or failed[place] for place in range(len(photos))]

    def analyze_frame(self, image: Image, last: Photo | None = None, traits: bool = False) -> Photo:
        """The same for a picture that is decoded already and surely upright; see `Faces`."""
        clock = Clock()
        clock.lap("decode")
        with self._turn:
            followed = None if last is None else self._followed(image, last, clock, traits)
            if followed is not None:
                return followed
            decoded = _Decoded(image, clock, finer=None)
            (photo,) = self._embedded([self._look(decoded, traits=traits)])
        return photo

    def _followed(self, image: Image, last: Photo, clock: Clock, traits: bool) -> Photo | None:
        """The faces of `last` where they are now; None where one of them is lost."""
        clock.lap("detect")
        seen = [(each, each.mesh.scaled(image.scale)) for each in last.faces if each.mesh]
        meshes = [self._networks.meshes.follow(image.pixels, mesh) for _, mesh in seen]
        if any(each.presence < _FOLLOWED for each in meshes):
            return None
        clock.lap("mesh")
        boxes = [
            _moved(each.box, before.landmarks, now.landmarks, image.scale)
            for (each, before), now in zip(seen, meshes, strict=True)
        ]
        found = Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.array([each.landmarks for each in meshes], np.float32).reshape(-1, 5, 2),
            np.array([each.quality.score for each, _ in seen], np.float32),
        )
        crops = [align(image.pixels, each.landmarks, self.embedder.size) for each in meshes]
        clock.lap("align")
        shown = self._traits_of(image, meshes, traits, clock)
        looks: list[Appearance | None] = [None] * len(meshes)
        looked = _Looked(image, found, tuple(meshes), crops, looks, shown, clock)
        vectors = np.array([each.embedding for each, _ in seen], np.float32)
        clock.lap("embed")
        return self._photo(looked, vectors)

    def _look(
        self, decoded: _Decoded, *, appearances: bool = False, traits: bool = False
    ) -> _Looked:
        image, clock, finer = decoded.image, decoded.clock, decoded.finer
        clock.skip()
        found = self.detector.detect(image.pixels, upright=finer is None)
        found = found.largest(self._max_faces)
        clock.lap("detect")
        image, found = self._finest(image, found, finer)
        clock.lap("decode")
        meshes = self._networks.meshes.read(image.pixels, found)
        clock.lap("mesh")
        crops = [align(image.pixels, m.landmarks, self.embedder.size) for m in meshes]
        clock.lap("align")
        looks = self._appearances_of(image, meshes, appearances, clock)
        shown = self._traits_of(image, meshes, traits, clock)
        return _Looked(image, found, meshes, crops, looks, shown, clock)

    def _appearances_of(
        self, image: Image, meshes: Sequence[Mesh], wanted: bool, clock: Clock
    ) -> list[Appearance | None]:
        if not (wanted and self._looks_wanted):
            return [None] * len(meshes)
        found = [self._networks.appearances.read(image.pixels, each) for each in meshes]
        clock.lap("appearance")
        return found

    def _traits_of(
        self, image: Image, meshes: Sequence[Mesh], wanted: bool, clock: Clock
    ) -> list[Traits | None]:
        if not wanted:
            return [None] * len(meshes)
        if self._traits is None:
            self._traits = TraitReader(self.runtime)
        found = [self._traits.read(image.pixels, each) for each in meshes]
        clock.lap("traits")
        return found

    def _embedded(self, looked: Sequence[_Looked]) -> list[Photo]:
        """The time of the batch is that of each of its photos."""
        for each in looked:
            each.clock.skip()
        vectors = self.recogniser.embed([crop for each in looked for crop in each.crops])
        ends = np.cumsum([len(each.crops) for each in looked])
        for each in looked:
            each.clock.lap("embed")
        parts = np.split(vectors, ends[:-1])
        return [self._photo(each, part) for each, part in zip(looked, parts, strict=False)]

    def _photo(self, looked: _Looked, vectors: Floats) -> Photo:
        image = looked.image
        found = looked.found.scaled(1 / image.scale)
        meshes = (each.scaled(1 / image.scale) for each in looked.meshes)
        seen = looked.crops, vectors, looked.appearances, looked.traits
        faces = tuple(map(self._face, found.boxes, found.scores, meshes, *seen))
        return Photo(image.width, image.height, image.format, faces, looked.clock.timings())

    def _finest(
        self, image: Image, found: Detections, finer: Callable[[], Image] | None
    ) -> tuple[Image, Detections]:
        """What faces are cut from: small ones of a large photo from a finer decode of it."""
        if (
            finer
            and image.scale < 1
            and len(found)
            and found.boxes[:, 2].min() < self.embedder.size
        ):
            finest = finer()
            return finest, found.scaled(finest.scale / image.scale)
        return image, found

    def _face(
        self,
        box: Floats,
        score: np.float32,
        mesh: Mesh,
        crop: Pixels,
        vector: Floats,
        appearance: Appearance | None,
        traits: Traits | None,
    ) -> Face:
        left, top, width, height = (float(each) for each in box)
        quality = measure(crop, mesh, float(score), width)
        return Face(
            box=Box(left, top, width, height),
            landmarks=Landmarks.of(mesh.landmarks),
            quality=quality,
            crop=crop,
            embedding=vector,
            mesh=mesh,
            coverage=self._networks.coverage.read(crop, mesh, quality),
            appearance=appearance,
            traits=traits,
        )

    def embed(self, crops: list[Pixels]) -> Floats:
        """(n, dimension) embeddings of length 1 for n aligned crops, such as `Face.crop`."""
        with self._turn:
            return self.recogniser.embed(crops)

    def attributes(self, faces: Sequence[Face]) -> tuple[Attributes, ...]:
        """What networks guess of each face; they are opened when they are first asked for."""
        with self._turn:
            if self._attributes is None:
                self._attributes = AttributeReader(self.runtime)
            return self._attributes.read([each.crop for each in faces])

    def with_thumbnail(self, face: Face, data: bytes) -> Face:
        """The same face with a small picture of it, cut from the photo it was found in."""
        return replace(face, thumbnail=thumbnail.cut(data, face.landmarks.array, self.limits))

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        """The (side, side, 3) picture of a face for people to look at; see `Faces`."""
        return face_square(data, photo, face, side, self.limits)

    def reduced(self, data: bytes, side: int) -> Pixels:
        """A photo with at most `side` pixels on its longer side; see `Faces`."""
        return reduced(data, self.limits, side)

    def embed_thumbnail(self, small: bytes) -> Floats:
        """The (dimension,) embedding of the face in a thumbnail.

        Raises:
            PhotoError: it is no thumbnail.
        """
        vector: Floats = self.embed([thumbnail.face(small, self.embedder.size)])[0]
        return vector

    def thumbnail_coverage(self, small: bytes) -> Coverage:
        """How much shows of the face in a thumbnail, whose size is that in the thumbnail.

        Raises:
            PhotoError: it is no thumbnail.
        """
        pixels = thumbnail.opened(small)
        found = thumbnail.found(pixels)
        with self._turn:
            (mesh,) = self._networks.meshes.read(pixels, found)
        crop = thumbnail.face(small, self.embedder.size)
        quality = measure(crop, mesh, float(found.scores[0]), float(found.boxes[0, 2]))
        return self._networks.coverage.read(crop, mesh, quality)


@dataclass(frozen=True, slots=True, eq=False)
class _Networks:
    """What every photo is looked at with."""

    runtime: Runtime
    detector: Detector
    meshes: MeshReader
    coverage: CoverageReader
    recogniser: FaceEmbedder
    appearances: AppearanceReader

    @classmethod
    def open(cls, settings: Settings, finder: Finder, embedder: Embedder) -> _Networks:
        """
        Raises:
            SetupError: one of them cannot be used.
        """
        opener = runtime.create(settings)
        return cls(
            opener,
            Detector(opener, finder),
            MeshReader(opener),
            CoverageReader(),
            FaceEmbedder(opener, embedder),
            AppearanceReader(opener, Folders.of(settings)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What is asked of one of several photos, as of `Analyzer.analyze`."""

    data: bytes
    limits: Limits | None
    appearances: bool
    traits: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Decoded:
    """
    Attributes:
        finer: decodes the photo again, at `FINER`; None: the picture is surely upright.
    """

    image: Image
    clock: Clock
    finer: Callable[[], Image] | None


def _decoded(data: bytes, limits: Limits) -> _Decoded:
    clock = Clock()
    image = decode(data, limits, FINE)
    clock.lap("decode")
    return _Decoded(image, clock, finer=lambda: decode(data, limits, FINER))


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What was seen of a photo before its faces are embedded, in pixels of `image`."""

    image: Image
    found: Detections
    meshes: tuple[Mesh, ...]
    crops: list[Pixels]
    appearances: list[Appearance | None]
    traits: list[Traits | None]
    clock: Clock


def _moved(box: Box, before: Floats, now: Floats, scale: float) -> tuple[float, ...]:
    """Left, top, width and height of a box that moves with (5, 2) landmarks.

    Args:
        scale: pixels, in which all but the box is, for one of the photo's.
    """
    matrix = transform(before, now)
    centre = scale * np.array([box.left + box.width / 2, box.top + box.height / 2])
    x, y = matrix[:, :2] @ centre + matrix[:, 2]
    grown = scale * float(np.hypot(*matrix[:, 0]))
    width, height = box.width * grown, box.height * grown
    return float(x) - width / 2, float(y) - height / 2, width, height
