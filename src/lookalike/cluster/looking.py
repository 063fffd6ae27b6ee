"""Photos are looked at by other processes of the cluster: `Faces` as everything else sees them."""

from __future__ import annotations

from typing import cast

from lookalike.cluster.asking import Part
from lookalike.config import Settings
from lookalike.faces.apart.asked import AskedFaces
from lookalike.faces.models.network import Library


class RemoteFaces(AskedFaces):
    """See `Faces`. Whatever it is asked may raise PartMissing."""

    def __init__(self, settings: Settings, part: Part, at_once: int) -> None:
        """
        Args:
            at_once: photos that one front may have under way.

        Raises:
            SetupError: a model that was chosen is not there, or damaged.
        """
        super().__init__(settings)
        self.at_once = at_once
        self._part = part
        self._library: Library | None = None

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

    def _ask(self, method: str, *arguments: object) -> object:
        if method == "analyze":
            data, limits, appearances, traits = arguments
            return self._part.ask(method, data, limits, appearances=appearances, traits=traits)
        return self._part.ask(method, *arguments)

    def close(self) -> None:
        """What looks at photos is not this process's to end."""
