"""Somebody without an id -> who of Wikidata they are, proved by a portrait.

Person -> candidates -> their portraits -> how alike each is -> Found
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lookalike.errors import PhotoError
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person
from lookalike.gallery.wikimedia import commons
from lookalike.gallery.wikimedia.client import NotOnWikimedia, Wikimedia
from lookalike.gallery.wikimedia.commons import CommonsFile, Fetched
from lookalike.gallery.wikimedia.finding.candidates import candidates
from lookalike.gallery.wikimedia.finding.proof import Found, Judge, Proof, Unproved, chosen
from lookalike.gallery.wikimedia.wikidata import Item


async def find(wikimedia: Wikimedia, person: Person, judge: Judge) -> Found:
    """Who on Wikidata somebody is.

    Raises:
        Unproved: nobody is proved to be them.
        PortraitUnavailable: Wikimedia cannot be asked now.
    """
    known = await judge.known(person)
    if known is None:
        raise Unproved("no face to hold portraits against")
    them = await candidates(wikimedia, person)
    images = [name for each in them for name in each.item.images]
    files = await commons.files(wikimedia, images, commons.SHOWN)
    pictures = [(each, await _portrait(wikimedia, each.item, files, judge)) for each in them]
    seen = [(each, *picture) for each, picture in pictures if picture is not None]
    similarities = [judge.alike(known, vector) for _, _, vector in seen]
    best = chosen(similarities, [each.bar for each, _, _ in seen])
    candidate, fetched, _ = seen[best]
    proof = Proof.of(candidate.item, similarities[best])
    if judge.blocked(proof.completed(person)):
        raise Unproved("they asked to be left out")
    return Found(proof, fetched)


async def _portrait(
    wikimedia: Wikimedia, item: Item, files: Mapping[str, CommonsFile], judge: Judge
) -> tuple[Fetched, Floats] | None:
    """The first portrait of a candidate that shows one clear face under a free licence, and the
    vector of that."""
    for file in _free(item.images, files):
        try:
            fetched = await commons.fetched(wikimedia, file)
            return fetched, await judge.look(fetched.data)
        except (NotOnWikimedia, PhotoError):
            continue
    return None


def _free(images: Sequence[str], files: Mapping[str, CommonsFile]) -> list[CommonsFile]:
    return [files[each] for each in images if each in files and files[each].credit is not None]
