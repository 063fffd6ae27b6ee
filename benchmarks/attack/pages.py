"""What a page of any website has a visitor's browser send (point 2), and what a browser is told."""

from __future__ import annotations

import httpx

from benchmarks.attack.hole import Hole, Target, check
from tests.support import patient
from tests.support.amazon import clients

_REBOUND = {
    "host": "evil.example",
    "origin": "http://evil.example",
    "sec-fetch-site": "same-origin",
}
_CROSS_SITE = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
_PROXIED = {"x-forwarded-for": "203.0.113.9"}


def holes() -> tuple[Hole, ...]:
    """On a server that listens on loopback and checks no signatures."""
    return (
        Hole(2, "DNS rebinding: POST / makes a collection", lambda t: _makes(t, _REBOUND)),
        Hole(2, "a cross-site page: POST / makes a collection", lambda t: _makes(t, _CROSS_SITE)),
        Hole(2, "a proxy's visitor: POST / makes a collection", lambda t: _makes(t, _PROXIED)),
        Hole(2, "DNS rebinding: /api/v1 changes galleries", lambda t: _changes(t, _REBOUND)),
        Hole(2, "a cross-site page: /api/v1 changes galleries", lambda t: _changes(t, _CROSS_SITE)),
        Hole(2, "a proxy's visitor: /api/v1 changes galleries", lambda t: _changes(t, _PROXIED)),
        Hole(2, "DNS rebinding: galleries are read", _reads),
        Hole(9, "a frame shows the page, JSON runs as a page", _framed),
    )


def _makes(target: Target, headers: dict[str, str]) -> str:
    answer = clients.post(target.url, "CreateCollection", {"CollectionId": "evil"}, headers)
    return check(answer.status_code == 400 and not _there(target), _told(answer))


def _changes(target: Target, headers: dict[str, str]) -> str:
    answer = patient.post(f"{target.url}/api/v1/collections", json={"id": "evil"}, headers=headers)
    return check(answer.status_code in (403, 421) and not _there(target), _told(answer))


def _there(target: Target) -> bool:
    return "evil" in clients.post(target.url, "ListCollections", {}).json()["CollectionIds"]


def _reads(target: Target) -> str:
    for path in ("/api/v1/people", "/people", "/openapi.json"):
        answer = patient.get(target.url + path, headers=_REBOUND)
        check(answer.status_code == 421, f"{path}: {answer.status_code}")
    return _told(answer)


def _framed(target: Target) -> str:
    paths = ("/", "/docs", "/openapi.json", "/api/v1/people", "/nothing", "/readyz")
    for path in paths:
        headers = patient.get(target.url + path).headers
        policy = headers.get("content-security-policy", "")
        safe = "frame-ancestors 'none'" in policy
        check(safe and headers.get("x-content-type-options") == "nosniff", f"{path}: {policy}")
    return f"CSP and nosniff on {', '.join(paths)}"


def _told(answer: httpx.Response) -> str:
    """Status and code."""
    body = answer.json()
    code = body.get("__type") or body.get("type", "").rpartition(":")[2]
    return f"{answer.status_code} {code}"
