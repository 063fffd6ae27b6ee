"""What an operation is given beside its request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lookalike.config import Settings
from lookalike.engine import Engine
from lookalike.rekognition.auth import Credential
from lookalike.rekognition.validation import Members

_REGION = "us-east-1"
# Whose everything here is: AWS's ARNs name an account of twelve digits.
_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """One call: the engine it may use and who makes it (None: it was not signed)."""

    engine: Engine
    credential: Credential | None
    request_id: str

    @property
    def settings(self) -> Settings:
        return self.engine.settings

    @property
    def account(self) -> str:
        return _ACCOUNT

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.credential.region if self.credential else _REGION


# Takes a validated request and gives the members of the answer; raises Fault or LookalikeError.
Operation = Callable[[Context, Members], Members]
