"""Whether the work on a video takes longer than it may, as those see it who can end it.

Decoders are written in C and read what strangers send. One that never ends lets the threads beside
it run, and one of these ends the process; one that stops them too is noticed by the server, which
no longer hears of the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import Synchronized

# Seconds that one frame may take, decoding those before it that are not looked at included.
STALL_S = 60.0
# How often a process says that it is there, and for how long it may not: on a machine that is
# very busy, too.
_EVERY_S, _SILENT_S = 1.0, 60.0

Clock = Callable[[], float]


class Progress:
    """Of one video: when its work began, and when it last went on."""

    def __init__(self, deadline: float, stall: float = STALL_S, clock: Clock = time.monotonic):
        """
        Args:
            deadline: seconds that all of it may take.
        """
        self._deadline = deadline
        self._stall = stall
        self._clock = clock
        self._began = self._moved = clock()

    def move(self) -> None:
        """It goes on."""
        self._moved = self._clock()

    def lateness(self) -> str | None:
        """Why it is to be given up; None: it is not."""
        now = self._clock()
        if now - self._began > self._deadline:
            return (
                f"The video took longer than {self._deadline:g} seconds "
                "(LOOKALIKE_VIDEO_DEADLINE) and was given up."
            )
        if now - self._moved > self._stall:
            return f"A frame of the video took longer than {self._stall:g} seconds."
        return None


def keep_saying(said: Synchronized[float]) -> None:
    """Say from a thread of this process that it is there, as long as its threads run at all."""

    def say() -> None:
        while True:
            said.value = time.monotonic()
            time.sleep(_EVERY_S)

    threading.Thread(target=say, daemon=True).start()


def silent(said: Synchronized[float], clock: Clock = time.monotonic) -> bool:
    """Whether a process that had begun to say so has stopped."""
    return bool(said.value) and clock() - said.value > _SILENT_S
