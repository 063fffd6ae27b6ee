"""Opens the engine that the settings ask for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lookalike.config import Settings

if TYPE_CHECKING:
    from lookalike.engine.interface import Engine
    from lookalike.faces.apart.faces import Faces

# Shown on stderr, at this level, unless somebody sets up logging.
_log = logging.getLogger(__name__)


def opened(settings: Settings, analyzer: Faces | None = None) -> Engine:
    """Ours, or Amazon Rekognition. Only the one that is wanted is imported.

    Args:
        analyzer: made of these settings, where it is open already.

    Raises:
        SetupError: our networks or galleries cannot be used.
        AwsError: no AWS region is set, or the credentials cannot be read.
        InvalidParameter: the AWS endpoint is no web address.
    """
    if settings.engine == "aws":
        from lookalike.aws.engine import AwsEngine

        return AwsEngine(settings)
    from lookalike.engine.local import LocalEngine

    return LocalEngine(settings, analyzer=analyzer)


def warmed(settings: Settings, analyzer: Faces | None = None) -> Engine:
    """The same with all open that the first photo needs, as a server wants it; what is to be known
    of its answers is logged.

    Args, Raises: as `opened`.
    """
    engine = opened(settings, analyzer)
    for note in engine.model.notes:
        _log.warning(note.both)
    engine.database.prepare()
    engine.warm()
    return engine
