"""A piece of a page of Commons -> the words that its readers see.

Authors arrive with links and markup, and with more that no page shows: translations for programs,
styles, statements in the language of QuickStatements, footnote marks.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_NEVER_SHOWN = frozenset({"script", "style", "template", "title"})
# MediaWiki's classes for what is no part of the text: not printed, edit links, footnote marks.
_BESIDE_THE_TEXT = frozenset({"noprint", "mw-editsection", "mw-hidden", "reference"})
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# What parts words where the HTML has no space.
_PARTING = frozenset(
    ("br", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "table", "td", "th", "tr", "ul")
)
# These have no end.
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# `creator QS:P170,Q762`, also where its hiding was lost: the property, then an item or a value.
_STATEMENT = re.compile(
    r"(\b(artist|author|creator|date|label|photographer|title)\s+)?"
    r'\bQS:[A-Z][A-Za-z0-9-]*,(\w+:)?("[^"]*"|[^\s,]+)'
)


def seen(html: str) -> str:
    """The words of a piece of HTML that are shown, in one line."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return " ".join(_STATEMENT.sub(" ", "".join(reader.words)).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        # The tags that are open, each with whether it hides what is in it.
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)
        if tag not in _VOID:
            self._open.append((tag, self._hidden or _hides(tag, dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        places = [place for place, (each, _) in enumerate(self._open) if each == tag]
        if places:
            del self._open[places[-1] :]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def _part(self, tag: str) -> None:
        if tag in _PARTING:
            self.words.append(" ")

    @property
    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _hides(tag: str, attributes: dict[str, str | None]) -> bool:
    return (
        tag in _NEVER_SHOWN
        or "hidden" in attributes
        or not _BESIDE_THE_TEXT.isdisjoint((attributes.get("class") or "").split())
        or _HIDING.search(attributes.get("style") or "") is not None
    )
