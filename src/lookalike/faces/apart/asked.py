"""Faces that something elsewhere looks at: what is asked of `Faces` is handed on by its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import cast

from lookalike.config import Settings
from lookalike.faces.attributes import Attributes
from lookalike.faces.image import Image, Limits, Pixels
from lookalike.faces.models import installed
from lookalike.faces.models.manifest import Embedder, Finder
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats


class AskedFaces(ABC):
    """See `Faces`."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            SetupError: a model that was chosen is not there, or damaged.
        """
        self.embedder: Embedder = installed.embedder(settings)
        self.finder: Finder = installed.finder(settings)
        self.limits = Limits.of(settings)
        self._told: Callable[[Photo], None] | None = None

    @abstractmethod
    def _ask(self, method: str, *arguments: object) -> object:
        """What a method of `Faces` returns there; of `analyze` all arguments in their order."""

    def watch(self, told: Callable[[Photo], None]) -> None:
        self._told = told

    def analyze(
        self,
        data: bytes,
        limits: Limits | None = None,
        *,
        appearances: bool = False,
        traits: bool = False,
    ) -> Photo:
        photo = cast(Photo, self._ask("analyze", data, limits, appearances, traits))
        if self._told is not None:
            self._told(photo)
        return photo

    def analyze_frame(self, image: Image, last: Photo | None = None, traits: bool = False) -> Photo:
        return cast(Photo, self._ask("analyze_frame", image, last, traits))

    def embed(self, crops: list[Pixels]) -> Floats:
        return cast(Floats, self._ask("embed", crops))

    def attributes(self, faces: Sequence[Face]) -> tuple[Attributes, ...]:
        return cast(tuple[Attributes, ...], self._ask("attributes", faces))

    def with_thumbnail(self, face: Face, data: bytes) -> Face:
        return cast(Face, self._ask("with_thumbnail", face, data))

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        return cast(Pixels, self._ask("square", data, photo, face, side))

    def reduced(self, data: bytes, side: int) -> Pixels:
        return cast(Pixels, self._ask("reduced", data, side))
