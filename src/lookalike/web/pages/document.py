"""From a template to an answer: texts, links and headers that every page has.

A document carries the texts of its scripts and a few facts as a JSON block, so that nothing in it
runs or styles inline and the Content-Security-Policy can forbid that.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from fastapi import Request, Response

from lookalike.config import Settings
from lookalike.engine.interface import Engine
from lookalike.engine.model_notes import uncalibrated
from lookalike.gallery.people import Language, Text
from lookalike.site import Site
from lookalike.web.pages import assets
from lookalike.web.pages.languages import COOKIE, choose_language, locale, words
from lookalike.web.pages.monogram import Monogram, monogram

_FOLDER = Path(__file__).parents[1] / "templates"
_YEAR = 365 * 24 * 60 * 60
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "; ".join(_POLICY),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


def language_of(request: Request, asked: str | None = None) -> Language:
    """The language of the visitor; `asked` is what a form said."""
    chosen = asked or request.query_params.get("lang")
    accepted = request.headers.get("accept-language", "")
    return choose_language(chosen, request.cookies.get(COOKIE), accepted)


def respond(
    request: Request,
    template: str,
    *,
    status: int = 200,
    language: Language | None = None,
    headers: Mapping[str, str] | None = None,
    media_type: str = "text/html",
    **values: Any,
) -> Response:
    """The page made from a template; `values` are its own, beside those of every page."""
    language = language or language_of(request)
    text = _environment().get_template(template).render(_common(request, language) | values)
    sent = {**_HEADERS, "Content-Language": language, **(headers or {})}
    answer = Response(text, status, sent, media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = gzip.compress(answer.body, 6)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    if request.query_params.get("lang") == language:
        answer.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def _common(request: Request, language: Language) -> dict[str, Any]:
    engine: Engine = request.app.state.engine
    site: Site = request.app.state.site
    settings: Settings = request.app.state.settings
    texts = locale(language, settings.engine)
    root = request.scope.get("root_path", "")
    people = _people(engine, site)
    return {
        "t": texts["page"],
        "say": texts["script"],
        "language": language,
        "site": site,
        "ours": Site(),
        "root": root,
        "here": request.url.path.removeprefix(root),
        "in_language": lambda code: f"?{request.url.include_query_params(lang=code).query}",
        "static": f"{root}/static/{assets.static_version()}",
        "modules": assets.modules,
        "people": f"{people:,}",
        "typical": typical(people),
        "contract": engine.model.contract,
        # What Amazon Rekognition cannot do is not offered.
        "aws": settings.engine == "aws",
        "note": _note(engine, language),
        "data": {
            "language": language,
            "root": root,
            "texts": texts["script"],
            "people": people,
            "maxBytes": settings.max_bytes,
        },
    }


def typical(people: int) -> int:
    """The resemblance that the nearest of so many strangers has, to the nearest five."""
    return min(100, 5 * round(4 * math.log10(max(1, people))))


def _people(engine: Engine, site: Site) -> int:
    """How many people are searched."""
    collections = engine.gallery.collections()
    return sum(each.people for each in collections if site.collection in (None, each.id))


def _note(engine: Engine, language: Language) -> str | None:
    """What visitors have to know of the scores; what else there is to say is for the owner."""
    if engine.model.calibrated is False:
        return uncalibrated(engine.model.contract).get(language)
    return None


def _name(text: Text | Any, language: Language) -> str:
    """A name in one language, else in the other."""
    known = {"ko": text.ko, "en": text.en}
    other: Language = "en" if language == "ko" else "ko"
    return known[language] or known[other] or ""


def _monogram(person: Any, language: Language) -> Monogram:
    return monogram(_name(person.name, language), person.id)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters |= {
        "calls": lambda calls: ", ".join(f"{name} {count}" for name, count in calls.items()),
        "host": lambda url: (urlsplit(url).hostname or url).removeprefix("www."),
        "monogram": _monogram,
        "name": _name,
        "words": words,
    }
    return environment
