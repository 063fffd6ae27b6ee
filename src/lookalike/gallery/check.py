"""What spoils the results of a gallery, and what to do about it.

Every bar was measured with `python -m benchmarks.check`, whose tables are in docs/check.md.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import count

import numpy as np

from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.findings import (
    MOST,
    Bars,
    Checkup,
    Finding,
    GalleryFault,
    Member,
    PortraitPlace,
    Seen,
)
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.shortcomings import shortcomings, words
from lookalike.gallery.spelling import folded

# Two portraits this alike are one photo: 96 % of copies saved again as JPEG of quality 75 are, and
# of 5,256 pairs of photos of one person only two frames of one shot.
_DUPLICATE = 0.95
# Another face of a group photo counts from this share of the area of the one that was taken, if the
# detector is as sure of it as it must be of a portrait.
_OTHER_AREA, _OTHER_SCORE = 0.1, 0.8
# Rows of a matrix product at a time: against 100,000 people they take 400 MB.
_ROWS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """Everyone to compare with: `directions` (n, dimension) of length 1 and `lengths` (n,) are
    those of the means of their portraits."""

    members: tuple[Member, ...]
    directions: Floats
    lengths: Floats


def check(
    members: Iterable[Member],
    beside: Iterable[Member] = (),
    *,
    bars: Bars,
    photos: Mapping[str, Seen] | None = None,
) -> Checkup:
    """Look for every `GalleryFault`.

    Args:
        beside: people of other collections, with whom faces are compared and who are not checked.
        photos: by image id; without them nothing can be said of group photos, and of what covers a
            face only where `Portrait.coverage` tells it.
    """
    own = tuple(each for each in members if each.portraits)
    if not own:
        return Checkup(0, 0, (), 0)
    crowd = _crowd((*own, *(each for each in beside if each.portraits)))
    seen = photos or {}
    found: list[Finding] = []
    left_off = 0
    for findings in (
        (each for one in own for each in _disagreeing(one, crowd, bars, seen)),
        (each for one in own for each in _in_groups(one, bars, seen)),
        _same_faces(crowd, len(own), bars, seen),
        _duplicates(own, seen),
        (each for one in own for each in _poor(one, seen)),
        (each for one in own for each in _uncredited(one)),
    ):
        kept, more = _worst(findings)
        found += kept
        left_off += more
    portraits = sum(len(each.portraits) for each in own)
    return Checkup(len(own), portraits, tuple(found), left_off)


def _disagreeing(
    member: Member, crowd: _Crowd, bars: Bars, seen: Mapping[str, Seen]
) -> Iterator[Finding]:
    """The portrait least like the mean of the others, then without it the next, and so on."""
    left = list(member.portraits)
    while len(left) > 1:
        vectors = _vectors(left)
        others = unit(vectors.sum(axis=0) - vectors)
        cosines = np.einsum("nd,nd->n", vectors, others)
        worst = int(cosines.argmin())
        cosine = float(cosines[worst])
        if cosine >= bars.disagrees:
            return
        if len(left) == 2:
            yield _two_disagree(member, left, cosine, seen)
            return
        portrait = left.pop(worst)
        yield Finding(
            GalleryFault.DISAGREES,
            (_place(member, portrait, seen),),
            f"unlike the other {len(left)} portraits of {_name(member)}"
            + _rather(portrait, member, crowd, bars),
            f"If it shows someone else, or is no good likeness: {_removal(member, portrait)}",
            cosine,
        )


def _two_disagree(
    member: Member, two: Sequence[StoredPortrait], cosine: float, seen: Mapping[str, Seen]
) -> Finding:
    removals = " or ".join(_removal(member, each) for each in two)
    return Finding(
        GalleryFault.DISAGREES,
        tuple(_place(member, each, seen) for each in two),
        f"two portraits of {_name(member)} show faces that are not alike",
        f"Keep the one that shows {_name(member)}: {removals}",
        cosine,
    )


def _rather(portrait: StoredPortrait, member: Member, crowd: _Crowd, bars: Bars) -> str:
    """Whom a portrait shows instead, if that is clear."""
    cosines = crowd.directions @ portrait.vector
    nearest = crowd.members[int(cosines.argmax())]
    if cosines.max() < bars.same_face or _one_person(nearest.person, member.person):
        return ""
    return f", and like {_name(nearest)} ({nearest.person.id})"


def _in_groups(member: Member, bars: Bars, seen: Mapping[str, Seen]) -> Iterator[Finding]:
    for portrait in member.portraits:
        photo = seen.get(portrait.image_id or "")
        if photo is None or len(photo.faces) < 2:
            continue
        taken = _taken(portrait, photo)
        others = [each for each in photo.faces if _rival(each, taken, bars)]
        if others:
            yield _in_group(member, portrait, taken, others, photo)


def _taken(portrait: StoredPortrait, photo: Seen) -> Face:
    """The face of a photo that a portrait is of."""
    return max(photo.faces, key=lambda face: float(face.embedding @ portrait.vector))


def _rival(face: Face, taken: Face, bars: Bars) -> bool:
    """Whether a face could be mistaken for the one that was taken, and is of someone else."""
    large = face.box.area >= _OTHER_AREA * taken.box.area
    someone_else = float(face.embedding @ taken.embedding) < bars.same_face
    return face is not taken and large and someone_else and face.quality.score >= _OTHER_SCORE


def _in_group(
    member: Member, portrait: StoredPortrait, taken: Face, others: Sequence[Face], photo: Seen
) -> Finding:
    why = f"shows {len(photo.faces)} faces, and the largest was taken"
    rest = [each for each in member.portraits if each is not portrait]
    if rest:
        mean = unit(_vectors(rest).sum(axis=0, keepdims=True))[0]
        best = max(float(each.embedding @ mean) for each in others)
        if best > float(taken.embedding @ mean):
            why += f"; another one is more like the other portraits of {_name(member)}"
    return Finding(
        GalleryFault.GROUP_PHOTO,
        (PortraitPlace(member.person, portrait.id, photo.name),),
        why,
        f"If it is the wrong face, crop the photo, add it again and {_removal(member, portrait)}",
    )


def _same_faces(
    crowd: _Crowd, checked: int, bars: Bars, seen: Mapping[str, Seen]
) -> Iterator[Finding]:
    for one, other, cosine in _pairs(crowd.directions, checked, bars.same_face):
        both = crowd.members[one], crowd.members[other]
        average = cosine * float(crowd.lengths[one] * crowd.lengths[other])
        if average < bars.alike or _one_person(both[0].person, both[1].person):
            continue
        alike = _vectors(both[0].portraits) @ _vectors(both[1].portraits).T
        best = np.unravel_index(int(alike.argmax()), alike.shape)
        yield Finding(
            GalleryFault.SAME_FACE,
            tuple(
                _place(each, each.portraits[row], seen)
                for each, row in zip(both, best, strict=True)
            ),
            f"{_name(both[0])} ({both[0].person.collection}) and {_name(both[1])} "
            f"({both[1].person.collection}) have one face",
            f"If they are one person, {_union(*both)}; if a portrait shows the wrong one, remove "
            "that: " + " or ".join(_removal(each) for each in both[: 2 if other < checked else 1]),
            cosine,
        )


def _duplicates(members: Sequence[Member], seen: Mapping[str, Seen]) -> Iterator[Finding]:
    everything = [(member, each) for member in members for each in member.portraits]
    vectors = _vectors([portrait for _, portrait in everything])
    for one, other, cosine in _pairs(vectors, len(vectors), _DUPLICATE):
        both = everything[one], everything[other]
        (owner, _), (member, portrait) = both
        shared = owner.person != member.person
        if shared and _one_person(owner.person, member.person):
            continue
        yield Finding(
            GalleryFault.NEAR_DUPLICATE,
            tuple(_place(who, what, seen) for who, what in both),
            f"one photo under two names, {_name(owner)} and {_name(member)}"
            if shared
            else f"two portraits of {_name(member)} are one photo, which then counts twice",
            f"Remove {'the wrong' if shared else 'either'} one: {_removal(*both[0])} or "
            f"{_removal(member, portrait)}",
            cosine,
        )


def _poor(member: Member, seen: Mapping[str, Seen]) -> Iterator[Finding]:
    for portrait in member.portraits:
        found = shortcomings(_looked_at(portrait, seen))
        if found:
            yield Finding(
                GalleryFault.LOW_QUALITY,
                (_place(member, portrait, seen),),
                words(found),
                f"Add a better photo of {_name(member)} and {_removal(member, portrait)}",
            )


def _looked_at(portrait: StoredPortrait, seen: Mapping[str, Seen]) -> StoredPortrait:
    """With what its photo shows, if that was looked at."""
    photo = seen.get(portrait.image_id or "")
    if photo is None or not photo.faces:
        return portrait
    return replace(portrait, coverage=_taken(portrait, photo).coverage)


def _uncredited(member: Member) -> Iterator[Finding]:
    lacking = [each for each in member.portraits if list(_missing(each))]
    if lacking:
        what = sorted({each for portrait in lacking for each in _missing(portrait)}, reverse=True)
        yield Finding(
            GalleryFault.NO_CREDIT,
            (PortraitPlace(member.person),),
            f"{len(lacking)} of {len(member.portraits)} portraits of {_name(member)} have no "
            + " and no ".join(what),
            f"{_removal(member)}, and add the photos again with --source, --author and --licence",
        )


def _missing(portrait: StoredPortrait) -> Iterator[str]:
    credit = portrait.credit
    if credit is None or not (credit.source_url or credit.author):
        yield "source or author"
    if credit is None or not credit.licence:
        yield "licence"


def _crowd(members: tuple[Member, ...]) -> _Crowd:
    means = [_vectors(each.portraits).mean(axis=0) for each in members]
    matrix = np.array(means, np.float32).reshape(len(members), -1)
    return _Crowd(members, unit(matrix), np.linalg.norm(matrix, axis=1))


def _pairs(vectors: Floats, rows: int, bar: float) -> Iterator[tuple[int, int, float]]:
    """Rows `one < other` whose cosine reaches the bar, `one` among the first `rows`."""
    for start in range(0, rows, _ROWS):
        cosines = vectors[start : min(start + _ROWS, rows)] @ vectors[start:].T
        for one, other in np.argwhere(cosines >= bar):
            if one < other:
                yield start + int(one), start + int(other), float(cosines[one, other])


def _worst(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """The findings to show, the worst first, and how many others there were."""
    counter = count()
    kept = nlargest(MOST, (each for each, _ in zip(findings, counter, strict=False)), key=_urgency)
    return kept, next(counter) - len(kept)


def _urgency(finding: Finding) -> float:
    cosine = finding.cosine or 0.0
    return -cosine if finding.fault is GalleryFault.DISAGREES else cosine


def _one_person(one: Person, other: Person) -> bool:
    """Whether two entries are meant to be one person, which they may be in two collections."""
    if one.collection == other.collection:
        return one.id == other.id
    known = (
        {each.id, each.wikidata, *map(folded, each.name.known)} - {None} for each in (one, other)
    )
    return not set.isdisjoint(*known)


def _place(member: Member, portrait: StoredPortrait, seen: Mapping[str, Seen]) -> PortraitPlace:
    photo = seen.get(portrait.image_id or "")
    address = portrait.credit.source_url if portrait.credit else None
    return PortraitPlace(member.person, portrait.id, photo.name if photo else address)


def _union(one: Member, other: Member) -> str:
    """How two people become one."""
    first, second = one.person, other.person
    if first.collection != second.collection:
        return "give one all the photos and remove the other"
    where = shlex.quote(first.collection)
    return f"lookalike gallery merge {first.id} {second.id} --collection {where}"


def _removal(member: Member, portrait: StoredPortrait | None = None) -> str:
    person = member.person
    command = f"lookalike gallery remove {person.id} --collection {shlex.quote(person.collection)}"
    if portrait is None:
        return command
    return f"{command} --portrait {portrait.id}"


def _name(member: Member) -> str:
    return member.person.label


def _vectors(portraits: Sequence[StoredPortrait]) -> Floats:
    return np.array([each.vector for each in portraits], np.float32)
