"""Names that a server is asked for by (the header Host), and which of them are its own.

A page of any website can have a name of its own lead to this machine after it was loaded (DNS
rebinding), and is then one of ours to the browser. Only the name tells it from ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lookalike.config import Settings, is_loopback
from lookalike.errors import InvalidParameter

# A name or an address, IPv6 in brackets, and a port.
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(:[0-9]{1,5})?")
_LISTED = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+")
ANY = "*"


@dataclass(frozen=True, slots=True)
class Names:
    """
    Attributes:
        listed: names that somebody set, in lower case; `*.example.org` is all below that.
        others: whether all others are taken for ours, too.
    """

    listed: tuple[str, ...]
    others: bool

    @classmethod
    def of(cls, settings: Settings) -> Names:
        """
        Raises:
            InvalidParameter: what is set is no name, or none is where one has to be.
        """
        allowed = _listed(settings.allowed_hosts)
        address = hostname(urlsplit(settings.public_url).netloc)
        listed = (*allowed, *((address,) if address else ()))
        if settings.is_public and not listed:
            raise InvalidParameter(
                "LOOKALIKE_PUBLIC is 1, and nothing says what the server is called: set "
                "LOOKALIKE_PUBLIC_URL to its web address, or LOOKALIKE_ALLOWED_HOSTS to its names."
            )
        chosen = settings.is_public or bool(allowed) or is_loopback(settings.host)
        return cls(listed, others=ANY in allowed or not chosen)

    def holds(self, name: str) -> bool:
        """Whether a name is one of ours. This machine's own for itself always are."""
        return self.others or is_loopback(name) or self.lists(name)

    def lists(self, name: str) -> bool:
        """Whether somebody set it."""
        return any(
            name.endswith(each[1:]) if each.startswith("*.") else name == each
            for each in self.listed
        )

    @property
    def told(self) -> str:
        """What is allowed, for whoever asked by another."""
        return ", ".join(("localhost", "127.0.0.1", *self.listed))


def hostname(authority: str) -> str | None:
    """The name or address in a Host header, in lower case and without brackets; None of what is no
    such header."""
    found = _HOST.fullmatch(authority)
    return found[1].strip("[]").rstrip(".").lower() if found else None


def _listed(text: str) -> tuple[str, ...]:
    names = [each.strip().lower() for each in text.split(",") if each.strip()]
    for each in names:
        if not _LISTED.fullmatch(each):
            raise InvalidParameter(
                f"LOOKALIKE_ALLOWED_HOSTS has {each!r}; it must be names like fans.example or "
                "*.fans.example with commas between, without a scheme or port, or * for any."
            )
    return tuple(names)
