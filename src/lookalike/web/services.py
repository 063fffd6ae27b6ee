"""What a running server has open, from the engine to shared results, and how routes reach it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends, File, Request, Response, UploadFile

from lookalike.answers.people import Shown
from lookalike.config import is_loopback
from lookalike.errors import ImageTooLarge, PortraitUnavailable, Subject, about
from lookalike.faces.image import jpeg
from lookalike.gate.names import hostname
from lookalike.gate.proxies import root_of
from lookalike.web.sharing.card import may_show

if TYPE_CHECKING:
    from datetime import datetime

    from lookalike.answers.shapes import Lookalikes
    from lookalike.config import Settings
    from lookalike.engine.executor import Executor
    from lookalike.engine.interface import Engine
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.mesh import Mesh
    from lookalike.gallery.gallery import Collection, Gallery
    from lookalike.gallery.people import Person
    from lookalike.gallery.wikimedia.portrait_cache import CachedPortrait, Portraits
    from lookalike.gate.names import Names
    from lookalike.gate.shares import Shares
    from lookalike.site import Site
    from lookalike.watch.meters import Meters
    from lookalike.watch.refusals import Refusals
    from lookalike.web.sealed_faces import Seal
    from lookalike.web.sharing.results import Results
    from lookalike.web.site.counts import Counts

# Of the square picture of a portrait's face, in pixels, and of its JPEG.
PORTRAIT_SIDE = 320
_QUALITY = 90
# The collection of whoever names none.
MINE = "mine"


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """All that routes use. It is there from when the server is ready until it stops.

    Attributes:
        gallery: that of the engine.
        shown: what answers say of people beside what the gallery knows; routes ask for `UseShown`.
        counts: None where nothing is counted of a site.
        started: when this worker was ready.
        seal: closes faces of photos for those who sent them.
        rekognition: answers a request to the Amazon Rekognition API.
    """

    settings: Settings
    names: Names
    site: Site
    engine: Engine
    gallery: Gallery
    executor: Executor
    shares: Shares
    portraits: Portraits
    shown: Shown
    results: Results
    counts: Counts | None
    seal: Seal
    meters: Meters
    refusals: Refusals
    started: datetime
    rekognition: Callable[[Request], Awaitable[Response]]

    @property
    def open_collections(self) -> tuple[Collection, ...]:
        """The collections that any visitor may search."""
        return tuple(each for each in self.gallery.collections() if self.is_open(each))

    def is_open(self, collection: Collection) -> bool:
        """Whether any visitor may search it. One that was made over the Rekognition API, whose
        callers have to sign, is open only where the site names it."""
        chosen = self.site.collection == collection.id
        return collection.open or chosen or not self.settings.checks_signatures

    @property
    def own_collection(self) -> str:
        """The collection that people are added to unless another is named: the one that the site
        searches, where it can be changed."""
        chosen = self.site.collection
        read_only = {each.id for each in self.gallery.collections() if each.read_only}
        return MINE if chosen is None or chosen in read_only else chosen

    def public_url(self, request: Request) -> str:
        """Where the server is for others, without a slash at the end. Whoever asks by a name that
        nobody set may have made it up: then it is a path, which their browser completes."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        name = hostname(request.headers.get("host", ""))
        ours = name is not None and (is_loopback(name) or self.names.lists(name))
        return str(request.base_url).rstrip("/") if ours else root_of(request)

    def reachable_url(self, request: Request) -> str | None:
        """The same where others than this machine can reach it, for what is printed on pictures."""
        url = self.public_url(request)
        host = urlsplit(url).hostname
        return None if host is None or is_loopback(host) else url

    async def read(self, file: UploadFile, subject: Subject, number: int | None = None) -> bytes:
        """The bytes of an uploaded photo.

        Raises:
            ImageTooLarge: it has more than may be; the error says which photo it was.
            TooOften: the visitor has sent as many as they may for now.
        """
        self.shares.photo()
        most = self.settings.max_bytes
        if file.size is not None and file.size > most:
            said = f"The photo has {file.size:,} bytes; at most {most:,} are allowed."
            with about(subject, number):
                raise ImageTooLarge(said)
        data = await file.read()
        # One copy is enough.
        await file.close()
        return data

    async def count(self, answer: Lookalikes) -> None:
        """Count a photo that look-alikes were found of."""
        best = [each.people[0].score for each in answer.faces if each.people]
        nobody = len(answer.faces) - len(best)
        self.meters.answered((each.verdict for each in best), nobody, answer.timings_ms.match)
        if self.counts is not None:
            await self.counts.add_lookalikes(answer)

    def passed_on(self, person_id: str) -> CachedPortrait | None:
        """The portrait that is here, where its licence or whoever imported it lets it onto what
        people send one another."""
        known = self.portraits.cached(person_id)
        permitted = known is not None and (
            self.portraits.is_own(person_id) or may_show(known.credit)
        )
        return known if permitted else None

    async def framed_portrait(self, person: Person) -> Path:
        """The portrait of a person as a square JPEG around their face, `PORTRAIT_SIDE` pixels
        wide; found always with our own networks.

        Raises:
            PortraitUnavailable: there is none, it cannot be had now, or shows no one face.
        """

        def work(photo: bytes) -> bytes:
            pixels = self.engine.local.framed_portrait(photo, PORTRAIT_SIDE)
            return jpeg(pixels, _QUALITY)

        async def frame(photo: bytes) -> bytes:
            return await self.executor.run(lambda: work(photo))

        return await self.portraits.framed(person, frame)

    async def portrait_mesh(self, person: Person) -> Mesh:
        """The mesh of the face in `framed_portrait`, in pixels of it.

        Raises:
            PortraitUnavailable: see there; or the licence lets nothing be made of the portrait.
        """
        portrait = await self.portraits.fetch(person)
        if not portrait.credit.changeable:
            stated = portrait.credit.licence or "which is not known"
            raise PortraitUnavailable(f"The portrait's licence allows no changes: {stated}.")
        square = (await self.framed_portrait(person)).read_bytes()
        mesh = await self.executor.run(lambda: self.engine.local.portrait_mesh(square))
        if mesh is None:
            raise PortraitUnavailable("The portrait does not show one clear face.")
        return mesh


def services_of(request: Request) -> Services:
    """What the server that was asked has open."""
    services: Services = request.app.state.services
    return services


UseServices = Annotated[Services, Depends(services_of)]
UploadedPhoto = Annotated[UploadFile, File(description="JPEG, PNG, WebP, HEIC or AVIF.")]


def shown_to(request: Request, services: UseServices) -> Shown:
    """What answers say of people, with addresses as who asks reaches them."""
    return replace(services.shown, root=root_of(request))


def known_to(request: Request) -> Shown:
    """What the gallery alone knows of people, with such addresses."""
    return Shown(root=root_of(request))


UseShown = Annotated[Shown, Depends(shown_to)]
UseKnown = Annotated[Shown, Depends(known_to)]


def own_engine(services: UseServices) -> LocalEngine:
    """Ours; a request that depends on it is refused where Amazon Rekognition is the engine."""
    return services.engine.own()
