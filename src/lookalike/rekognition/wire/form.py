"""Which of Amazon's protocols a request speaks: forms are for STS."""

from __future__ import annotations

from starlette.requests import Request

_FORM = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
