"""All that sees what an app does, from when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lookalike.config import Settings
from lookalike.faces.photo import Photo
from lookalike.watch import board, logs
from lookalike.watch.addresses import Addresses
from lookalike.watch.meters import Meters
from lookalike.watch.refusals import Refusals
from lookalike.watch.requests import Watched
from lookalike.watch.traces import Traces

if TYPE_CHECKING:
    from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Watching:
    """Of one app, in this process."""

    meters: Meters = field(default_factory=Meters)
    refusals: Refusals = field(default_factory=lambda: Refusals(board.folder()))
    traces: Traces = field(default_factory=Traces)

    def install(self, app: FastAPI, settings: Settings) -> None:
        """Have it see every request; what is added to the app later comes before it."""
        addresses = Addresses(settings)
        app.add_middleware(Watched, meters=self.meters, refusals=self.refusals, addresses=addresses)
        logs.keep_discreet()

    def photo(self, photo: Photo) -> None:
        """A photo that was looked at."""
        self.meters.photo(photo)
        self.traces.photo(photo)

    def close(self) -> None:
        self.refusals.close()
        self.traces.close()
