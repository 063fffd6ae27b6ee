"""The page: one HTML document in Korean or English, and its static files.

The document carries the texts of its scripts and a few facts as a JSON block, so that nothing in it
runs or styles inline and the Content-Security-Policy can forbid that.
"""

from __future__ import annotations

import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from lookalike.aws.choice import AnyEngine
from lookalike.config import Settings
from lookalike.gallery.people import Language

LANGUAGES: dict[str, Language] = {"ko": "ko", "en": "en"}
COOKIE = "lang"

_YEAR = 365 * 24 * 60 * 60
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "; ".join(_POLICY),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
}


def router() -> APIRouter:
    """The route of the page; the app's state must hold `engine` and `settings`."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", _page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    return routes


def static() -> StaticFiles:
    """The app to mount at `/static`."""
    return _Static(directory=_folder("static"))


def choose_language(asked: str | None, remembered: str | None, accepted: str) -> Language:
    """`?lang=`, else the cookie, else the best of `Accept-Language`, else Korean."""
    for choice in (asked, remembered):
        if choice in LANGUAGES:
            return LANGUAGES[choice]
    wanted = _by_preference(accepted)
    known = (LANGUAGES[each] for each in wanted if each in LANGUAGES)
    # A browser that asks for neither language is likelier to be read in English.
    return next(known, "en" if wanted else "ko")


@cache
def locale(language: Language) -> dict[str, Any]:
    """The texts: `page` for the document, `script` for what the scripts say."""
    file = _folder("locales") / f"{language}.json"
    texts: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return texts


@cache
def static_version() -> str:
    """A hash of every static file: a path that holds it never changes its content."""
    digest = hashlib.sha256()
    for file in _static_files():
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


async def _page(request: Request) -> Response:
    asked = request.query_params.get("lang")
    accepted = request.headers.get("accept-language", "")
    language = choose_language(asked, request.cookies.get(COOKIE), accepted)
    headers = _HEADERS | {"Content-Language": language}
    answer = HTMLResponse(_document(request, language), headers=headers)
    if asked == language:
        answer.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def _document(request: Request, language: Language) -> str:
    engine: AnyEngine = request.app.state.engine
    settings: Settings = request.app.state.settings
    texts = locale(language)
    people = sum(each.people for each in engine.gallery.collections())
    return _template().render(
        t=texts["page"],
        language=language,
        static=f"{request.scope.get('root_path', '')}/static/{static_version()}",
        modules=[file.name for file in _static_files() if file.suffix == ".js"],
        people=f"{people:,}",
        typical=_typical(people),
        contract=engine.contract,
        data={
            "language": language,
            "texts": texts["script"],
            "people": people,
            "maxBytes": settings.max_bytes,
        },
    )


def _typical(people: int) -> int:
    """The resemblance that the nearest of so many strangers has, to the nearest five."""
    return min(100, 5 * round(4 * math.log10(max(1, people))))


def _by_preference(accepted: str) -> list[str]:
    """Primary subtags of an Accept-Language header, the most wanted first."""
    weighted = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().split("-")[0].lower()
        if primary and primary != "*":
            weighted.append((_quality(weight), primary))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_folder("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment.get_template("page.html")


@cache
def _static_files() -> tuple[Path, ...]:
    return tuple(sorted(file for file in _folder("static").iterdir() if file.is_file()))


def _folder(name: str) -> Path:
    return Path(__file__).parent / name


class _Static(StaticFiles):
    """Serves `/static/<version>/app.js`, so that modules that import each other by relative paths
    all come from one version and can be kept by browsers for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, file = Path(path).as_posix().partition("/")
        current = version == static_version()
        answer = await super().get_response(file or version, scope)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = (
            f"public, max-age={_YEAR}, immutable" if current else "no-cache"
        )
        return answer
