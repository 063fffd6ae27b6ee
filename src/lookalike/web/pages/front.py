"""What browsers, phones and search engines ask of a site beside its pages: icons, a preview, a
manifest, robots.txt."""

from __future__ import annotations

import json
from typing import Literal

import PIL.Image
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lookalike.errors import PortraitUnavailable
from lookalike.gate.proxies import root_of
from lookalike.web import colours
from lookalike.web.pages.document import language_of
from lookalike.web.services import UseServices
from lookalike.web.sharing import previews

router = APIRouter(include_in_schema=False)

_ICONS = (192, 512)
# What Apple's phones draw it at, and the name that browsers ask for unasked.
_APPLE, _FAVICON = 180, 48
# They change when a site file does.
_CACHE = {"Cache-Control": "public, max-age=86400"}
# Results say themselves that they are not to be indexed; whoever draws previews must read them.
_ROBOTS = "User-agent: *\nDisallow: {root}/api/\nDisallow: {root}/takedowns\n"


@router.api_route("/preview.png", methods=["GET", "HEAD"])
async def preview(services: UseServices, lang: Literal["ko", "en"] = "ko") -> Response:
    """What a link to a page is shown with."""
    return _png(await to_thread.run_sync(previews.preview, services.site, lang))


@router.api_route("/people/{person_id}/preview.jpg", methods=["GET", "HEAD"])
async def person_preview(
    request: Request, services: UseServices, person_id: str, lang: Literal["ko", "en"] = "ko"
) -> Response:
    """What a link to somebody is shown with: their face, where it is here and may be passed on."""
    who = services.gallery.person(person_id, services.site.collection)
    known = services.passed_on(who.id)
    if known is None:
        return RedirectResponse(f"{root_of(request)}/preview.png?lang={lang}", 307)
    try:
        path = await services.framed_portrait(who)
    except PortraitUnavailable:
        return RedirectResponse(f"{root_of(request)}/preview.png?lang={lang}", 307)
    name = services.site.name_of(who.id, who.name)

    def work() -> bytes:
        with PIL.Image.open(path) as face:
            return previews.person_preview(
                services.site, lang, name, face.convert("RGB"), known.credit
            )

    drawn = await to_thread.run_sync(work)
    return Response(drawn, media_type="image/jpeg", headers=_CACHE)


@router.api_route("/icon-{side}.png", methods=["GET", "HEAD"])
async def icon(services: UseServices, side: Literal["192", "512"]) -> Response:
    """The icon of somebody who keeps the site on their phone."""
    return _png(await to_thread.run_sync(previews.icon, services.site, int(side)))


@router.api_route("/apple-touch-icon.png", methods=["GET", "HEAD"])
async def apple_icon(services: UseServices) -> Response:
    return _png(await to_thread.run_sync(previews.icon, services.site, _APPLE))


@router.api_route("/favicon.ico", methods=["GET", "HEAD"])
async def favicon(services: UseServices) -> Response:
    """For browsers that know no SVG; they read a PNG under any name."""
    return _png(await to_thread.run_sync(previews.icon, services.site, _FAVICON))


@router.api_route("/site.webmanifest", methods=["GET", "HEAD"])
async def manifest(request: Request, services: UseServices) -> Response:
    """What the site is called, and looks like, among the apps of a phone."""
    root, paper = root_of(request), colours.day().paper
    facts = {
        "name": services.site.name,
        "short_name": services.site.name,
        "lang": language_of(request),
        "id": f"{root}/",
        "start_url": f"{root}/",
        "scope": f"{root}/",
        "display": "standalone",
        "background_color": paper,
        "theme_color": paper,
        "icons": [
            {
                "src": f"{root}/icon-{side}.png",
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for side in _ICONS
            for purpose in ("any", "maskable")
        ],
    }
    text = json.dumps(facts, ensure_ascii=False)
    return Response(text, media_type="application/manifest+json", headers=_CACHE)


@router.api_route("/robots.txt", methods=["GET", "HEAD"])
async def robots(request: Request) -> Response:
    """Pages may be indexed; what answers to programs and to the admin is nothing to find."""
    text = _ROBOTS.format(root=root_of(request))
    return Response(text, media_type="text/plain", headers=_CACHE)


def _png(data: bytes) -> Response:
    return Response(data, media_type="image/png", headers=_CACHE)
