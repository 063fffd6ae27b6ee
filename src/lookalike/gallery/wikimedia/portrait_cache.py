"""Portraits on demand: fetched once from Wikimedia, checked, and kept on disk with their credit.

Of people of the starter without a Wikidata id it is found out first who they are (`finding`), which
is kept with the portrait; and that nobody was found, for a week. Hosts that share a database keep
all this there, and have a copy of what they were asked for on disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lookalike import files
from lookalike.cache import say_unusable
from lookalike.config import Settings
from lookalike.database.shared.portraits import PortraitRows
from lookalike.errors import PhotoError, PortraitUnavailable
from lookalike.faces.image import Limits, decode
from lookalike.gallery import starter
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.wikimedia import commons
from lookalike.gallery.wikimedia.client import Client, NotOnWikimedia, Patience, Wikimedia, refuse
from lookalike.gallery.wikimedia.commons import Fetched
from lookalike.gallery.wikimedia.finding.proof import Judge, Proof

# What a thumbnail may be; the networks never see it.
_LIMITS = Limits(max_bytes=2 * 1024 * 1024, max_pixels=4_000_000, max_side=4_000)
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp"}
# The portrait that a person of one's own galleries is shown by, as a JPEG, and its credit.
Own = Callable[[str], tuple[bytes, Credit] | None]
# Makes the square JPEG around the face of a portrait, or raises PhotoError.
Frame = Callable[[bytes], Awaitable[bytes]]

_IMAGE = ".image"
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
        judge: Judge | None = None,
        own: Own = lambda _: None,
        now: Callable[[], float] = time.time,
        patience: Patience = refuse,
        shared: PortraitRows | None = None,
    ) -> None:
        """
        Args:
            judge: by which people without an id are found; None: they are not.
            own: by the id of a person; it comes before all others.
            shared: with all hosts of a database; None: there is one machine.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            say_unusable(folder.parent, error)
        self._folder = folder
        self._enabled = enabled
        self._judge = judge
        self._own = own
        self._now = now
        self._shared = shared
        # Until when nothing is asked for, because it could not be kept.
        self._rests_until = 0.0
        self._wikimedia = Wikimedia(folder, client, now, patience)
        self._under_way: dict[str, asyncio.Task[CachedPortrait]] = {}

    def cached(self, person_id: str) -> CachedPortrait | None:
        """What is on disk, or in a gallery of one's own; never asks the network."""
        if not _is_safe(person_id):
            return None
        own = self._own(person_id)
        if own is not None:
            return self._laid_out(person_id, *own)
        noted = self._noted(person_id)
        if "credit" not in noted:
            return None
        credit = Credit(**noted["credit"])
        return CachedPortrait(self._image(person_id), noted["media_type"], credit)

    def is_own(self, person_id: str) -> bool:
        """Whether it is of a gallery of one's own, by leave of whoever imported it."""
        return self._own(person_id) is not None

    def proof(self, person_id: str) -> Proof | None:
        """Who somebody without an id was found to be."""
        noted = self._noted(person_id).get("proof")
        if noted is None:
            return None
        pairs = {"external_ids": tuple((place, value) for place, value in noted["external_ids"])}
        return Proof(**noted | pairs | {"websites": tuple(noted["websites"])})

    def completed(self, person: Person) -> Person:
        """A person with what was found of them; never asks the network."""
        if person.wikidata or person.collection != starter.COLLECTION:
            return person
        proof = self.proof(person.id)
        return person if proof is None else proof.completed(person)

    def may_have(self, person: Person) -> bool:
        """Whether asking for the portrait of a person is worth while."""
        if self.cached(person.id) is not None:
            return True
        if not self._has_source(person):
            return False
        return self._enabled and self._failure(person.id) is None

    async def framed(self, person: Person, frame: Frame) -> Path:
        """The portrait as a square JPEG around its face, made once and kept beside it.

        Raises:
            PortraitUnavailable: there is none, it cannot be had now, or shows no one face.
        """
        portrait = await self.fetch(person)
        path = portrait.path.with_suffix(".square")
        if not path.exists() and self._shared is not None:
            known = self._shared.read(path.name)
            if known is not None:
                self._write(path, known)
        if not path.exists():
            try:
                square = await frame(portrait.path.read_bytes())
            except PhotoError:
                square = b""
            self._write(path, square)
            if self._shared is not None and portrait.path.suffix == _IMAGE:
                self._shared.write({path.name: square})
        if not path.stat().st_size:
            raise PortraitUnavailable("The portrait does not show one clear face.")
        return path

    async def fetch(self, person: Person) -> CachedPortrait:
        """The portrait of a person, from disk or from Wikimedia.

        Raises:
            PortraitUnavailable: there is none, or it cannot be had now.
        """
        if not self._has_source(person) and self.cached(person.id) is None:
            raise PortraitUnavailable(f"No source of portraits is known for {person.id}.")
        return await self.found(person)

    async def found(self, person: Person) -> CachedPortrait:
        """The same of anybody, so that names of one's own collections are sent to Wikidata too.

        Raises:
            PortraitUnavailable: there is none, or it cannot be had now.
        """
        known = self.cached(person.id)
        if known is not None:
            return known
        if not self._enabled:
            raise PortraitUnavailable("This server does not fetch portraits.")
        failure = self._failure(person.id)
        if failure is not None:
            raise PortraitUnavailable(failure)
        return await self._once(person)

    def _has_source(self, person: Person) -> bool:
        """Whether Wikimedia may be asked about somebody because a page shows them: by their id, or
        by a name that ships with the package. The names of one's own people are nobody's
        business."""
        known = self._judge is not None and person.collection == starter.COLLECTION
        return _is_safe(person.id) and (known or person.wikidata is not None)

    async def _once(self, person: Person) -> CachedPortrait:
        """All who ask for one person at one time share one fetch, which outlives any of them."""
        task = self._under_way.get(person.id)
        if task is None:
            task = asyncio.create_task(self._fetch(person))
            self._under_way[person.id] = task
            task.add_done_callback(lambda _: self._under_way.pop(person.id))
        return await asyncio.shield(task)

    async def _fetch(self, person: Person) -> CachedPortrait:
        try:
            proof, fetched = await self._asked(person)
            media_type = _checked(fetched)
        except PortraitUnavailable as error:
            wait = _WEEK if isinstance(error, NotOnWikimedia) else _FIVE_MINUTES
            self._keep(person.id, {"failed": str(error), "until": self._now() + wait})
            raise
        self._keep(
            person.id,
            {
                "media_type": media_type,
                "credit": asdict(fetched.credit),
                "at": self._now(),
                "proof": proof and asdict(proof),
            },
            fetched.data,
        )
        return CachedPortrait(self._image(person.id), media_type, fetched.credit)

    async def _asked(self, person: Person) -> tuple[Proof | None, Fetched]:
        """The portrait of somebody, and of whom no id is known the proof of who they are."""
        if person.wikidata:
            return None, await commons.portrait(self._wikimedia, person.wikidata)
        if self._judge is None:
            raise PortraitUnavailable(f"No source of portraits is known for {person.id}.")
        # It takes the HTTP client, which a server starts without.
        from lookalike.gallery.wikimedia.finding.finder import find

        found = await find(self._wikimedia, person, self._judge)
        return found.proof, found.fetched

    def _laid_out(self, person_id: str, data: bytes, credit: Credit) -> CachedPortrait | None:
        """A portrait of one's own as a file beside the fetched ones, named after what is in it;
        None where there is no room for it."""
        digest = hashlib.sha256(data).hexdigest()[:16]
        path = self._folder / f"{_safe(person_id)}.{digest}.own"
        try:
            if not path.exists():
                self._write(path, data)
        except PortraitUnavailable:
            return None
        return CachedPortrait(path, _MEDIA_TYPES["JPEG"], credit)

    def _failure(self, person_id: str) -> str | None:
        """Why a portrait could not be had, while it is not worth asking again."""
        if self._now() < self._rests_until:
            return "Portraits cannot be kept: LOOKALIKE_CACHE cannot be written."
        noted = self._noted(person_id)
        return str(noted["failed"]) if self._now() < noted.get("until", 0) else None

    def _noted(self, person_id: str) -> dict[str, Any]:
        """The credit of a portrait, or why there is none; empty if nobody asked for it."""
        self._bring_here(person_id)
        try:
            noted: dict[str, Any] = json.loads(self._note(person_id).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return noted

    def sweep(self) -> None:
        """Remove from disk what another host has forgotten."""
        if self._shared is not None:
            for each in self._folder.glob("*.json"):
                if _is_safe(each.stem):
                    self._bring_here(each.stem)

    def _bring_here(self, person_id: str) -> None:
        """Have on disk what another host has found, and no longer what one has forgotten."""
        if self._shared is None:
            return
        note, image = self._note(person_id), self._image(person_id)
        found = self._shared.note(note.name)
        if found == (note.read_bytes() if note.exists() else None):
            return
        forget(self._folder, person_id)
        picture = None if found is None else self._shared.read(image.name)
        if picture is not None:
            self._write(image, picture)
        if found is not None:
            self._write(note, found)

    def _keep(self, person_id: str, note: dict[str, object], picture: bytes | None = None) -> None:
        """Keep what was found of a person: the picture first, for without it the note is wrong."""
        made = {} if picture is None else {self._image(person_id): picture}
        made[self._note(person_id)] = json.dumps(note, ensure_ascii=False).encode()
        if self._shared is not None:
            self._shared.write({path.name: data for path, data in made.items()})
        for path, data in made.items():
            self._write(path, data)

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
        return self._folder / f"{_safe(person_id)}.json"

    def _image(self, person_id: str) -> Path:
        return self._folder / f"{_safe(person_id)}{_IMAGE}"


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
    # With squares, and thumbnails of one's own.
    there = list(folder.glob(f"{person_id}.*"))
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


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
