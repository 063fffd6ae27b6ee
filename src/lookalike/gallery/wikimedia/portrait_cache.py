"""Portraits on demand: fetched once from Wikimedia, checked, and kept on disk with their credit."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lookalike import files
from lookalike.cache import say_unusable
from lookalike.config import Settings
from lookalike.errors import PhotoError, PortraitUnavailable
from lookalike.faces.image import Limits, decode
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.wikimedia import commons
from lookalike.gallery.wikimedia.client import Client, NotOnWikimedia, Patience, Wikimedia, refuse
from lookalike.gallery.wikimedia.commons import Fetched

# What a thumbnail may be; the networks never see it.
_LIMITS = Limits(max_bytes=2 * 1024 * 1024, max_pixels=4_000_000, max_side=4_000)
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp"}
# Makes the square JPEG around the face of a portrait, or raises PhotoError.
Frame = Callable[[bytes], Awaitable[bytes]]

# For how long a failure is remembered, in seconds.
_WEEK, _FIVE_MINUTES = 7 * 86_400.0, 300.0


@dataclass(frozen=True, slots=True)
class CachedPortrait:
    """A portrait on disk."""

    path: Path
    media_type: str
    credit: Credit


class Portraits:
    """The cache of one folder, shared by every process that uses it."""

    def __init__(
        self,
        folder: Path,
        client: Client,
        *,
        enabled: bool,
        now: Callable[[], float] = time.time,
        patience: Patience = refuse,
    ) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            say_unusable(folder.parent, error)
        self._folder = folder
        self._enabled = enabled
        self._now = now
        # Until when nothing is asked for, because it could not be kept.
        self._rests_until = 0.0
        self._wikimedia = Wikimedia(folder, client, now, patience)
        self._under_way: dict[str, asyncio.Task[CachedPortrait]] = {}

    def cached(self, person_id: str) -> CachedPortrait | None:
        """What is on disk; never asks the network."""
        noted = self._noted(person_id)
        if "credit" not in noted:
            return None
        credit = Credit(**noted["credit"])
        return CachedPortrait(self._image(person_id), noted["media_type"], credit)

    def may_have(self, person: Person) -> bool:
        """Whether asking for the portrait of a person is worth while."""
        if not person.wikidata:
            return False
        if self.cached(person.id) is not None:
            return True
        return self._enabled and self._failure(person.id) is None

    async def framed(self, person: Person, frame: Frame) -> Path:
        """The portrait as a square JPEG around its face, made once and kept beside it.

        Raises:
            PortraitUnavailable: there is none, it cannot be had now, or shows no one face.
        """
        portrait = await self.fetch(person)
        path = _files(self._folder, person.id)[2]
        if not path.exists():
            try:
                square = await frame(portrait.path.read_bytes())
            except PhotoError:
                square = b""
            self._write(path, square)
        if not path.stat().st_size:
            raise PortraitUnavailable("The portrait does not show one clear face.")
        return path

    async def fetch(self, person: Person) -> CachedPortrait:
        """The portrait of a person, from disk or from Wikimedia.

        Raises:
            PortraitUnavailable: there is none, or it cannot be had now.
        """
        known = self.cached(person.id)
        if known is not None:
            return known
        if not person.wikidata:
            raise PortraitUnavailable(f"No source of portraits is known for {person.id}.")
        if not self._enabled:
            raise PortraitUnavailable("This server does not fetch portraits.")
        failure = self._failure(person.id)
        if failure is not None:
            raise PortraitUnavailable(failure)
        return await self._once(person.id, person.wikidata)

    async def _once(self, person_id: str, wikidata: str) -> CachedPortrait:
        """All who ask for one person at one time share one fetch, which outlives any of them."""
        task = self._under_way.get(person_id)
        if task is None:
            task = asyncio.create_task(self._fetch(person_id, wikidata))
            self._under_way[person_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(person_id))
        return await asyncio.shield(task)

    async def _fetch(self, person_id: str, wikidata: str) -> CachedPortrait:
        try:
            fetched = await commons.portrait(self._wikimedia, wikidata)
            media_type = _checked(fetched)
        except PortraitUnavailable as error:
            wait = _WEEK if isinstance(error, NotOnWikimedia) else _FIVE_MINUTES
            self._keep(person_id, {"failed": str(error), "until": self._now() + wait})
            raise
        self._write(self._image(person_id), fetched.data)
        credit = asdict(fetched.credit)
        self._keep(person_id, {"media_type": media_type, "credit": credit, "at": self._now()})
        return CachedPortrait(self._image(person_id), media_type, fetched.credit)

    def _failure(self, person_id: str) -> str | None:
        """Why a portrait could not be had, while it is not worth asking again."""
        if self._now() < self._rests_until:
            return "Portraits cannot be kept: LOOKALIKE_CACHE cannot be written."
        noted = self._noted(person_id)
        return str(noted["failed"]) if self._now() < noted.get("until", 0) else None

    def _noted(self, person_id: str) -> dict[str, Any]:
        """The credit of a portrait, or why there is none; empty if nobody asked for it."""
        try:
            noted: dict[str, Any] = json.loads(self._note(person_id).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return noted

    def _keep(self, person_id: str, note: dict[str, object]) -> None:
        self._write(self._note(person_id), json.dumps(note, ensure_ascii=False).encode())

    def _write(self, path: Path, data: bytes) -> None:
        """
        Raises:
            PortraitUnavailable: there is no room for it, or it may not be written.
        """
        try:
            files.write(path, data)
        except OSError as error:
            say_unusable(self._folder.parent, error)
            self._rests_until = self._now() + _FIVE_MINUTES
            raise PortraitUnavailable(
                f"The portrait cannot be kept: {error.strerror}. Set LOOKALIKE_CACHE."
            ) from error

    def _note(self, person_id: str) -> Path:
        return _files(self._folder, person_id)[0]

    def _image(self, person_id: str) -> Path:
        return _files(self._folder, person_id)[1]


def folder(settings: Settings) -> Path:
    """Where the server keeps them."""
    return settings.cache / "portraits"


def count(folder: Path) -> int:
    """How many are kept."""
    return sum(1 for _ in folder.glob("*.image"))


def forget(folder: Path, person_id: str) -> int:
    """Remove a cached portrait, as a takedown asks; how many files there were."""
    if not _is_safe(person_id):
        return 0
    there = [path for path in _files(folder, person_id) if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


def _files(folder: Path, person_id: str) -> tuple[Path, Path, Path]:
    """What is noted of a portrait, its image, and its face as a square."""
    name = _safe(person_id)
    return folder / f"{name}.json", folder / f"{name}.image", folder / f"{name}.square"


def _is_safe(person_id: str) -> bool:
    return person_id.isascii() and person_id.isalnum()


def _safe(person_id: str) -> str:
    """Ids are letters and digits; anything else must not become a path."""
    if not _is_safe(person_id):
        raise PortraitUnavailable(f"{person_id!r} is not the id of a person.")
    return person_id


def _checked(fetched: Fetched) -> str:
    """The media type of a thumbnail that really is an image."""
    try:
        image = decode(fetched.data, _LIMITS, _LIMITS.max_side)
    except PhotoError as error:
        raise NotOnWikimedia(f"The file is not a usable image: {error}") from None
    if image.format not in _MEDIA_TYPES:
        raise NotOnWikimedia(f"The file is {image.format}, which browsers may not show.")
    return _MEDIA_TYPES[image.format]
