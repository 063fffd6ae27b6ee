"""What `evaluate` measures on: the vectors of photos, kept for the next run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import lookers
from lookalike.cli.terminal import progress

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.evaluate.protocols.protocol import Protocol
    from lookalike.evaluate.vectors import Progress, Thing, Vectors

CACHE = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep vectors (never photos) in this folder, for the next run.",
)


def embedded(settings: Settings, protocol: Protocol, cache: Path | None, cluster: bool) -> Vectors:
    """The vectors of a protocol's photos, with a progress bar."""
    from lookalike.evaluate.vectors import embed

    with photo_progress() as shown:
        which = protocol.which
        return embed(protocol.photos, settings, which, cache, shown, lookers(cluster))


@contextmanager
def photo_progress() -> Iterator[Progress]:
    """Shows how many photos were looked at."""
    with progress() as bar:

        def shown(things: Iterable[Thing], total: int) -> Iterable[Thing]:
            return bar.track(things, total, description="Looking at photos")

        yield shown
