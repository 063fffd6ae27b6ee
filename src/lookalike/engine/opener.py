"""Opens the engine that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lookalike.config import Settings

if TYPE_CHECKING:
    from lookalike.engine.interface import Engine


def opened(settings: Settings) -> Engine:
    """Ours, or Amazon Rekognition. Only the one that is wanted is imported.

    Raises:
        SetupError: our networks or galleries cannot be used.
        AwsError: no AWS region is set, or the credentials cannot be read.
        InvalidParameter: the AWS endpoint is no web address.
    """
    if settings.engine == "aws":
        from lookalike.aws.engine import AwsEngine

        return AwsEngine(settings)
    from lookalike.engine.local import LocalEngine

    return LocalEngine(settings)
