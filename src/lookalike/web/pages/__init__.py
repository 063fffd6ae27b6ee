"""The pages: HTML documents in Korean or English, and their static files.

Each route renders a template with `document.respond`. The pages that show an answer without
JavaScript (`find`, `how`) ask the same engine as the JSON API.
"""

from __future__ import annotations

from fastapi import APIRouter

from lookalike.web.pages import find, how, people, start
from lookalike.web.pages.assets import static, static_version
from lookalike.web.pages.forms import problem
from lookalike.web.pages.languages import COOKIE, choose_language, locale

__all__ = ["COOKIE", "choose_language", "locale", "problem", "router", "static", "static_version"]


def router() -> APIRouter:
    """Every page; the app's state must hold `engine`, `workbench`, `portraits` and `settings`."""
    routes = APIRouter(include_in_schema=False)
    for each in (start, find, people, how):
        routes.include_router(each.router)
    return routes
