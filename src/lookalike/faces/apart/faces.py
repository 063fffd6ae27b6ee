"""The seam at which looking at photos can be put into another process, or on another machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from lookalike.faces.attributes import Attributes
from lookalike.faces.image import Image, Limits, Pixels
from lookalike.faces.models.manifest import Embedder, Finder
from lookalike.faces.models.network import Library
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats


class Faces(Protocol):
    """All that is done with the pixels of a photo; safe to call from several threads.

    Attributes:
        at_once: how many calls may be under way at a time.
        embedder, finder: the networks in use.
    """

    at_once: int
    embedder: Embedder
    finder: Finder
    limits: Limits

    @property
    def library(self) -> Library:
        """What computes the embedder."""

    @property
    def ready(self) -> bool:
        """Whether a photo would be looked at now, and not only after networks were opened."""

    def warm(self) -> None:
        """Open the networks now instead of with the first photo.

        Raises:
            SetupError: a network cannot be used.
        """

    def watch(self, told: Callable[[Photo], None]) -> None:
        """Tell of every photo that was looked at, from now on, in the thread that asked for it."""

    def analyze(
        self,
        data: bytes,
        limits: Limits | None = None,
        *,
        appearances: bool = False,
        traits: bool = False,
    ) -> Photo:
        """Find, align, embed and judge every face of a photo. No face is an empty tuple.

        Args:
            appearances: tell how each looks, where the settings want an order of looks and the
                network for it is there. It is opened when this is first asked.
            traits: tell what shows on each. The networks for it are opened when this is first
                asked.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            SetupError: a network for traits cannot be used.
        """

    def analyze_frame(self, image: Image, last: Photo | None = None, traits: bool = False) -> Photo:
        """The same for a picture that is decoded already and surely upright.

        Args:
            last: what was seen just before, where nothing has come up since: its faces are only
                looked for where they were, and keep their embeddings. Where one of them is lost,
                all of the picture is looked at.
            traits: as of `analyze`.
        """

    def embed(self, crops: list[Pixels]) -> Floats:
        """(n, dimension) embeddings of length 1 for n aligned crops, such as `Face.crop`."""

    def attributes(self, faces: Sequence[Face]) -> tuple[Attributes, ...]:
        """What networks guess of each face."""

    def with_thumbnail(self, face: Face, data: bytes) -> Face:
        """The same face with a small picture of it, cut from the photo it was found in."""

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        """The (side, side, 3) picture of a face for people to look at.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """

    def reduced(self, data: bytes, side: int) -> Pixels:
        """A photo with at most `side` pixels on its longer side, (height, width, 3) uint8 RGB.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """

    def close(self) -> None: ...
