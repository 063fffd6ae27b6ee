"""Asks Wikidata and Wikimedia Commons, as often and as patiently as their policies wish.

One identified User-Agent (foundation.wikimedia.org/wiki/Policy:User-Agent_policy), at most two
requests at a time over all processes of this machine, `maxlag`, and silence until a `Retry-After`
is over. Only Wikimedia's own hosts are ever asked, redirects included.
"""

from __future__ import annotations

import json
import string
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import anyio
from filelock import FileLock, Timeout

from lookalike.errors import PortraitUnavailable

if TYPE_CHECKING:
    import httpx

WIKIDATA, COMMONS = "www.wikidata.org", "commons.wikimedia.org"
HOSTS = frozenset({WIKIDATA, COMMONS, "upload.wikimedia.org"})
# Requests at a time.
SLOTS = 2

_MAX_BYTES = 2 * 1024 * 1024
_SLOT_WAIT = 10.0
_TIMEOUT_S, _CONNECT_S = 10.0, 5.0
# What to keep silent for when a server asks for it without saying how long, and at most.
_PAUSE, _LONGEST_PAUSE = 300.0, 86_400.0
# How long to wait in all where waiting is of use: being asked to wait is no fault, a server that
# fails or cannot be reached often is one of this machine.
_HOUR, _MINUTE = 3_600.0, 60.0
_SHORTLY = 5.0

Answer = TypeVar("Answer")


class NotOnWikimedia(PortraitUnavailable):
    """It is not there; asking again soon is of no use."""


class WikimediaUnavailable(PortraitUnavailable):
    """Wikimedia cannot be asked now.

    Attributes:
        seconds: after which it may be asked again.
        worth: how many seconds in all are worth waiting.
    """

    def __init__(self, message: str, seconds: float = _SHORTLY, worth: float = _MINUTE) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.worth = worth


# Waits for what stands in the way, or raises it. It is given the seconds that a request has waited
# so far, and returns those that it waited now.
Patience = Callable[[WikimediaUnavailable, float], Awaitable[float]]


async def refuse(later: WikimediaUnavailable, waited: float) -> float:
    """No patience: whoever looks at a page would rather see it without a portrait."""
    raise later


class Patient:
    """Waits, says so, and waits twice as long each time, up to what it is worth."""

    def __init__(
        self,
        tell: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._tell = tell
        self._sleep = sleep
        self._told = ""

    async def __call__(self, later: WikimediaUnavailable, waited: float) -> float:
        seconds = max(later.seconds, waited)
        if waited + seconds > later.worth:
            raise later
        # Requests that go on side by side meet the same obstacle.
        if str(later) != self._told:
            self._told = str(later)
            self._tell(f"{later} Waiting {seconds:.0f} seconds.")
        await self._sleep(seconds)
        return seconds


class Client(Protocol):
    """What is asked of a client: one of httpx's, or one that opens that with the first request."""

    def stream(self, method: str, url: str) -> AbstractAsyncContextManager[httpx.Response]: ...


def open_client(contact: str, version: str) -> httpx.AsyncClient:
    """A client that names itself and how to reach whoever runs it."""
    import httpx

    # Headers carry ASCII alone; what else there is in an address is written as in links.
    reached = quote(contact, safe=" " + string.punctuation) or "self-hosted"
    agent = f"Lookalike/{version} ({reached}) python-httpx/{httpx.__version__}"
    timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S)
    return httpx.AsyncClient(headers={"User-Agent": agent}, timeout=timeout)


class LateClient:
    """The same, a context, opened in a thread when it is first asked for something.

    Until then a server needs none of httpx, which takes a tenth of its start.
    """

    def __init__(self, contact: str, version: str) -> None:
        self._named = contact, version
        self._turn = anyio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> LateClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.aclose()

    @asynccontextmanager
    async def stream(self, method: str, url: str) -> AsyncIterator[httpx.Response]:
        """As httpx has it."""
        async with self._turn:
            if self._client is None:
                self._client = await anyio.to_thread.run_sync(open_client, *self._named)
        async with self._client.stream(method, url) as response:
            yield response


class Wikimedia:
    """`folder` holds what all processes of this machine share: the slots and the pause."""

    def __init__(
        self,
        folder: Path,
        client: Client,
        now: Callable[[], float] = time.time,
        patience: Patience = refuse,
    ) -> None:
        self._folder = folder
        self._client = client
        self._now = now
        self._patience = patience

    def now(self) -> datetime:
        """The time, as this machine's clock has it."""
        return datetime.fromtimestamp(self._now(), UTC)

    async def json(
        self, host: str, query: dict[str, str], most: int = _MAX_BYTES
    ) -> dict[str, Any]:
        """What the API of a host answers, in at most that many bytes.

        Raises:
            NotOnWikimedia: it says that there is no such thing.
            PortraitUnavailable: it cannot be asked now.
        """
        params = query | {"format": "json", "maxlag": "5"}
        url = f"https://{host}/w/api.php?{urlencode(params)}"
        return await self._patiently(lambda: self._answer(url, most))

    async def get(self, url: str, most: int = _MAX_BYTES) -> bytes:
        """The body behind a URL of Wikimedia's, following redirects among its hosts only.

        Raises:
            NotOnWikimedia: there is none, or it is larger than `most` bytes.
            PortraitUnavailable: it cannot be asked for now.
        """
        _, data = await self._patiently(lambda: self._followed(url, most))
        return data

    async def _patiently(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        waited = 0.0
        while True:
            try:
                return await ask()
            except WikimediaUnavailable as later:
                waited += await self._patience(later, waited)

    async def _answer(self, url: str, most: int) -> dict[str, Any]:
        response, data = await self._followed(url, most)
        host = response.url.host
        try:
            answer: dict[str, Any] = json.loads(data)
        except ValueError:
            raise WikimediaUnavailable(f"{host} answered something that is no JSON.") from None
        if "error" in answer:
            raise self._refusal(host, answer["error"], response)
        return answer

    def _refusal(
        self, host: str, error: dict[str, Any], response: httpx.Response
    ) -> PortraitUnavailable:
        """The errors of www.mediawiki.org/wiki/API:Errors_and_warnings; all come with 200."""
        code = error.get("code")
        if code == "no-such-entity":
            return NotOnWikimedia(f"{host}: {error.get('info')}")
        if code in ("maxlag", "ratelimited"):
            return self._pause(f"{host} is lagging; it is asked again later.", response)
        return WikimediaUnavailable(f"{host} answered: {error.get('info') or code}.")

    async def _followed(self, url: str, most: int) -> tuple[httpx.Response, bytes]:
        for _ in range(4):
            self._check_pause()
            _check_host(url)
            async with self._slot():
                answer, data = await self._ask(url, most)
            host = answer.url.host
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status_code in (429, 503):
                raise self._pause(f"{host} asks to be left alone for a while.", answer)
            if answer.status_code == 404:
                raise NotOnWikimedia(f"{host} does not have the file.")
            if answer.status_code >= 500:
                raise WikimediaUnavailable(f"{host} answered {answer.status_code}.")
            if answer.status_code != 200:
                raise PortraitUnavailable(f"{host} answered {answer.status_code}.")
            return answer, data
        raise PortraitUnavailable(f"{urlsplit(url).hostname} redirects without end.")

    async def _ask(self, url: str, most: int) -> tuple[httpx.Response, bytes]:
        import httpx

        data = bytearray()
        try:
            async with self._client.stream("GET", url) as answer:
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > most:
                        raise NotOnWikimedia(f"The file is larger than {most:,} bytes.")
        except httpx.HTTPError as error:
            host = urlsplit(url).hostname
            raise WikimediaUnavailable(
                f"{host} cannot be reached: {type(error).__name__}."
            ) from None
        return answer, bytes(data)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the two places that the processes of this machine share."""
        taken = None
        with anyio.move_on_after(_SLOT_WAIT):
            taken = await self._take()
        if taken is None:
            raise WikimediaUnavailable("Too many portraits are being fetched.", worth=_HOUR)
        try:
            yield
        finally:
            taken.release()

    async def _take(self) -> FileLock:
        locks = [FileLock(self._folder / f"slot{number}.lock") for number in range(SLOTS)]
        while True:
            for lock in locks:
                try:
                    lock.acquire(blocking=False)
                except Timeout:
                    continue
                except OSError as error:
                    said = f"Places to ask from cannot be kept: {error.strerror}."
                    raise WikimediaUnavailable(said) from error
                return lock
            await anyio.sleep(0.05)

    def _pause(self, message: str, response: httpx.Response) -> WikimediaUnavailable:
        seconds = _retry_after(response.headers.get("Retry-After"), self._now())
        # On a disk that is full this process alone waits: see `Portraits`.
        with suppress(OSError):
            (self._folder / "pause").write_text(str(self._now() + seconds), "ascii")
        return WikimediaUnavailable(message, seconds, _HOUR)

    def _check_pause(self) -> None:
        try:
            until = float((self._folder / "pause").read_text("ascii"))
        except (OSError, ValueError):
            return
        left = until - self._now()
        if left > 0:
            when = datetime.fromtimestamp(until, UTC).strftime("%H:%M UTC")
            raise WikimediaUnavailable(
                f"Wikimedia asked not to be asked before {when}.", left, _HOUR
            )


def _check_host(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in HOSTS or parts.port is not None:
        raise PortraitUnavailable(f"{parts.hostname} is not a host of Wikimedia's.")


def _retry_after(value: str | None, now: float) -> float:
    """Seconds to wait for a header that holds seconds or a date."""
    if not value:
        return _PAUSE
    try:
        seconds = (
            float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - now
        )
    except ValueError:
        return _PAUSE
    return min(max(seconds, 1.0), _LONGEST_PAUSE)
