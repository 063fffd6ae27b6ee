"""Photos are looked at by other processes of the cluster: `Faces` as everything else sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from lookalike.cluster.asking import Part
from lookalike.config import Settings
from lookalike.faces.attributes import Attributes
from lookalike.faces.image import Image, Limits, Pixels
from lookalike.faces.models import installed
from lookalike.faces.models.manifest import Embedder, Finder
from lookalike.faces.models.network import Library
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats


class RemoteFaces:
    """See `Faces`. Whatever it is asked may raise PartMissing."""

    def __init__(self, settings: Settings, part: Part, at_once: int) -> None:
        """
        Args:
            at_once: photos that one front may have under way.

        Raises:
            SetupError: a model that was chosen is not there, or damaged.
        """
        self.at_once = at_once
        self.embedder: Embedder = installed.embedder(settings)
        self.finder: Finder = installed.finder(settings)
        self.limits = Limits.of(settings)
        self._part = part
        self._library: Library | None = None
        self._told: Callable[[Photo], None] | None = None

    @property
    def library(self) -> Library:
        if self._library is None:
            self._library = cast(Library, self._part.ask("library"))
        return self._library

    @property
    def ready(self) -> bool:
        return self._library is not None

    def warm(self) -> None:
        self._library = self.library

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
        seen = self._part.ask("analyze", data, limits, appearances=appearances, traits=traits)
        photo = cast(Photo, seen)
        if self._told is not None:
            self._told(photo)
        return photo

    def analyze_frame(self, image: Image, last: Photo | None = None, traits: bool = False) -> Photo:
        return cast(Photo, self._part.ask("analyze_frame", image, last, traits))

    def embed(self, crops: list[Pixels]) -> Floats:
        return cast(Floats, self._part.ask("embed", crops))

    def attributes(self, faces: Sequence[Face]) -> tuple[Attributes, ...]:
        return cast(tuple[Attributes, ...], self._part.ask("attributes", faces))

    def with_thumbnail(self, face: Face, data: bytes) -> Face:
        return cast(Face, self._part.ask("with_thumbnail", face, data))

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        return cast(Pixels, self._part.ask("square", data, photo, face, side))

    def reduced(self, data: bytes, side: int) -> Pixels:
        return cast(Pixels, self._part.ask("reduced", data, side))

    def close(self) -> None:
        """What looks at photos is not this process's to end."""
