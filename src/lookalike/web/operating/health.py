"""Whether photos are answered now, and why not."""

from __future__ import annotations

import logging

from lookalike.errors import StoreUnavailable
from lookalike.web.services import Services

READY = "ready"


def health(services: Services) -> str:
    """`ready`, or what is not. It reads the store."""
    if services.executor.is_full:
        return "the queue of photos is full"
    if not services.engine.ready:
        return "what looks at photos is being started again"
    try:
        services.engine.database.check()
    except StoreUnavailable as error:
        logging.getLogger("lookalike").error("Not ready: %s", error)
        return "the store cannot be read"
    return READY
