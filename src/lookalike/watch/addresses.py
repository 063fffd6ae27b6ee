"""A visitor in the log, where somebody asked for that: a hash that tells who is the same today.

The key is random and in memory alone unless it is set, and what is hashed with it has the day in
it: nobody can tell afterwards whose an address was, or follow one from a day to the next.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime

from lookalike.config import Settings

_DIGITS = 12


class Addresses:
    """Names visitors for the log; nobody, unless the settings ask for it."""

    def __init__(
        self, settings: Settings, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self._wanted = settings.log_addresses == "hashed"
        self._key = (settings.log_key or secrets.token_hex()).encode()
        self._today = today

    def name(self, visitor: str | None) -> str | None:
        """What stands for a visitor today; None: they are not to be told apart."""
        if not self._wanted or visitor is None:
            return None
        told = f"{self._today().isoformat()} {visitor}".encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()[:_DIGITS]
