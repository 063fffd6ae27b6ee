"""RecognizeCelebrities and GetCelebrityInfo: the people of every gallery are the celebrities."""

from __future__ import annotations

from lookalike.faces.analyzer import Face
from lookalike.gallery.people import Person
from lookalike.matching import Match
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.validation import Members

_MAX_FACES = 64
# The kinds of a person's links, the one an application shows (it takes Urls[0]) first. A link of
# another kind comes last.
_LINKS = ("wikidata", "website", "wikipedia-en", "wikipedia-ko", "search-ko")


def recognize_celebrities(context: Context, request: Members) -> Members:
    """Who the 64 largest faces are.

    Under the setting `celebrities = nearest` each face carries the nearest person, however
    unlike; under `strict` a face below `celebrity_threshold` is unrecognised.
    """
    data = images.content(request["Image"], "Image")
    photo = images.analyze(context, data, "Image")
    known, unknown = [], []
    for face in photo.faces[:_MAX_FACES]:
        written = shapes.face(face, photo)
        match = _recognized(context, face)
        if match is None:
            unknown.append(written)
        else:
            known.append(_celebrity(match, written))
    return {"CelebrityFaces": known, "UnrecognizedFaces": unknown}


def get_celebrity_info(context: Context, request: Members) -> Members:
    """Name and links of a person by id."""
    person = context.engine.gallery.person(request["Id"])
    return {
        "Name": person.name.get("en"),
        "Urls": _urls(person),
        "KnownGender": shapes.known_gender(person),
    }


def _recognized(context: Context, face: Face) -> Match | None:
    settings = context.settings
    for match in context.engine.matcher.rank(face.embedding, 1):
        alike = match.score.similarity >= settings.celebrity_threshold
        if alike or settings.celebrities == "nearest":
            return match
    return None


def _celebrity(match: Match, face: Members) -> Members:
    return {
        "Urls": _urls(match.person),
        "Name": match.person.name.get("en"),
        "Id": match.person.id,
        "Face": face,
        "MatchConfidence": match.score.similarity,
        "KnownGender": shapes.known_gender(match.person),
    }


def _urls(person: Person) -> list[str]:
    """As Amazon writes them, without the scheme: `www.wikidata.org/wiki/Q76`."""
    rank = {kind: place for place, kind in enumerate(_LINKS)}
    links = sorted(person.links, key=lambda link: rank.get(link.kind, len(rank)))
    return [link.url.partition("://")[2] or link.url for link in links]
