"""What a card, and the page of a shared result, say of a match."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from lookalike.gallery.people import Credit, Language, Text
from lookalike.scores.similarity import Score
from lookalike.web.score_words import rarity
from lookalike.web.sharing.card import Card
from lookalike.web.sharing.lettering import drawable
from lookalike.web.texts import locale

# A Korean particle follows the sound before it: 눈(이/가), 코(이/가).
_PARTICLE = re.compile(r"(.)\(([^/()]+)/([^/()]+)\)")
_SYLLABLES, _ENDINGS = range(0xAC00, 0xD7A4), 28


def shown_name(name: Text, language: Language) -> str:
    """The name in that language, or in the other one if only that can be drawn."""
    other: Language = "en" if language == "ko" else "ko"
    known = [each for each in (name.get(language), name.get(other)) if each]
    return next((each for each in known if drawable(each)), known[0] if known else "?")


def eyebrow(card: Card) -> str:
    """What stands above the name, in the words of whose card it is: "My look-alike"."""
    return str(_texts(card)["eyebrow"][card.score.verdict])


def title(card: Card) -> str:
    """What the person on it is called: "Best match"."""
    return str(locale(card.language)["script"]["best"][card.score.verdict])


def sentence(card: Card) -> str:
    """All of it at a glance, as the title of a link: "나는 유인나를 닮았대요"."""
    said: str = _texts(card)["sentence"][card.score.verdict]
    return with_particles(said.format(name=shown_name(card.name, card.language)))


def question(name: Text, language: Language) -> str:
    """What a link to somebody asks: "나도 유인나를 닮았을까?"."""
    asked: str = locale(language)["card"]["question"]
    return with_particles(asked.format(name=shown_name(name, language)))


def headline(card: Card) -> str:
    """How the match stands among those of others; else how rare the resemblance is."""
    if card.standing is None:
        return words(card)
    return _marked(standing_words(card.standing, card.language), card)


def words(card: Card) -> str:
    """How rare the resemblance is, and whether that is provisional."""
    return _marked(rarity(card.score.one_in, card.language), card)


def standing_words(share: float, language: Language) -> str:
    """`share` of strangers have a weaker best match: "100명 중 8번째로 많이 닮은 편이에요"."""
    rank = min(100, max(1, round((1 - share) * 100)))
    sentence: str = locale(language)["card"]["standing"]
    return sentence.format(rank=rank, weaker=100 - rank)


def call(card: Card) -> str:
    """What makes others want to try."""
    return str(_texts(card)["call"])


def place(card: Card) -> str:
    """Where they can, as people write it down: no scheme, no slash at the end."""
    if card.address is None:
        return card.site.name
    parts = urlsplit(card.address)
    return f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/")


def credit_lines(credit: Credit | None, language: Language) -> tuple[str, ...]:
    """Author and licence of a portrait, and that it was cut, as the licences ask for."""
    if credit is None:
        return ()
    own, shared = locale(language)["card"], locale(language)["script"]["credit"]
    terms = (credit.licence, own["source"], own["changed"])
    author = credit.author or shared["unknown"]
    return (f"{shared['photo']}: {author}", " · ".join(each for each in terms if each))


def points(score: Score) -> int:
    """Rounded down, so that 59.7 does not pass for 60."""
    return int(score.resemblance)


def with_particles(sentence: str) -> str:
    """유인나(을/를) -> 유인나를, as static/texts.js does."""

    def chosen(found: re.Match[str]) -> str:
        last, closed, open_ = found.groups()
        ends = ord(last) in _SYLLABLES and (ord(last) - _SYLLABLES.start) % _ENDINGS
        return last + (closed if ends else open_)

    return _PARTICLE.sub(chosen, sentence)


def _marked(said: str, card: Card) -> str:
    provisional: str = _texts(card)["provisional"]
    return said if card.calibrated else provisional.format(said)


def _texts(card: Card) -> dict[str, Any]:
    texts: dict[str, Any] = locale(card.language)["card"]
    return texts
