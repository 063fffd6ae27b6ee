"""The engine that the settings ask for."""

from __future__ import annotations

from lookalike.aws.engine import AwsEngine
from lookalike.config import Settings
from lookalike.engine import Engine

# What the page, the JSON API and the command line ask. The two answer the same questions, each
# with scores of its own type, so that none is taken for the other's.
AnyEngine = Engine | AwsEngine


def opened(settings: Settings) -> AnyEngine:
    """Ours, or Amazon Rekognition.

    Raises:
        SetupError: our networks or galleries cannot be used.
        AwsError: no AWS region is set, or the credentials cannot be read.
    """
    return AwsEngine(settings) if settings.engine == "aws" else Engine(settings)
