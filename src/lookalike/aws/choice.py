"""The engine that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.config import Settings

if TYPE_CHECKING:
    from lookalike.aws.engine import AnyEngine


def opened(settings: Settings) -> AnyEngine:
    """Ours, or Amazon Rekognition. Only the one that is wanted is imported.

    Raises:
        SetupError: our networks or galleries cannot be used.
        AwsError: no AWS region is set, or the credentials cannot be read.
        InvalidParameter: the AWS endpoint is no web address.
    """
    if settings.engine == "aws":
        from lookalike.aws.engine import AwsEngine

        return AwsEngine(settings)
    from lookalike.engine.local import Engine

    return Engine(settings)
