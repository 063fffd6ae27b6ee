"""Settings that all hosts of a database have alike, where a host says nothing of its own."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from lookalike.config import Settings
from lookalike.database.database import Address, opened
from lookalike.database.postgresql import agreed

# What `lookalike models use` chooses, among what is agreed on.
MODEL, DETECTOR = "model", "detector"


def joined(settings: Settings) -> Settings:
    """With the models that are chosen for all hosts.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    if not settings.database or (settings.model and settings.detector):
        return settings
    with (
        closing(opened(settings.home, Address.of(settings))) as database,
        database.reading() as connection,
    ):
        model, detector = (agreed.read(connection, each) or "" for each in (MODEL, DETECTOR))
    return replace(settings, model=settings.model or model, detector=settings.detector or detector)


def choose(settings: Settings, choice: str, name: str) -> None:
    """Have all hosts use a model from their next start on.

    Args:
        choice: `MODEL` or `DETECTOR`.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    if not settings.database:
        return
    with (
        closing(opened(settings.home, Address.of(settings))) as database,
        database.changing("choices") as connection,
    ):
        agreed.put(connection, choice, name)
