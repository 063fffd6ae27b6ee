"""Stands in for Wikidata and Commons on a local server, with answers of their real shapes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import PIL.Image
import pytest

from lookalike.gallery.wikimedia import client
from tests.support.serving import listening


def picture(width: int = 330, height: int = 440) -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return written.getvalue()


def claim(file: str | None, rank: str = "normal") -> dict[str, Any]:
    """A statement of P18 as `wbgetclaims` gives it."""
    snak: dict[str, Any] = {"snaktype": "value" if file else "somevalue", "property": "P18"}
    if file:
        snak |= {"datavalue": {"value": file, "type": "string"}, "datatype": "commonsMedia"}
    return {"mainsnak": snak, "type": "statement", "id": "Q1$x", "rank": rank}


def statement(name: str, value: Any, rank: str = "normal") -> dict[str, Any]:
    """A statement of any property; a text that looks like Q5 is an item, a dictionary a time."""
    kind = "string"
    if isinstance(value, dict):
        kind = "time"
    elif re.fullmatch(r"Q\d+", value):
        kind = "wikibase-entityid"
        value = {"entity-type": "item", "numeric-id": int(value[1:]), "id": value}
    snak = {
        "snaktype": "value",
        "property": name,
        "datavalue": {"value": value, "type": kind},
        "hash": "0" * 40,
    }
    return {"mainsnak": snak, "type": "statement", "id": "Q1$x", "rank": rank, "references": []}


def time_of(date: str, precision: int = 11) -> dict[str, Any]:
    """A value of time as Wikidata writes it."""
    return {
        "time": f"+{date}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": precision,
        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
    }


@dataclass
class Replay:
    """What the server answers, and what it was asked. Keys are entities, files and paths.

    `answers` are given first, one a request, whatever is asked for; None lets one pass.
    """

    claims: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    page: int = 50
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    override: tuple[int, dict[str, str], bytes] | None = None
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    busiest: int = 0
    port: int = 0

    def person(self, entity: str, file: str, **facts: Any) -> None:
        """Someone with one image, and the image."""
        self.claims[entity] = [claim(file)]
        self.file(file, **facts)

    def entity(
        self,
        entity: str,
        ko: str | None = None,
        en: str | None = None,
        aliases: Sequence[str] = (),
        described: str = "",
        **stated: Any,
    ) -> None:
        """Something on Wikidata; a human unless P31 says otherwise. Values may be lists."""
        labels = {"ko": ko, "en": en}
        values = {"P31": "Q5", **stated}
        self.entities[entity] = {
            "type": "item",
            "id": entity,
            "labels": {k: {"language": k, "value": v} for k, v in labels.items() if v},
            "descriptions": {"en": {"language": "en", "value": described}} if described else [],
            "aliases": {"en": [{"language": "en", "value": each} for each in aliases]},
            "claims": {
                name: [statement(name, each) for each in (v if isinstance(v, list) else [v])]
                for name, v in values.items()
            },
        }

    def file(
        self,
        file: str,
        artist: str = "A",
        licence: str = "CC BY-SA 4.0",
        width: int = 2000,
        thumbnail: int = 330,
        body: bytes | None = None,
        uploaded: str = "2020-01-01T00:00:00Z",
    ) -> None:
        path = f"/wikipedia/commons/thumb/a/ab/{quote(file)}/{thumbnail}px-{quote(file)}"
        info: dict[str, Any] = {
            "size": 100,
            "timestamp": uploaded,
            "sha1": hashlib.sha1(f"{file} {uploaded}".encode()).hexdigest(),
            "width": width,
            "height": width,
            "thumburl": f"https://upload.wikimedia.org{path}",
            "url": f"https://upload.wikimedia.org/wikipedia/commons/a/ab/{file}",
            "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{file.replace(' ', '_')}",
            "mime": "image/jpeg",
            "extmetadata": {
                "Artist": {"value": artist, "source": "commons-desc-page"},
                "LicenseShortName": {"value": licence, "source": "commons-desc-page"},
                "LicenseUrl": {"value": "https://creativecommons.org/licenses/by-sa/4.0"},
            },
        }
        self.files[f"File:{file}"] = info
        self.bodies[path] = (200, {"Content-Type": "image/jpeg"}, body or picture())

    def answer(self, host: str, target: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(f"{host}{target}")
        if self.override:
            return self.override
        first = self.answers.pop(0) if self.answers else None
        if first:
            return first
        url = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        match query.get("action"):
            case "wbgetclaims":
                found = self.claims.get(query["entity"])
                return _json({"claims": {"P18": found} if found else {}})
            case "wbsearchentities":
                return _json(self._search(query["search"], query["language"]))
            case "wbgetentities":
                return _json(self._entities(query["ids"].split("|"), query["props"].split("|")))
            case "query":
                return _json(self._pages(query["titles"].split("|"), query.get("iicontinue")))
        return self.bodies.get(url.path, (404, {}, b"not found"))

    def _search(self, words: str, language: str) -> dict[str, Any]:
        """Labels and aliases that begin with the words, as Wikidata completes them."""
        hits = []
        for entity, facts in self.entities.items():
            labels = [("label", each["value"]) for each in facts["labels"].values()]
            aliases = [("alias", each["value"]) for each in facts["aliases"].get("en", ())]
            for kind, text in [*labels, *aliases]:
                if text.casefold().startswith(words.casefold()):
                    match = {"type": kind, "language": language, "text": text}
                    hits.append({"id": entity, "title": entity, "label": text, "match": match})
                    break
        return {"searchinfo": {"search": words}, "search": hits, "success": 1}

    def _entities(self, ids: list[str], props: list[str]) -> dict[str, Any]:
        assert len(ids) <= 50
        found: dict[str, Any] = {}
        for asked in ids:
            target = self.redirects.get(asked, asked)
            if target not in self.entities:
                found[asked] = {"id": asked, "missing": ""}
                continue
            facts = self.entities[target]
            found[asked] = {"type": "item", "id": target} | {each: facts[each] for each in props}
            if target != asked:
                found[asked]["redirects"] = {"from": asked, "to": target}
        return {"entities": found, "success": 1}

    def _pages(self, titles: list[str], start: str | None) -> dict[str, Any]:
        """What there is of each title; `page` of them have their image's facts in one answer."""
        assert len(titles) <= 50
        spelt = {each: each.replace("_", " ") for each in titles}
        moved = {each: self.redirects[each] for each in spelt.values() if each in self.redirects}
        wanted = [moved.get(each, each) for each in spelt.values()]
        pages = [self._page(each) for each in wanted]
        begin = int(start or 0)
        for number, page in enumerate(pages):
            if not begin <= number < begin + self.page:
                page.pop("imageinfo", None)
        query: dict[str, Any] = {
            "pages": pages,
            "normalized": [
                {"fromencoded": False, "from": one, "to": two}
                for one, two in spelt.items()
                if one != two
            ],
            "redirects": [{"from": one, "to": two} for one, two in moved.items()],
        }
        if begin + self.page < len(pages):
            more = {"iicontinue": str(begin + self.page), "continue": "||"}
            return {"continue": more, "query": query}
        return {"batchcomplete": True, "query": query}

    def _page(self, title: str) -> dict[str, Any]:
        info = self.files.get(title) or self.files.get(title.replace(" ", "_"))
        if info is None:
            return {"ns": 6, "title": title, "missing": True}
        return {"pageid": 1, "ns": 6, "title": title, "imageinfo": [info]}


def _json(value: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value).encode()


class Rerouted(httpx.AsyncHTTPTransport):
    """Sends what is meant for Wikimedia to the local server, which is told the host."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        assert request.url.host.endswith((".wikidata.org", ".wikimedia.org")), request.url
        # A request of its own: the client goes on to say whom it meant to ask.
        here = httpx.Request(
            request.method,
            request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port),
            headers=request.headers,
            extensions=request.extensions,
        )
        return await super().handle_async_request(here)


@contextmanager
def serving(replay: Replay) -> Iterator[int]:
    """The port of a server that answers what `replay` says."""
    now = [0]
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                now[0] += 1
                replay.busiest = max(replay.busiest, now[0])
            time.sleep(replay.delay)
            replay.agents.add(self.headers["User-Agent"])
            status, headers, body = replay.answer(self.headers["Host"], self.path)
            with lock:
                now[0] -= 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Handler) as port:
        replay.port = port
        yield port


@contextmanager
def replayed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    """Meanwhile, every client of Wikimedia that is opened asks here."""
    answers = Replay()
    with serving(answers) as port:
        opened = client.open_client

        def rerouted(contact: str, version: str) -> httpx.AsyncClient:
            made = opened(contact, version)
            made._transport = Rerouted(port)
            return made

        monkeypatch.setattr(client, "open_client", rerouted)
        yield answers
