"""From a template to an answer: the texts, links and headers of every page, and the page of what
went wrong.

A document carries the texts of its scripts and a few facts as a JSON block, so that nothing in it
runs or styles inline and the Content-Security-Policy can forbid that.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from fastapi import Request, Response

from lookalike import errors
from lookalike.config import Settings
from lookalike.engine.model_notes import uncalibrated
from lookalike.faces.image import FORMATS, Limits
from lookalike.gallery.people import Language, Text
from lookalike.gate.proxies import own_path, root_of
from lookalike.watch.requests import note_of
from lookalike.web import colours, problems
from lookalike.web.admission import PHOTOS
from lookalike.web.in_app import app_of
from lookalike.web.pages import assets, facts
from lookalike.web.pages.monogram import Monogram, monogram
from lookalike.web.score_words import identity, standing, words
from lookalike.web.services import Services, services_of
from lookalike.web.texts import COOKIE, choose_language, locale

_FOLDER = Path(__file__).parents[1] / "templates"
# What a browser remembers of somebody whose page was looked at (static/visit.js).
_SEEN = {"id", "collection", "name", "portrait"}
_YEAR = 365 * 24 * 60 * 60
# What pixels are counted in: 만 화소 and megapixels.
_PIXELS: dict[Language, int] = {"ko": 10_000, "en": 1_000_000}
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(**changes: str) -> dict[str, str]:
    """The header that says what a page may do: `policy(img_src="'self'")`."""
    changed = {name.replace("_", "-"): sources for name, sources in changes.items()}
    said = "; ".join(f"{name} {sources}" for name, sources in (_POLICY | changed).items())
    return {"Content-Security-Policy": said}


_HEADERS = policy() | {
    "Cache-Control": "private, no-cache",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie, Accept-Encoding, User-Agent",
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
        path = f"{root_of(request)}/"
        answer.set_cookie(COOKIE, language, _YEAR, path=path, httponly=True, samesite="lax")
    return answer


async def answered(
    request: Request, lang: str | None, back: str, make: Callable[[Language], Awaitable[Response]]
) -> Response:
    """The page that `make` answers with, or the one that tells what went wrong."""
    language = language_of(request, lang)
    try:
        return await make(language)
    except errors.LookalikeError as error:
        return _failed(request, error, language, back)


def problem(request: Request, status: int, code: str) -> Response:
    """The page of a problem that is not of a form."""
    language = language_of(request)
    texts = locale(language)
    if status == HTTPStatus.NOT_FOUND:
        title, advice = texts["page"]["problem"]["not_found"]
    else:
        title, advice = _told(code, language, "photo", Limits.of(services_of(request).settings))
    page = {"title": title, "advice": advice, "ways": _ways(status, "/")}
    return respond(request, "problem.html", status=status, language=language, **page)


def _failed(
    request: Request, error: errors.LookalikeError, language: Language, back: str
) -> Response:
    title, advice = _explained(error, language, Limits.of(services_of(request).settings))
    status, headers = problems.status_of(error)
    note_of(request.scope).refusal = error.code
    return respond(
        request,
        "problem.html",
        status=status,
        language=language,
        headers=headers,
        title=title,
        advice=advice,
        ways=_ways(status, back),
    )


def _ways(status: int, back: str) -> list[tuple[str, str]]:
    """Where to go from a problem: a path, and the text that names it. What is not there will not be
    there the next time either."""
    home = ("/", "home")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return [home, ("/people", "people")]
    return [("/", "back")] if back == "/" else [(back, "back"), home]


def _explained(error: errors.LookalikeError, language: Language, limits: Limits) -> tuple[str, str]:
    """What `explain` of static/problem.js says of the same error."""
    texts = locale(language)
    if isinstance(error, problems.Incomplete):
        title, advice = texts["page"]["problem"][error.wanting]
        return title, advice
    if isinstance(error, errors.NotFound) and error.code not in texts["script"]["problem"]:
        title, advice = texts["page"]["problem"]["not_found"]
        return title, advice
    return _told(error.code, language, getattr(error, "subject", "photo"), limits)


def _told(code: str, language: Language, subject: str | None, limits: Limits) -> tuple[str, str]:
    known = locale(language)["script"]["problem"]
    name = known["subject"].get(subject, known["subject"]["photo"])
    pixels = [limits.pixels(each) // _PIXELS[language] for each in ("JPEG", "PNG")]
    values = {
        "subject": name,
        "Subject": name[:1].upper() + name[1:],
        "megabytes": limits.max_bytes // 1024 // 1024,
        "most": f"{pixels[0]:,}",
        "fewer": f"{pixels[1]:,}",
        "side": f"{limits.max_side:,}",
    }
    title, advice = known.get(code, known["other"])
    return title.format(**values), advice.format(**values)


def _common(request: Request, language: Language) -> dict[str, Any]:
    services = services_of(request)
    settings = services.settings
    texts = locale(language, settings.engine)
    root = root_of(request)
    people = _people(services)
    app = app_of(request.headers.get("user-agent", ""))
    return {
        "t": texts["page"],
        "say": texts["script"],
        "language": language,
        "site": services.site,
        "day": colours.day(),
        "night": colours.night(),
        "root": root,
        "origin": services.public_url(request),
        "here": own_path(request.scope),
        "app": app,
        "in_language": lambda code: f"?{request.url.include_query_params(lang=code).query}",
        "static": f"{root}/static/{assets.static_version()}",
        "version": assets.static_version(),
        "modules": assets.modules,
        "people": f"{people:,}",
        "typical": typical(people),
        "contract": services.engine.model.contract,
        "contact": settings.contact,
        # What Amazon Rekognition cannot do is not offered.
        "aws": settings.engine == "aws",
        "note": _note(services, language),
        "data": {
            "language": language,
            "root": root,
            "texts": texts["script"],
            "people": people,
            "limits": _limits(settings),
            "app": app and asdict(app),
        },
    }


def typical(people: int) -> int:
    """The resemblance that the nearest of so many strangers has, to the nearest five."""
    return min(100, 5 * round(4 * math.log10(max(1, people))))


def _limits(settings: Settings) -> dict[str, Any]:
    """What scripts have to know of the photos that are taken, to make others smaller."""
    limits = Limits.of(settings)
    return {
        "bytes": limits.max_bytes,
        "together": limits.max_bytes * PHOTOS,
        "side": limits.max_side,
        "pixels": {each: limits.pixels(each) for each in FORMATS},
    }


def _people(services: Services) -> int:
    """How many people are searched."""
    searched = services.site.collection
    collections = services.gallery.collections()
    return sum(each.people for each in collections if searched in (None, each.id))


def _note(services: Services, language: Language) -> str | None:
    """What visitors have to know of the scores; what else there is to say is for the owner."""
    model = services.engine.model
    if model.calibrated is False:
        return uncalibrated(model.contract).get(language)
    return None


def _name(text: Text | Any, language: Language) -> str:
    """A name in one language, else in the other."""
    known = {"ko": text.ko, "en": text.en}
    other: Language = "en" if language == "ko" else "ko"
    return known[language] or known[other] or ""


def _monogram(person: Any, language: Language) -> Monogram:
    name = Text(person.name.ko, person.name.en)
    return monogram(name, person.id, language, person.country)


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
        "about": facts.about,
        "country": facts.country,
        "date": facts.date,
        "fields": facts.fields,
        "gallery": facts.gallery,
        "group": facts.group,
        "groups": facts.groups,
        "calls": lambda calls: ", ".join(f"{name} {count}" for name, count in calls.items()),
        "host": lambda url: (urlsplit(url).hostname or url).removeprefix("www."),
        "monogram": _monogram,
        "name": _name,
        "seen": lambda person: person.model_dump_json(include=_SEEN),
        "words": words,
        "identity": identity,
        "standing": standing,
    }
    return environment
