"""Asks Wikidata and Wikimedia Commons for the portrait of a person, as their policies wish.

One identified User-Agent (foundation.wikimedia.org/wiki/Policy:User-Agent_policy), at most two
requests at a time over all processes of this machine, `maxlag`, and silence until a `Retry-After`
is over. Only Wikimedia's own hosts are ever asked, redirects included.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
from filelock import FileLock, Timeout

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Credit

HOSTS = frozenset({"www.wikidata.org", "commons.wikimedia.org", "upload.wikimedia.org"})
# Widths that Commons serves from its cache (www.mediawiki.org/wiki/Common_thumbnail_sizes).
WIDTHS = (250, 330, 500, 960)

_WIDTH = 330
_MAX_BYTES = 2 * 1024 * 1024
_SLOTS = 2
_SLOT_WAIT = 10.0
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# What to keep silent for when a server asks for it without saying how long, and at most.
_PAUSE, _LONGEST_PAUSE = 300.0, 86_400.0
_MAX_AUTHOR = 300


@dataclass(frozen=True, slots=True)
class Fetched:
    """A thumbnail as it came, unchecked, with its credit."""

    data: bytes
    credit: Credit


class Missing(PortraitUnavailable):
    """There is no portrait to be had; asking again soon is of no use."""


def open_client(contact: str, version: str) -> httpx.AsyncClient:
    """A client that names itself and how to reach whoever runs it."""
    agent = f"Lookalike/{version} ({contact or 'self-hosted'}) python-httpx/{httpx.__version__}"
    return httpx.AsyncClient(headers={"User-Agent": agent}, timeout=_TIMEOUT)


class Wikimedia:
    """`folder` holds what all processes of this machine share: the slots and the pause."""

    def __init__(
        self, folder: Path, client: httpx.AsyncClient, now: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._client = client
        self._now = now

    async def portrait(self, wikidata: str) -> Fetched:
        """The thumbnail of a person's image claim.

        Raises:
            Missing: the person has no image, or none with a stated licence.
            PortraitUnavailable: Wikimedia cannot be asked now.
        """
        file = _image_claim(await self._json("www.wikidata.org", _claim_query(wikidata)), wikidata)
        info = _image_info(await self._json("commons.wikimedia.org", _info_query(file)), file)
        credit = _credit(info, file)
        url = info["thumburl"] if info.get("width", 0) > _WIDTH else info["url"]
        return Fetched(await self._get(url), credit)

    async def _json(self, host: str, query: dict[str, str]) -> dict[str, Any]:
        data = await self._get(str(httpx.URL(f"https://{host}/w/api.php", params=query)))
        try:
            answer: dict[str, Any] = httpx.Response(200, content=data).json()
        except ValueError:
            raise PortraitUnavailable(f"{host} answered something that is no JSON.") from None
        if answer.get("error", {}).get("code") == "maxlag":
            self._pause(_PAUSE)
            raise PortraitUnavailable(f"{host} is lagging; it is asked again later.")
        return answer

    async def _get(self, url: str) -> bytes:
        """The body behind a URL of Wikimedia's, following redirects among its hosts only."""
        for _ in range(4):
            self._check_pause()
            _check_host(url)
            async with self._slot():
                answer, data = await self._ask(url)
            if answer.is_redirect:
                url = str(httpx.URL(url).join(answer.headers["Location"]))
                continue
            if answer.status_code in (429, 503):
                self._pause(_retry_after(answer.headers.get("Retry-After"), self._now()))
                raise PortraitUnavailable(f"{answer.url.host} asks to be left alone for a while.")
            if answer.status_code == 404:
                raise Missing(f"{answer.url.host} does not have the file.")
            if answer.status_code != 200:
                raise PortraitUnavailable(f"{answer.url.host} answered {answer.status_code}.")
            return data
        raise PortraitUnavailable(f"{urlsplit(url).hostname} redirects without end.")

    async def _ask(self, url: str) -> tuple[httpx.Response, bytes]:
        data = bytearray()
        try:
            async with self._client.stream("GET", url) as answer:
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > _MAX_BYTES:
                        raise Missing(f"The file is larger than {_MAX_BYTES:,} bytes.")
        except httpx.HTTPError as error:
            host = urlsplit(url).hostname
            raise PortraitUnavailable(
                f"{host} cannot be reached: {type(error).__name__}."
            ) from None
        return answer, bytes(data)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the two places that the processes of this machine share."""
        locks = [FileLock(self._folder / f"slot{number}.lock") for number in range(_SLOTS)]
        with anyio.move_on_after(_SLOT_WAIT):
            while True:
                for lock in locks:
                    try:
                        lock.acquire(blocking=False)
                    except Timeout:
                        continue
                    try:
                        yield
                    finally:
                        lock.release()
                    return
                await anyio.sleep(0.05)
        raise PortraitUnavailable("Too many portraits are being fetched.")

    def _pause(self, seconds: float) -> None:
        (self._folder / "pause").write_text(str(self._now() + seconds), "ascii")

    def _check_pause(self) -> None:
        try:
            until = float((self._folder / "pause").read_text("ascii"))
        except (OSError, ValueError):
            return
        if self._now() < until:
            when = datetime.fromtimestamp(until, UTC).strftime("%H:%M UTC")
            raise PortraitUnavailable(f"Wikimedia asked not to be asked before {when}.")


def _claim_query(wikidata: str) -> dict[str, str]:
    return {
        "action": "wbgetclaims",
        "entity": wikidata,
        "property": "P18",
        "format": "json",
        "maxlag": "5",
    }


def _info_query(file: str) -> dict[str, str]:
    return {
        "action": "query",
        "titles": f"File:{file}",
        "redirects": "1",
        "prop": "imageinfo",
        "iiprop": "url|size|mime|extmetadata",
        "iiurlwidth": str(_WIDTH),
        "iiextmetadatafilter": "Artist|LicenseShortName|LicenseUrl",
        "format": "json",
        "formatversion": "2",
        "maxlag": "5",
    }


def _image_claim(answer: dict[str, Any], wikidata: str) -> str:
    """The file name of the best image claim: a preferred one, else the first of normal rank."""
    claims = [
        claim
        for claim in answer.get("claims", {}).get("P18", [])
        if claim["rank"] != "deprecated" and claim["mainsnak"]["snaktype"] == "value"
    ]
    if not claims:
        raise Missing(f"Wikidata has no image of {wikidata}.")
    best = next((claim for claim in claims if claim["rank"] == "preferred"), claims[0])
    file: str = best["mainsnak"]["datavalue"]["value"]
    return file


def _image_info(answer: dict[str, Any], file: str) -> dict[str, Any]:
    for page in answer.get("query", {}).get("pages", []):
        for info in page.get("imageinfo", []):
            found: dict[str, Any] = info
            return found
    raise Missing(f"Commons has no file {file!r}.")


def _credit(info: dict[str, Any], file: str) -> Credit:
    facts = {key: str(each.get("value", "")) for key, each in info.get("extmetadata", {}).items()}
    licence = _plain(facts.get("LicenseShortName", ""))
    if not licence:
        raise Missing(f"Commons states no licence for {file!r}.")
    url = facts.get("LicenseUrl", "")
    return Credit(
        author=_plain(facts.get("Artist", "")) or None,
        licence=licence,
        licence_url=url if urlsplit(url).scheme in ("http", "https") else None,
        source_url=info.get("descriptionurl"),
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


def _plain(html: str) -> str:
    """The words of a piece of HTML: authors arrive with links, and sometimes with more."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return " ".join(" ".join(reader.words).split())[:_MAX_AUTHOR]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
