"""What page and `/api/v1` let in: photos up to a size, and whoever may change galleries.

That is whoever has the admin token, or else programs on this machine. They alone may also look into
collections that were made over the Rekognition API, where callers of that have to sign.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Form, HTTPException, Query, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from lookalike.config import Settings
from lookalike.gallery.people import Field, Gender, Origin, Who
from lookalike.gate.gate import why_not_local
from lookalike.web.services import services_of

# Describes to readers of the API what `Guarded` asks for; it refuses nothing itself.
DESCRIBED = Security(
    HTTPBearer(
        auto_error=False,
        scheme_name="AdminToken",
        description="The setting LOOKALIKE_ADMIN_TOKEN. Where none is set, programs on the "
        "server's own machine need no token and others are refused.",
    )
)
# Photos of the largest size that the body of one request may hold; bytes of what is around them.
PHOTOS = 3
_AROUND = 64 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def largest_body(settings: Settings) -> int:
    """In bytes."""
    return settings.max_bytes * PHOTOS + _AROUND


class Guarded(APIRoute):
    """A route that refuses whoever may not change galleries before it reads their request."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            admit(request)
            return await answer(request)

        return guarded


def admit(request: Request) -> None:
    """
    Raises:
        HTTPException: 401 without the right token, 403 where none is set and the request may come
            from elsewhere.
    """
    settings = services_of(request).settings
    if settings.admin_token:
        _check_token(request, settings.admin_token)
    elif settings.is_local:
        _check_local(request)
    else:
        where = "is public" if settings.is_public else f"listens on {settings.host!r}"
        raise HTTPException(
            403,
            f"This server {where}, beyond this machine, and has no admin token. Set "
            "LOOKALIKE_ADMIN_TOKEN to a long random text, start it again, and send "
            "`Authorization: Bearer` with that text.",
        )


def permitted(request: Request, collection: str | None) -> str | None:
    """The collection that a visitor names; nothing, or an empty text, names none.

    Raises:
        CollectionNotFound: there is no such collection, and who asks may know.
        HTTPException: it is not for every visitor, and who asks may not change galleries. Where
            there are such collections, they hear the same of one that is not there.
    """
    if collection:
        services = services_of(request)
        known = {each.id for each in services.open_collections}
        if collection not in known and services.settings.checks_signatures:
            admit(request)
        services.gallery.collection(collection)
    return collection or None


def _in_form(
    request: Request,
    collection: Annotated[str | None, Form(description="Only in this collection.")] = None,
) -> str | None:
    return permitted(request, collection)


def _in_query(
    request: Request,
    collection: Annotated[str | None, Query(description="Only in this collection.")] = None,
) -> str | None:
    return permitted(request, collection)


def _who(
    group: Annotated[str | None, Form(description="Rank only people of this group.")] = None,
    gender: Annotated[
        Gender | None, Form(description="Rank only those the source says are.")
    ] = None,
    origin: Annotated[
        Origin | None, Form(description="Rank only people of Korea, or only others.")
    ] = None,
    field: Annotated[
        Field | None, Form(description="Rank only those who are known for this.")
    ] = None,
    living: Annotated[
        bool, Form(description="Rank only those of whom no death is stated.")
    ] = False,
) -> Who:
    return Who(group or None, gender, field, origin, living)


# Whom a form asks for: everything that it states must hold.
FormWho = Annotated[Who, Depends(_who)]

# The collection that a form, or a query, names.
FormCollection = Annotated[str | None, Depends(_in_form)]
QueryCollection = Annotated[str | None, Depends(_in_query)]


def _check_token(request: Request, token: str) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Headers are read as Latin-1; compared as bytes, and in the same time however much is right.
    alike = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    if scheme.lower() != "bearer" or not alike:
        raise HTTPException(
            401,
            "This needs the admin token: send `Authorization: Bearer` with it.",
            {"WWW-Authenticate": 'Bearer realm="lookalike"'},
        )


def _check_local(request: Request) -> None:
    """A browser may be on this machine and act for a page that is not ours."""
    why = why_not_local(request.headers)
    if why is not None:
        raise HTTPException(
            403,
            f"Without an admin token only programs on this machine may do this, and {why}. "
            "Set LOOKALIKE_ADMIN_TOKEN to let others.",
        )
