"""Browsers inside other apps, which let pages do less: no downloads, no sharing, often no camera.

KakaoTalk has an address that opens the phone's own browser; Instagram and Facebook
have none, but Android's intents lead out of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_AGENTS = (
    ("kakaotalk", re.compile(r"KAKAOTALK", re.I)),
    ("instagram", re.compile(r"\bInstagram\b")),
    ("facebook", re.compile(r"\bFB(AN|AV|_IAB)\b")),
)
_KAKAOTALK = "kakaotalk://web/openExternal?url={encoded}"
# developer.chrome.com/docs/android/intents: whichever browser is the phone's own.
_INTENT = "intent://{rest}#Intent;scheme={scheme};end"


@dataclass(frozen=True, slots=True)
class App:
    """
    Attributes:
        name: `kakaotalk`, `instagram` or `facebook`.
        way: an address that opens the phone's own browser, with `{encoded}` (or `{scheme}` and
            `{rest}`) for that of a page; None where there is none.
    """

    name: str
    way: str | None

    def way_out(self, url: str) -> str | None:
        """What opens a page in the phone's own browser."""
        if self.way is None:
            return None
        scheme, _, rest = url.partition("://")
        return self.way.format(encoded=quote(url, safe=""), scheme=scheme, rest=rest)


def app_of(agent: str) -> App | None:
    """The app whose browser has that user agent; None for a browser of its own."""
    name = next((name for name, mark in _AGENTS if mark.search(agent)), None)
    if name is None:
        return None
    if name == "kakaotalk":
        return App(name, _KAKAOTALK)
    return App(name, _INTENT if "Android" in agent else None)
