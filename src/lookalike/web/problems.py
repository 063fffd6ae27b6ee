"""Errors as RFC 9457 problem details with a stable `type`; as a page where a browser goes there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lookalike import errors
from lookalike.answers.problems import PREFIX, kind_of, problem
from lookalike.answers.shapes import Problem
from lookalike.gate.proxies import own_path
from lookalike.gate.refusal import Refusal
from lookalike.gate.safe_headers import HEADERS
from lookalike.watch.requests import note_of

_LOG = logging.getLogger("lookalike")

# Codes of plain HTTP errors.
_BY_STATUS = {
    401: "unauthorised",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
}
_RETRY_AFTER = "2"

# The page that tells a visitor of a problem, from its status and code.
Page = Callable[[Request, int, str], Response]


class Incomplete(errors.InvalidParameter):
    """A form lacks what it cannot do without. `wanting` names the text that says so."""

    def __init__(self, wanting: str) -> None:
        super().__init__(wanting)
        self.wanting = wanting


def responses(told: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """Problems as the API's description tells of them, by their status."""
    content: dict[str, Any] = {"application/problem+json": {}}
    return {
        status: {"model": Problem, "description": description, "content": content}
        for status, description in told.items()
    }


# Those of every request with photos.
OF_PHOTOS = responses(
    {
        413: "The photo is too large.",
        415: "Not an image that can be read.",
        422: "No face, a damaged or too small photo, or a parameter that is not allowed.",
        429: "More photos than one address may ask for; try again after Retry-After seconds.",
        501: "It needs our own networks, and the engine is Amazon Rekognition.",
        502: "Amazon Rekognition cannot be asked, refuses, or knows nobody.",
        503: "Too many photos are waiting; try again after Retry-After seconds.",
    }
)


def status_of(error: errors.LookalikeError) -> tuple[int, dict[str, str] | None]:
    """The status of the answer to an error, and headers that go with it."""
    status, _ = kind_of(type(error))
    if isinstance(error, errors.TooOften):
        return status, {"Retry-After": str(error.retry_after)}
    return status, {"Retry-After": _RETRY_AFTER} if status == 503 else None


class Problems:
    """Answers every error of an app as a problem; `page` shows it to those who browse."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def install(self, app: FastAPI) -> None:
        app.add_exception_handler(errors.LookalikeError, self._of_lookalike)
        app.add_exception_handler(RequestValidationError, self._of_validation)
        app.add_exception_handler(HTTPException, self._of_http)
        app.add_exception_handler(Exception, self._of_bug)

    def refused(self, request: Request, refusal: Refusal) -> Response:
        """The answer to a request that is not let in. Under a name that is none of ours not even a
        page is shown."""
        title = HTTPStatus(refusal.status).phrase
        note_of(request.scope).refusal = refusal.code
        told = Problem(
            type=PREFIX + refusal.code, title=title, status=refusal.status, detail=refusal.detail
        )
        if refusal.status == HTTPStatus.MISDIRECTED_REQUEST:
            return _data(told, refusal.headers)
        return self._answer(request, told, refusal.headers)

    def _of_lookalike(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.LookalikeError)  # nosec B101 # for types alone
        _, headers = status_of(error)
        told = problem(error)
        if isinstance(error, errors.StoreUnavailable):
            # Where it lies is for the log.
            _LOG.error("%s %s failed: %s", request.method, request.url.path, error)
            detail = f"{told.title}; the server's log says why. Try again in a moment."
            told = told.model_copy(update={"detail": detail})
        return self._answer(request, told, headers)

    def _of_validation(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # nosec B101 # for types alone
        details = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}"
            for each in error.errors()
        )
        return self._answer(request, problem(errors.InvalidParameter(details)))

    def _of_http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # nosec B101 # for types alone
        code = _BY_STATUS.get(error.status_code, "invalid-request")
        title = HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        detail = str(error.detail)
        told = Problem(type=PREFIX + code, title=title, status=error.status_code, detail=detail)
        return self._answer(request, told, headers)

    def _of_bug(self, request: Request, error: Exception) -> Response:
        # The traceback names code, never pixels: arguments are not in it.
        _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        detail = "An unexpected error; it was logged."
        told = Problem(
            type=f"{PREFIX}internal", title="The server failed", status=500, detail=detail
        )
        # It is answered where no middleware sees it.
        headers = {**HEADERS, "X-Request-Id": note_of(request.scope).id}
        return self._answer(request, told, headers)

    def _answer(
        self, request: Request, told: Problem, headers: dict[str, str] | None = None
    ) -> Response:
        note_of(request.scope).refusal = told.type.removeprefix(PREFIX)
        if _browses(request):
            shown = self._page(request, told.status, told.type.removeprefix(PREFIX))
            for name, value in (headers or {}).items():
                shown.headers.setdefault(name, value)
            return shown
        return _data(told, headers)


def _data(told: Problem, headers: dict[str, str] | None) -> Response:
    return JSONResponse(
        told.model_dump(), told.status, headers, media_type="application/problem+json"
    )


def _browses(request: Request) -> bool:
    """Whether a visitor goes to a page, rather than a program asking for something."""
    is_api = own_path(request.scope).startswith("/api/")
    return "text/html" in request.headers.get("accept", "") and not is_api
