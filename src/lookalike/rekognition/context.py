"""What an operation is given beside its request: the engine, and who calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.config import Settings
from lookalike.rekognition.access.credential import Credential
from lookalike.rekognition.access.policy import ANYONE, Principal
from lookalike.rekognition.model_version import model_version
from lookalike.rekognition.wire.validation import Members

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine

_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """One call.

    Attributes:
        engine: what it may use.
        credential: how it was signed; None: not at all.
        principal: who makes it, as far as that was checked.
    """

    engine: LocalEngine
    credential: Credential | None
    request_id: str
    principal: Principal = ANYONE

    @property
    def settings(self) -> Settings:
        return self.engine.settings

    @property
    def model_version(self) -> str:
        return model_version(self.engine.contract)

    @property
    def shows_starter(self) -> bool:
        """Whether the gallery that comes with the package is one of the collections."""
        return self.settings.rekognition_starter == "on"

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.credential.region if self.credential else _REGION


# Takes a validated request and gives the members of the answer; raises Fault or LookalikeError.
Operation = Callable[[Context, Members], Members]
