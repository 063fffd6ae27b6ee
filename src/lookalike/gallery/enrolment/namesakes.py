"""People of one name: whether somebody who is added is there already, by group and by face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, or_, select

from lookalike.database.schema import FACES, PEOPLE
from lookalike.errors import Known, Unlike
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.contents import faces_of
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.rows import person_of, portraits_of
from lookalike.gallery.spelling import folded, folded_group

# The similarity of two (dimension,) faces, 0 to 100, as the calibration of their model has it.
Alike = Callable[[Floats, Floats], float]

# A person with their portraits.
Member = tuple[Person, Sequence[Portrait]]

# From this similarity on a portrait may be of the person whose others it is held against, where
# the name fits too: 1 pair of strangers in 100 is as alike. Of 937 portraits of 79 people 95 in 100
# reach it against one other of their person and 99 against three; 2 to 4 in 100 of somebody
# else's do (`python -m benchmarks.check`, docs/check.md, where it is the bar of `gallery check`).
AGREES = 50.0
_SAME_IMAGE = 100.0


def fits(person: Person, other: Person) -> bool:
    """Whether both may be one person: nothing says that they belong to other groups, or are two
    for Wikidata."""
    ours, theirs = ({*map(folded_group, each.groups)} for each in (person, other))
    grouped = not ours or not theirs or bool(ours & theirs)
    two = None not in (person.wikidata, other.wikidata) and person.wikidata != other.wikidata
    return grouped and not two


def of(connection: Connection, person: Person) -> tuple[Person, ...]:
    """Who in the collection may be that person by name and group, or is by an id."""
    names = {folded(each) for each in person.name.known}
    known = [PEOPLE.c.id == person.id]
    known += [PEOPLE.c.wikidata == person.wikidata] if person.wikidata else []
    named = (PEOPLE.c.folded_ko.in_(names), PEOPLE.c.folded_en.in_(names))
    mine = select(PEOPLE).where(PEOPLE.c.collection == person.collection).order_by(PEOPLE.c.id)
    by_id = tuple(map(person_of, connection.execute(mine.where(or_(*known))).all()))
    by_name = map(person_of, connection.execute(mine.where(or_(*named))).all())
    return by_id or tuple(each for each in by_name if fits(person, each))


def likeness(
    portraits: Iterable[Portrait], known: Sequence[Portrait], alike: Alike
) -> float | None:
    """The similarity of the least alike of some portraits to the mean of somebody's.

    An image that they have counts as 100; None: they have no portrait to compare with.
    """
    if not known:
        return None
    images = {each.image_id for each in known if each.image_id}
    mean = _mean(known)
    return min(
        (alike(each.vector, mean) for each in portraits if each.image_id not in images),
        default=_SAME_IMAGE,
    )


def ranked(
    people: Iterable[Member], portraits: Sequence[Portrait], alike: Alike
) -> list[tuple[Person, float | None]]:
    """People with what `likeness` says of portraits and theirs, the most alike first; who has no
    portrait to compare with comes last."""
    scored = [(each, likeness(portraits, known, alike)) for each, known in people]
    return sorted(scored, key=lambda pair: -1.0 if pair[1] is None else pair[1], reverse=True)


def agreeing(people: Sequence[tuple[Person, float | None]]) -> Person | None:
    """The first of them whose face agrees. Somebody without a portrait, as a change of the model
    may leave them, disagrees with nobody."""
    agree = (each for each, similarity in people if similarity is None or similarity >= AGREES)
    return next(agree, None)


def chosen(
    connection: Connection, person: Person, portraits: Sequence[Portrait], alike: Alike
) -> Person | None:
    """Who of the collection that person is; None: there is nobody of that name.

    Raises:
        Unlike: people of the name and group are there, and none has such a face.
    """
    found = [(each, _portraits(connection, each)) for each in of(connection, person)]
    there = ranked(found, portraits, alike)
    same = agreeing(there)
    if there and same is None:
        raise _unlike(person, there)
    return same


def check_one(connection: Connection, person: Person, other: Person, alike: Alike) -> None:
    """
    Raises:
        Unlike: the faces of two people are not those of one; see `AGREES`.
    """
    one, known = (_portraits(connection, each) for each in (person, other))
    if not one or not known:
        return
    similarity = alike(_mean(one), _mean(known))
    if similarity < AGREES:
        raise Unlike(
            f"{other.label} ({other.id}) has another face than {person.label} ({person.id}): their "
            f"similarity is {similarity:.0f}, and that of one person's {AGREES:.0f} at least.",
            (Known(other.id, other.label, round(similarity, 1)),),
        )


def _unlike(person: Person, there: Sequence[tuple[Person, float | None]]) -> Unlike:
    known = tuple(Known(each.id, each.label, round(score or 0, 1)) for each, score in there)
    said = ", ".join(f"{each.name} ({each.id}, similarity {each.similarity:.0f})" for each in known)
    return Unlike(
        f"{person.label} is in {person.collection!r} already with another face: {said}; from "
        f"{AGREES:.0f} on it would be taken for one person's.",
        known,
    )


def _portraits(connection: Connection, person: Person) -> Sequence[Portrait]:
    rows = connection.execute(select(FACES).where(faces_of(person))).all()
    return portraits_of(rows, person.collection)


def _mean(portraits: Sequence[Portrait]) -> Floats:
    """The (dimension,) vector that a person is ranked by."""
    return unit(np.mean([each.vector for each in portraits], axis=0))
