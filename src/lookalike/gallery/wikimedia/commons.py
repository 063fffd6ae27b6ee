"""Pictures on Wikimedia Commons: where they are, by whom, under which licence, and since when."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from lookalike.gallery.people import Credit
from lookalike.gallery.wikimedia.client import COMMONS, NotOnWikimedia, Wikimedia
from lookalike.gallery.wikimedia.page_text import seen
from lookalike.gallery.wikimedia.wikidata import Wikidata

# Widths that Commons makes thumbnails of (www.mediawiki.org/wiki/Common_thumbnail_sizes).
WIDTHS = (250, 330, 500, 960)
# Of a portrait to look at, and to prove people by: see `profiles` for what a face in it has.
SHOWN = 500
# Titles that one request may name (www.mediawiki.org/wiki/API:Etiquette), and about how long their
# part of the address may get: servers refuse addresses of more than 8 kB.
_MOST, _LONGEST = 50, 6_000
_LONGEST_TEXT = 300
# What no free licence is called: not to be sold, not to be changed, used by a right to quote.
_UNFREE = re.compile(
    r"\b(NC|ND)\b|non-?\s?commercial|no\s?-?derivat|fair use|non-?\s?free|all rights reserved",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A thumbnail as it came, unchecked, with its credit."""

    data: bytes
    credit: Credit


@dataclass(frozen=True, slots=True)
class CommonsFile:
    """A picture as Commons describes it.

    Attributes:
        url: of a thumbnail, or of the picture itself if it is no wider.
        sha1: of the picture itself.
        uploaded: when this version of it came.
        credit: None where no licence is stated, or one that is not free.
    """

    title: str
    url: str
    sha1: str
    uploaded: datetime
    credit: Credit | None


async def portrait(wikimedia: Wikimedia, wikidata: str) -> Fetched:
    """The thumbnail of the image that Wikidata has of a person.

    Raises:
        NotOnWikimedia: the person has no image, or none with a free licence.
        PortraitUnavailable: Wikimedia cannot be asked now.
    """
    names = await Wikidata(wikimedia).images(wikidata)
    if not names:
        raise NotOnWikimedia(f"Wikidata has no image of {wikidata}.")
    file = (await files(wikimedia, names[:1], SHOWN)).get(names[0])
    if file is None:
        raise NotOnWikimedia(f"Commons has no file {names[0]!r}.")
    return await fetched(wikimedia, file)


async def fetched(wikimedia: Wikimedia, file: CommonsFile) -> Fetched:
    """The thumbnail of a file.

    Raises:
        NotOnWikimedia: it has no free licence.
        PortraitUnavailable: Wikimedia cannot be asked now.
    """
    if file.credit is None:
        raise NotOnWikimedia(f"Commons states no free licence for {file.title!r}.")
    return Fetched(await wikimedia.get(file.url), file.credit)


async def files(wikimedia: Wikimedia, names: Iterable[str], width: int) -> dict[str, CommonsFile]:
    """The files of those names that Commons has, by name, with thumbnails of one of WIDTHS.

    Raises:
        PortraitUnavailable: Wikimedia cannot be asked now.
    """
    found = {}
    for batch in _batches(dict.fromkeys(names)):
        infos: dict[str, dict[str, Any]] = {}
        titles: dict[str, str] = {}
        async for query in _rounds(wikimedia, batch, width):
            moves = [*query.get("normalized", ()), *query.get("redirects", ())]
            titles |= {each["from"]: each["to"] for each in moves}
            pages = [page for page in query.get("pages", ()) if page.get("imageinfo")]
            infos |= {page["title"]: page["imageinfo"][0] for page in pages}
        for name in batch:
            title = _followed(f"File:{name}", titles)
            if title in infos:
                found[name] = _file(title, infos[title], width)
    return found


async def _rounds(
    wikimedia: Wikimedia, names: list[str], width: int
) -> AsyncIterator[dict[str, Any]]:
    """The answers about some files; one that gets too long is continued in the next."""
    query = {
        "action": "query",
        "titles": "|".join(f"File:{name}" for name in names),
        "redirects": "1",
        "prop": "imageinfo",
        "iiprop": "url|size|mime|sha1|timestamp|extmetadata",
        "iiurlwidth": str(width),
        "iiextmetadatafilter": "Artist|LicenseShortName|LicenseUrl",
        "formatversion": "2",
    }
    more: dict[str, str] | None = {}
    while more is not None:
        answer = await wikimedia.json(COMMONS, query | more)
        yield answer.get("query", {})
        more = answer.get("continue")


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    length = 0
    for name in names:
        own = len(quote(name)) + len("File%3A%7C")
        if batch and (len(batch) == _MOST or length + own > _LONGEST):
            yield batch
            batch, length = [], 0
        batch.append(name)
        length += own
    if batch:
        yield batch


def _followed(title: str, titles: dict[str, str]) -> str:
    """The title that a page has in the end: spelt as Commons does, then where it moved to."""
    for _ in range(3):
        title = titles.get(title, title)
    return title


def _file(title: str, info: dict[str, Any], width: int) -> CommonsFile:
    return CommonsFile(
        title=title,
        url=info["thumburl"] if info.get("width", 0) > width else info["url"],
        sha1=info["sha1"],
        uploaded=datetime.strptime(info["timestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        credit=_credit(info),
    )


def _credit(info: dict[str, Any]) -> Credit | None:
    stated = {key: str(each.get("value", "")) for key, each in info.get("extmetadata", {}).items()}
    licence = _shown(stated, "LicenseShortName")
    if not licence or _UNFREE.search(licence):
        return None
    url = stated.get("LicenseUrl", "")
    return Credit(
        author=_shown(stated, "Artist") or None,
        licence=licence,
        licence_url=url if urlsplit(url).scheme in ("http", "https") else None,
        source_url=info.get("descriptionurl"),
    )


def _shown(stated: dict[str, str], name: str) -> str:
    return seen(stated.get(name, ""))[:_LONGEST_TEXT]
