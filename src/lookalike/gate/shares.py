"""One visitor's share of a server: how many photos and results an address may ask for.

A visitor is an address, of IPv6 the network of 64 bits that one household or machine is given.
Programs on this machine are none, unless the server is public. What is counted is forgotten with
the process, and each worker counts for itself; hosts that share a database count there together,
under a hash of the address that only they can make.
"""

from __future__ import annotations

import hmac
import math
from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lookalike.config import Settings, is_loopback
from lookalike.database.database import Database
from lookalike.database.shared.rates import SharedRates
from lookalike.errors import TooOften
from lookalike.gate.proxies import own_path
from lookalike.gate.rate_limit import Limit, RateLimit
from lookalike.gate.refusal import Refusal, Refuse

_MINUTE, _DAY = 60.0, 86_400.0
_NETWORK = 64


@dataclass(frozen=True, slots=True)
class _Share:
    """
    Attributes:
        most: times in so many seconds; 0: without limit.
        what: may be asked for as often, in words.
    """

    most: int
    seconds: float
    what: str
    limit: Limit

    def check(self, name: str | None, *, only_ask: bool = False) -> None:
        """
        Args:
            name: of the visitor; None: is not counted.

        Raises:
            TooOften: it is once more than they may.
        """
        if name is None or not self.most:
            return
        wait = self.limit.wait(name, self.most / self.seconds, self.most, only_ask=only_ask)
        if wait:
            said = f"One address may ask for {self.most:,} {self.what}."
            raise TooOften(said, math.ceil(wait))


class Shares:
    """The shares of all visitors of a process; `photo` and `result` are about whoever sent the
    request that is answered."""

    def __init__(self, settings: Settings) -> None:
        self._photos = _Share(
            settings.photos_per_minute,
            _MINUTE,
            "photos a minute (LOOKALIKE_PHOTOS_PER_MINUTE)",
            RateLimit(settings.workers),
        )
        self._results = _Share(
            settings.results_per_day,
            _DAY,
            "shared results a day (LOOKALIKE_RESULTS_PER_DAY)",
            RateLimit(settings.workers),
        )
        self._counts_local = settings.is_public
        self._visitor: ContextVar[str | None] = ContextVar("visitor", default=None)
        # Of the hashes under which hosts count together; None: this process counts alone.
        self._key: bytes | None = None

    def count_in(self, database: Database, key: bytes) -> None:
        """Count with all that share a database, and have the key."""
        self._key = key
        self._photos = replace(self._photos, limit=SharedRates(database, "photos"))
        self._results = replace(self._results, limit=SharedRates(database, "results"))

    def enter(self, scope: Scope) -> None:
        """What follows is about the visitor who sent a request."""
        host, _ = scope.get("client") or ("", 0)
        counted = self._counts_local or not is_loopback(host)
        self._visitor.set(visitor(host) if counted else None)

    @property
    def visitor(self) -> str | None:
        """Who sent the request that is answered; None where they are not counted."""
        return self._visitor.get()

    def photo(self, *, only_ask: bool = False) -> None:
        """A photo that is to be looked at.

        Raises:
            TooOften: it is one more than the visitor may ask for in a minute.
        """
        self._photos.check(self._name(), only_ask=only_ask)

    def result(self) -> None:
        """A result that is to be kept.

        Raises:
            TooOften: it is one more than the visitor may have kept in a day.
        """
        self._results.check(self._name())

    def _name(self) -> str | None:
        """What the visitor is counted as."""
        visitor = self.visitor
        if visitor is None or self._key is None:
            return visitor
        return hmac.digest(self._key, visitor.encode(), "sha256").hex()


class PerAddress:
    """ASGI middleware: whose share is used up is told so by `refuse` before their photo is read."""

    def __init__(self, app: ASGIApp, shares: Shares, refuse: Refuse) -> None:
        self._app = app
        self._shares = shares
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._shares.enter(scope)
        try:
            if _may_hold_photos(scope):
                self._shares.photo(only_ask=True)
        except TooOften as error:
            refusal = Refusal(429, error.code, str(error), error.retry_after)
            await self._refuse(Request(scope), refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _may_hold_photos(scope: Scope) -> bool:
    """Not what is for the Rekognition API, whose keys have rates, or may come from the admin."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "POST" and own_path(scope) != "/" and b"authorization" not in names


def visitor(host: str) -> str:
    """What an address counts as."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:100]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, _NETWORK), strict=False))
    return str(address)
