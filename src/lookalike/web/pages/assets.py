"""The static files, under a path that changes with them."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Scope

_FOLDER = Path(__file__).parents[1] / "static"
_YEAR = 365 * 24 * 60 * 60
# Only what a module needs before it runs: `import("./x.js")` is for later.
_IMPORT = re.compile(r'^(?:import|export) [^;"(]*"\./([\w-]+\.js)";', re.MULTILINE)


def static() -> ASGIApp:
    """The app to mount at `/static`."""
    return GZipMiddleware(_Static(directory=_FOLDER), minimum_size=500)


@cache
def static_version() -> str:
    """A hash of every static file: a path that holds it never changes its content."""
    digest = hashlib.sha256()
    for file in sorted(file for file in _FOLDER.iterdir() if file.is_file()):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def modules(entry: str) -> tuple[str, ...]:
    """A module and all that it imports, so that a browser can ask for them at once."""
    found, waiting = {entry}, [entry]
    while waiting:
        text = (_FOLDER / waiting.pop()).read_text("utf-8")
        fresh = set(_IMPORT.findall(text)) - found
        found |= fresh
        waiting += fresh
    return tuple(sorted(found))


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
