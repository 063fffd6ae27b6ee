"""The gate before page, JSON API and Rekognition API: which requests come from where they may.

A browser sends what any page tells it to, to this machine too. What it sends for a page of ours
goes to a name of ours and says that it comes from there; programs that are no browsers say nothing
of where they come from, and are let through.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lookalike.config import is_loopback
from lookalike.gate.names import Names, hostname
from lookalike.gate.origins import Origins, called_by_programs
from lookalike.gate.proxies import own_path
from lookalike.gate.refusal import Refusal, Refuse

NO_OTHERS = Origins()
# Whoever watches over a server asks by its bare address, and learns nothing else.
HEALTH = ("/healthz", "/readyz")
_ASKING = ("GET", "HEAD", "OPTIONS")
_OURS = ("none", "same-origin")
# What proxies add, each in its way: who asks is not on this machine then.
_FORWARDED = (
    *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"),
    *("cf-connecting-ip", "fastly-client-ip", "x-original-forwarded-for", "x-original-host"),
)
_FORWARDED_BEGIN = "x-forwarded-"


class Gate:
    """ASGI middleware: what a page of somebody else's may have caused is answered by `refuse`."""

    def __init__(self, app: ASGIApp, names: Names, origins: Origins, refuse: Refuse) -> None:
        self._app = app
        self._names = names
        self._origins = origins
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await self._refuse(Request(scope), refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        if own_path(scope) in HEALTH:
            return None
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        name = hostname(hosts[0]) if len(hosts) == 1 else None
        if not self._names.others and not (name and self._names.holds(name)):
            return _misdirected(hosts, self._names)
        if scope["method"] in _ASKING or self._may_call(scope, headers):
            return None
        why = self._page_of_others(headers)
        return _cross_site(why) if why else None

    def _may_call(self, scope: Scope, headers: Headers) -> bool:
        """Whether it is a call of the Rekognition API by a page that may."""
        return called_by_programs(scope) and self._origins.allow(headers.get("origin"))

    def _page_of_others(self, headers: Headers) -> str | None:
        """Which page it is that a browser sends a request for; None: ours, or no page."""
        origin = hostname(_authority(headers.get("origin", "")))
        if headers.get("sec-fetch-site", "none") in _OURS and origin and self._names.lists(origin):
            return None
        return page_of_others(headers)


def why_not_local(headers: Headers, origins: Origins = NO_OTHERS) -> str | None:
    """What speaks against a request being a program's on this machine, or one of our own page
    opened there; None: nothing does.

    It is for servers that listen on loopback: there all else comes through a proxy, or through a
    browser for a page that is not ours.

    Args:
        origins: whose pages are as good as ours.
    """
    host = headers.get("host", "")
    # A name of the attacker's own may lead here, and is then the page's own origin.
    if not is_loopback(hostname(host)):
        return f"it was sent to {host[:200]!r}, not to localhost"
    if any(each in _FORWARDED or each.startswith(_FORWARDED_BEGIN) for each in headers):
        return "a proxy passed it on"
    return None if origins.allow(headers.get("origin")) else page_of_others(headers)


def page_of_others(headers: Headers) -> str | None:
    """Which page a request was sent for that is not of the origin that it was sent to."""
    origin, host = headers.get("origin"), _without_usual_port(headers.get("host", ""))
    if origin is not None and _authority(origin) != host:
        return f"a page of {origin[:200]!r} sent it"
    if headers.get("sec-fetch-site", "none") not in _OURS:
        return "a page of another site sent it"
    return None


def _authority(origin: str) -> str:
    """What stands in Host for the pages of an origin; empty for what is no origin."""
    scheme, _, authority = origin.partition("://")
    return _without_usual_port(authority) if scheme in ("http", "https") else ""


def _without_usual_port(authority: str) -> str:
    return authority.lower().removesuffix(":80").removesuffix(":443")


def _cross_site(why: str) -> Refusal:
    return Refusal(
        403,
        "cross-site",
        f"{why[:1].upper()}{why[1:]}; only this server's own pages, and programs that are no "
        "browsers, may change or search anything here. Behind a proxy that changes the Host "
        "header, set LOOKALIKE_ALLOWED_HOSTS to the names that visitors use.",
    )


def _misdirected(hosts: list[str], names: Names) -> Refusal:
    asked = ", ".join(repr(each[:200]) for each in hosts) or "no name"
    return Refusal(
        421,
        "misdirected",
        f"This server was asked for by {asked} (the header Host); its names are {names.told}. "
        "LOOKALIKE_ALLOWED_HOSTS adds others.",
    )
