"""RecognizeCelebrities and GetCelebrityInfo: the people of every gallery are the celebrities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.wire.validation import Members

if TYPE_CHECKING:
    from lookalike.engine.interface import Match
    from lookalike.engine.local import LocalEngine
    from lookalike.scores.similarity import Score

_MAX_FACES = 64
# The kinds of a person's links, the one an application shows (it takes Urls[0]) first. A link of
# another kind comes last.
_LINKS = ("wikidata", "website", "wikipedia-en", "wikipedia-ko", "search-ko")


def recognize_celebrities(context: Context, request: Members) -> Members:
    """Who the 64 largest faces are.

    Under the setting `celebrities = strict` a face below `celebrity_threshold`, or of which too
    little shows, is unrecognised; under `nearest` each carries the nearest person, however unlike.
    """
    data = images.content(context, request["Image"], "Image")
    photo = images.analyze(context, data, "Image", shapes.of_compared(context))
    known, unknown = [], []
    for face in photo.faces[:_MAX_FACES]:
        written = shapes.compared(context, face, photo)
        match = recognized(context.engine, face.embedding, enough=face.enough)
        if match is None:
            unknown.append(written)
        else:
            celebrity = described(match.person)
            known.append({**celebrity, "Face": written, "MatchConfidence": match.score.certainty})
    return {"CelebrityFaces": known, "UnrecognizedFaces": unknown}


def get_celebrity_info(context: Context, request: Members) -> Members:
    """Name and links of a person by id."""
    person = context.engine.gallery.person(request["Id"])
    return {
        "Name": person.name.get("en"),
        "Urls": _urls(person),
        "KnownGender": shapes.known_gender(person),
    }


def recognized(
    engine: LocalEngine, embedding: Floats, *, enough: bool = True
) -> Match[Score] | None:
    """Who a face is, by the settings `celebrities` and `celebrity_threshold`.

    Args:
        enough: whether enough of it shows to tell.
    """
    settings = engine.settings
    for match in engine.matcher.rank(embedding, 1):
        score = replace(match.score, among=engine.matcher.people(), enough=enough)
        sure = enough and score.certainty >= settings.celebrity_threshold
        if sure or settings.celebrities == "nearest":
            return replace(match, score=score)
    return None


def described(person: Person) -> Members:
    """Name, id, links, and gender where it is known."""
    return {
        "Urls": _urls(person),
        "Name": person.name.get("en"),
        "Id": person.id,
        "KnownGender": shapes.known_gender(person),
    }


def _urls(person: Person) -> list[str]:
    """As Amazon writes them, without the scheme: `www.wikidata.org/wiki/Q76`."""
    rank = {kind: place for place, kind in enumerate(_LINKS)}
    links = sorted(person.links, key=lambda link: rank.get(link.kind, len(rank)))
    return [link.url.partition("://")[2] or link.url for link in links]
